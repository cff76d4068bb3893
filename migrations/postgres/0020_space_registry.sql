-- Why:      one person has one space, for ever: a keyed digest of the INS leads to its id, reserved before the first event.
-- Old code: keeps working; nothing reads it yet.
-- Takes:    no time. On a distributed PostgreSQL its own distribution column is the digest.
CREATE TABLE space_registry (
    ins_digest bytea NOT NULL PRIMARY KEY CHECK (octet_length(ins_digest) = 32),
    space_id uuid NOT NULL
);

GRANT SELECT, INSERT ON space_registry TO ens_service;

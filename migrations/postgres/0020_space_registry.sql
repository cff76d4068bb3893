-- Why:      one person has one space, for ever: a keyed digest of the INS leads to the id of the space, which is reserved before the first event.
-- Old code: there is none; this is the first version.
-- Takes:    no time. On a distributed PostgreSQL rows are placed by the digest.
CREATE TABLE space_registry (
    ins_digest bytea NOT NULL PRIMARY KEY CHECK (octet_length(ins_digest) = 32),
    space_id uuid NOT NULL
) WITH (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000, autovacuum_freeze_min_age = 0);

GRANT SELECT, INSERT ON space_registry TO ens_service;

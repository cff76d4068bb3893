-- Why:      a follower stores how far it came beside its rows, in one transaction; the row's lock lets one follower at a time work on it.
-- Old code: keeps working; nothing reads it yet.
-- Takes:    no time.
CREATE TABLE checkpoints (
    name text NOT NULL,
    partition smallint NOT NULL,
    position bigint NOT NULL CHECK (position >= 0),
    PRIMARY KEY (name, partition)
) WITH (fillfactor = 10);

GRANT SELECT, INSERT, UPDATE, DELETE ON checkpoints TO ens_service;

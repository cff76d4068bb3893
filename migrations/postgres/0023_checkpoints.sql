-- Why:      a follower stores how far it came beside its rows, in one transaction; the lock on the row lets one follower at a time work on it.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
--
-- Every turn updates a row, so dead rows are cleaned at once; see 0010 for why they are hardly ever counted.
CREATE TABLE checkpoints (
    name text NOT NULL,
    partition smallint NOT NULL,
    position bigint NOT NULL CHECK (position >= 0),
    PRIMARY KEY (name, partition)
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000);

GRANT SELECT, INSERT, UPDATE, DELETE ON checkpoints TO ens_service;

-- Why:      cqrs-es orders events within an aggregate only; a reader needs one order for a whole partition. There is one row a partition, and whoever appends
--           locks it.
-- Old code: there is none; this is the first version.
-- Takes:    no time. The number of rows is the number of partitions, which is fixed here for the life of the database.
--
-- Every append updates a row, so dead rows are cleaned at once. The number of rows never changes, so they are hardly ever counted again: each count would make
-- every connection plan its statements again.
CREATE TABLE log_heads (
    partition smallint NOT NULL PRIMARY KEY CHECK (partition >= 0),
    position bigint NOT NULL CHECK (position >= 0)
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000);

INSERT INTO log_heads (partition, position) SELECT number, 0 FROM generate_series(0, 15) AS number;

GRANT SELECT, UPDATE (position) ON log_heads TO ens_service;

-- Why:      cqrs-es orders events only within an aggregate; a reader needs an order it can stand on. One row a partition, locked by whoever appends.
-- Old code: keeps working; nothing reads it yet.
-- Takes:    no time. The number of rows is the number of partitions, fixed here for the life of the database.
CREATE TABLE log_heads (
    partition smallint NOT NULL PRIMARY KEY CHECK (partition >= 0),
    position bigint NOT NULL CHECK (position >= 0)
) WITH (fillfactor = 10);

INSERT INTO log_heads (partition, position) SELECT number, 0 FROM generate_series(0, 15) AS number;

GRANT SELECT, UPDATE (position) ON log_heads TO ens_service;

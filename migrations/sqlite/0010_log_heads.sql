-- Why:      cqrs-es orders events only within an aggregate; a reader needs an order it can stand on. One row a partition, and here one partition.
-- Old code: keeps working; nothing reads it yet.
-- Takes:    no time. The number of rows is the number of partitions, fixed here for the life of the database.
CREATE TABLE log_heads (
    partition INTEGER NOT NULL PRIMARY KEY CHECK (partition >= 0),
    position INTEGER NOT NULL CHECK (position >= 0)
) STRICT;

INSERT INTO log_heads (partition, position) VALUES (0, 0);

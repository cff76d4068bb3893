-- Why:      cqrs-es orders events within an aggregate only; a reader needs one order for a whole partition. There is one row a partition, and one partition.
-- Old code: there is none; this is the first version.
-- Takes:    no time. The number of rows is the number of partitions, which is fixed here for the life of the database.
CREATE TABLE log_heads (
    partition INTEGER NOT NULL PRIMARY KEY CHECK (partition >= 0),
    position INTEGER NOT NULL CHECK (position >= 0)
) STRICT;

INSERT INTO log_heads (partition, position) VALUES (0, 0);

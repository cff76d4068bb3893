-- Why:      a person reads the life of their space, one line an event.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
--
-- One leaf a partition: a table of 70 million spaces is kept, vacuumed and moved leaf by leaf, and a statement that names the partition locks one. No index
-- begins with the partition: it is the same in a whole leaf, and a planner without statistics takes it for selective.
CREATE TABLE history (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    sequence bigint NOT NULL,
    at timestamptz NOT NULL,
    day date NOT NULL,
    event text NOT NULL,
    sentence text NOT NULL,
    PRIMARY KEY (space, sequence, partition)
) PARTITION BY LIST (partition);

-- Rows are only ever inserted: vacuum by their number, because a share of a table that never stops growing comes too late.
CALL create_leaves('history', 'autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000');

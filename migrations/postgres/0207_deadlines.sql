-- Why:      what falls due by itself after the notice is settled each morning.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
--
-- One leaf a partition: a table of 70 million spaces is kept, vacuumed and moved leaf by leaf, and a statement that names the partition locks one. No index
-- begins with the partition: it is the same in a whole leaf, and a planner without statistics takes it for selective.
CREATE TABLE deadlines (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    kind text NOT NULL,
    subject uuid NOT NULL,
    due_on date NOT NULL,
    PRIMARY KEY (space, kind, subject, partition)
) PARTITION BY LIST (partition);

-- A row comes with a deadline and goes when it is over: dead rows are cleared early.
CALL create_leaves('deadlines', 'autovacuum_vacuum_scale_factor = 0.02');

CREATE INDEX deadlines_by_day ON deadlines (due_on, space, kind, subject);

-- Why:      each morning the spaces whose window is over are opened, the oldest window first.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
--
-- One leaf a partition: a table of 70 million spaces is kept, vacuumed and moved leaf by leaf, and a statement that names the partition locks one. No index
-- begins with the partition: it is the same in a whole leaf, and a planner without statistics takes it for selective.
CREATE TABLE openings_due (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    department text NOT NULL,
    stage text NOT NULL,
    last_day date,
    PRIMARY KEY (space, partition)
) PARTITION BY LIST (partition);

-- A row comes with a space, is changed once or twice and goes with its opening, millions of them in one night: dead rows are cleared early.
CALL create_leaves('openings_due', 'fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02');

CREATE INDEX openings_due_by_day ON openings_due (last_day, space) WHERE stage = 'notified';

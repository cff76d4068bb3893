-- Why:      a campaign goes through the persons who are owed a notice, in the order of their ids.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
--
-- One leaf a partition: a table of 70 million spaces is kept, vacuumed and moved leaf by leaf, and a statement that names the partition locks one. No index
-- begins with the partition: it is the same in a whole leaf, and a planner without statistics takes it for selective.
CREATE TABLE notices_due (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    channel text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (space, partition)
) PARTITION BY LIST (partition);

-- A row comes when a notice is owed and goes when it is sent, millions of them in one campaign: dead rows are cleared early.
CALL create_leaves('notices_due', 'autovacuum_vacuum_scale_factor = 0.02');

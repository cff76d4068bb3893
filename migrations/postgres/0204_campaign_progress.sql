-- Why:      the campaign is counted by department, insurer, channel, state and day.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
--
-- One leaf a partition: a table of 70 million spaces is kept, vacuumed and moved leaf by leaf, and a statement that names the partition locks one. No index
-- begins with the partition: it is the same in a whole leaf, and a planner without statistics takes it for selective.
CREATE TABLE campaign_progress (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    department text NOT NULL,
    insurer text NOT NULL,
    channel text,
    state text NOT NULL,
    day date NOT NULL,
    PRIMARY KEY (space, partition)
) PARTITION BY LIST (partition);

-- Rows are changed in place and no index holds what changes: the room left in the page keeps each change there (HOT).
CALL create_leaves('campaign_progress', 'fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05');

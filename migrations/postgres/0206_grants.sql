-- Why:      a person sees who may see their space, and who is blocked.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
--
-- One leaf a partition: a table of 70 million spaces is kept, vacuumed and moved leaf by leaf, and a statement that names the partition locks one. No index
-- begins with the partition: it is the same in a whole leaf, and a planner without statistics takes it for selective.
CREATE TABLE grants (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    entry text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    scope text NOT NULL,
    purpose text NOT NULL,
    since timestamptz NOT NULL,
    starts_on date,
    until date,
    state text NOT NULL,
    ended_at timestamptz,
    given_by text NOT NULL,
    PRIMARY KEY (space, entry, partition)
) PARTITION BY LIST (partition);

-- A row is changed once, when it ends.
CALL create_leaves('grants', 'fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05');

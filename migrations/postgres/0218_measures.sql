-- Why:      a person sees their health measures, newest first; each value stays sealed.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
--
-- One leaf a partition: a large table is kept, vacuumed and moved leaf by leaf, and a statement that names the partition locks one. No index begins with
-- the partition: it is the same in a whole leaf, and a planner without statistics takes it for selective.
CREATE TABLE measures (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    item uuid NOT NULL,
    measure text NOT NULL,
    taken_at timestamptz NOT NULL,
    value text NOT NULL,
    recorded_at timestamptz NOT NULL,
    given_by text NOT NULL,
    PRIMARY KEY (space, item, partition)
) PARTITION BY LIST (partition);

-- Rows are inserted, and seldom removed: vacuum by their number, not by a share of a table that grows for years.
CALL create_leaves('measures', 'autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000, autovacuum_vacuum_scale_factor = 0.05');

CREATE INDEX measures_newest_first ON measures (space, taken_at, item);

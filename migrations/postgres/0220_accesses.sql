-- Why:      a person sees who looked at what in their space, and on which ground; newest first.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
--
-- One leaf a partition: a large table is kept, vacuumed and moved leaf by leaf, and a statement that names the partition locks one. No index begins with
-- the partition: it is the same in a whole leaf, and a planner without statistics takes it for selective.
CREATE TABLE accesses (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    position bigint NOT NULL,
    at timestamptz NOT NULL,
    role text NOT NULL,
    reader text NOT NULL,
    profession text NOT NULL,
    structure text NOT NULL,
    action text NOT NULL,
    section text NOT NULL,
    document uuid,
    purpose text NOT NULL,
    reason text NOT NULL,
    outcome text NOT NULL,
    because text NOT NULL,
    matrix text NOT NULL,
    PRIMARY KEY (space, position, partition)
) PARTITION BY LIST (partition);

-- Rows are inserted, and go with their space alone: vacuum by their number, not by a share of a table that grows for years.
CALL create_leaves('accesses', 'autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000, autovacuum_vacuum_scale_factor = 0.05');

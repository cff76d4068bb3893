-- Why:      the sweep of files must know which contents events name, and which they gave up.
-- Old code: does not sweep; followers fill the table from the beginning of the log.
-- Takes:    no time.
--
-- One leaf a partition, as for every read model of what a space contains. The key serves what is given up together, all of a space or of a document;
-- the sweep knows nothing but the id of a content, which is ordered by time.
CREATE TABLE contents (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    item uuid NOT NULL,
    content uuid NOT NULL,
    fate text NOT NULL,
    PRIMARY KEY (space, item, content, partition)
) PARTITION BY LIST (partition);

-- Rows are inserted, and seldom changed: vacuum by their number, not by a share of a table that grows for years.
CALL create_leaves('contents', 'autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000, autovacuum_vacuum_scale_factor = 0.05');

CREATE INDEX contents_by_id ON contents (content);

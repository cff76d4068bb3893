-- Why:      the log: the table of postgres-es with a partition, a dense position and the time of writing. A stream is named SPACE if it is the life of a space
--           (aggregate type health_space), and SPACE/ITEM if it is something that the space contains. The key begins with that name, compared byte by
--           byte, so all streams of one space stand side by side: '/' comes before every digit and letter.
-- Old code: there is none. Stock postgres-es writes and reads the table unchanged, because it names its columns.
-- Takes:    no time.
CREATE TABLE events (
    aggregate_type text COLLATE "C" NOT NULL,
    aggregate_id text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL CHECK (sequence >= 1),
    event_type text NOT NULL,
    event_version text NOT NULL,
    payload sealed_json NOT NULL,
    metadata sealed_json NOT NULL,
    partition smallint NOT NULL,
    position bigint NOT NULL CHECK (position >= 1),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (aggregate_id, aggregate_type, sequence, partition),
    UNIQUE (partition, position)
) PARTITION BY LIST (partition);

-- Rows are only ever inserted. A vacuum after every 200,000 rows of a leaf (100 MB) freezes the new pages for good, so no other vacuum reads them again;
-- a share of a table that never stops growing would come too late. Positions only grow, so no room is left in the pages of their index.
DO $$
DECLARE
    number smallint;
    leaf text;
BEGIN
    FOR number IN SELECT partition FROM log_heads ORDER BY partition LOOP
        leaf := 'events_' || lpad(number::text, 2, '0');
        EXECUTE format(
            'CREATE TABLE %s PARTITION OF events FOR VALUES IN (%s)
             WITH (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 200000, autovacuum_freeze_min_age = 0)',
            leaf, number);
        EXECUTE format('ALTER INDEX %s_partition_position_key SET (fillfactor = 100)', leaf);
    END LOOP;
END $$;

GRANT SELECT, INSERT ON events TO ens_service;

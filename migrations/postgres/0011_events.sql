-- Why:      the log: the table of postgres-es plus a partition, a dense position and the instant of writing. Nothing unsealed gets in.
-- Old code: stock postgres-es writes and reads it unchanged, because it names its columns.
-- Takes:    no time on a new database.
CREATE TABLE events (
    aggregate_type text NOT NULL,
    aggregate_id text NOT NULL,
    sequence bigint NOT NULL CHECK (sequence >= 1),
    event_type text NOT NULL,
    event_version text NOT NULL,
    payload json NOT NULL CONSTRAINT events_payload_is_sealed CHECK (payload::text NOT LIKE '%"$clear"%'),
    metadata json NOT NULL CONSTRAINT events_metadata_is_sealed CHECK (metadata::text NOT LIKE '%"$clear"%'),
    partition smallint NOT NULL,
    position bigint NOT NULL CHECK (position >= 1),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (aggregate_type, aggregate_id, sequence, partition),
    UNIQUE (partition, position)
) PARTITION BY LIST (partition);

-- Rows are only ever inserted: vacuum by their number, not by a share of a table that never stops growing.
DO $$
DECLARE
    number smallint;
BEGIN
    FOR number IN SELECT partition FROM log_heads ORDER BY partition LOOP
        EXECUTE format(
            'CREATE TABLE events_%s PARTITION OF events FOR VALUES IN (%s)
             WITH (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000)',
            lpad(number::text, 2, '0'), number);
    END LOOP;
END $$;

GRANT SELECT, INSERT ON events TO ens_service;

-- Why:      the keys of a space stand with its events: one leaf a partition, so that each can be moved, vacuumed and locked alone.
-- Old code: keeps working; the table has the same name, columns, key and rights.
-- Takes:    one copy of `keys.space_keys` and its key (about 150 bytes a space); run it while the writers are stopped.
ALTER TABLE keys.space_keys RENAME TO space_keys_whole;
ALTER TABLE keys.space_keys_whole RENAME CONSTRAINT space_keys_pkey TO space_keys_whole_pkey;

CREATE TABLE keys.space_keys (
    partition smallint NOT NULL,
    generation integer NOT NULL CHECK (generation >= 1),
    space uuid NOT NULL,
    destroyed_at timestamptz,
    wrapped bytea,
    PRIMARY KEY (partition, space, generation),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
) PARTITION BY LIST (partition);

-- A destroyed key must not lie in a dead row for long: vacuum after a few, however many keys there are.
DO $$
DECLARE
    number smallint;
BEGIN
    FOR number IN SELECT partition FROM log_heads ORDER BY partition LOOP
        EXECUTE format(
            'CREATE TABLE keys.space_keys_%s PARTITION OF keys.space_keys FOR VALUES IN (%s)
             WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50)',
            lpad(number::text, 2, '0'), number);
    END LOOP;
END $$;

INSERT INTO keys.space_keys (partition, space, generation, wrapped, destroyed_at)
    SELECT partition, space, generation, wrapped, destroyed_at FROM keys.space_keys_whole ORDER BY partition, space, generation;
DROP TABLE keys.space_keys_whole;

GRANT SELECT, INSERT, UPDATE (wrapped, destroyed_at) ON keys.space_keys TO ens_service;

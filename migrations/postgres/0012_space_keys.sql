-- Why:      each space has its own key, wrapped by the master key; to destroy a space is to destroy its key. The keys have a schema of their own, so that they
--           are backed up apart from the log, and one leaf a partition, so that each can be moved, vacuumed and locked alone.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
CREATE SCHEMA keys;

CREATE TABLE keys.space_keys (
    partition smallint NOT NULL,
    generation integer NOT NULL CHECK (generation >= 1),
    space uuid NOT NULL,
    destroyed_at timestamptz,
    wrapped bytea,
    PRIMARY KEY (partition, space, generation),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
) PARTITION BY LIST (partition);

-- A destroyed key must not stay in a dead row for long: vacuum after 50 of them, however many keys there are.
CALL create_leaves('keys.space_keys', 'autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50, autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 200000');

GRANT USAGE ON SCHEMA keys TO ens_service;
GRANT SELECT, INSERT, UPDATE (wrapped, destroyed_at) ON keys.space_keys TO ens_service;

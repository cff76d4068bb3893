-- Why:      each space has its own key, wrapped by the master key; to destroy a space is to destroy its key. Apart from the log, so that it is backed up apart.
-- Old code: keeps working; nothing reads it yet.
-- Takes:    no time.
CREATE SCHEMA keys;

CREATE TABLE keys.space_keys (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    generation integer NOT NULL CHECK (generation >= 1),
    wrapped bytea,
    destroyed_at timestamptz,
    PRIMARY KEY (partition, space, generation),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50);

GRANT USAGE ON SCHEMA keys TO ens_service;
GRANT SELECT, INSERT, UPDATE (wrapped, destroyed_at) ON keys.space_keys TO ens_service;

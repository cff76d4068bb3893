-- Why:      a request that arrives twice takes effect once. Key and request are kept as keyed digests, because both may be guessable, of 16 bytes, because they
--           are kept for ever. A key that tells when it was made is kept under that time, beside the keys of its time: a digest would fall anywhere in the
--           index, and on a large one each key would change a page of its own.
-- Old code: there is none; this is the first version.
-- Takes:    no time. A key is unique in the whole store, so on a distributed PostgreSQL rows are placed by the key.
CREATE TABLE idempotency_keys (
    key uuid NOT NULL PRIMARY KEY,
    digest uuid NOT NULL,
    space uuid NOT NULL,
    version_before bigint NOT NULL,
    version bigint NOT NULL,
    position bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    partition smallint NOT NULL
) WITH (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000, autovacuum_freeze_min_age = 0);

GRANT SELECT, INSERT ON idempotency_keys TO ens_service;

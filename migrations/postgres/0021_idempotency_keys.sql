-- Why:      a request that arrives twice takes effect once. Key and request are kept as keyed digests: both may be guessable.
-- Old code: keeps working; nothing reads it yet.
-- Takes:    no time. A key is unique in the whole store, so on a distributed PostgreSQL its own distribution column is the key.
CREATE TABLE idempotency_keys (
    key bytea NOT NULL PRIMARY KEY CHECK (octet_length(key) = 32),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    partition smallint NOT NULL,
    space text NOT NULL,
    version_before bigint NOT NULL,
    version bigint NOT NULL,
    position bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

GRANT SELECT, INSERT ON idempotency_keys TO ens_service;

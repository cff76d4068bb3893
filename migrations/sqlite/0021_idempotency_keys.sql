-- Why:      a request that arrives twice takes effect once. Key and request are kept as keyed digests: both may be guessable.
-- Old code: keeps working; nothing reads it yet.
-- Takes:    no time.
CREATE TABLE idempotency_keys (
    key BLOB NOT NULL PRIMARY KEY CHECK (length(key) = 32),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    version_before INTEGER NOT NULL,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    recorded_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT, WITHOUT ROWID;

-- Why:      a request that arrives twice takes effect once. Key and request are kept as keyed digests, because both may be guessable, of 16 bytes, because they
--           are kept for ever. A key that tells when it was made is kept under that time, beside the keys of its time: a digest would fall anywhere in the
--           index, and on a large one each key would change a page of its own.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
CREATE TABLE idempotency_keys (
    key BLOB NOT NULL PRIMARY KEY CHECK (length(key) = 16),
    digest BLOB NOT NULL CHECK (length(digest) = 16),
    space BLOB NOT NULL CHECK (length(space) = 16),
    version_before INTEGER NOT NULL,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    recorded_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    partition INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

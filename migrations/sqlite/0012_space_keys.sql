-- Why:      each space has its own key, wrapped by the master key; to destroy a space is to destroy its key. The keys have a file of their own, so that they are
--           backed up apart from the log.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
CREATE TABLE keys.space_keys (
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    generation INTEGER NOT NULL CHECK (generation >= 1),
    wrapped BLOB,
    destroyed_at TEXT,
    PRIMARY KEY (partition, space, generation),
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
) STRICT;

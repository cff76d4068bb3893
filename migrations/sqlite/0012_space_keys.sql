-- Why:      each space has its own key, wrapped by the master key; to destroy a space is to destroy its key. In a file of its own, so that it is backed up apart.
-- Old code: keeps working; nothing reads it yet.
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

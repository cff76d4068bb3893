-- Why:      a store that is opened with another master key would make new keys and find no person again. One row names the store and holds a check value of
--           its master key, from which the key cannot be found; it stands beside the keys, because it is restored with them.
-- Old code: there is none; this is the first version.
-- Takes:    no time. The row is inserted once and never changed.
CREATE TABLE keys.store_identity (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    store BLOB NOT NULL CHECK (length(store) = 16),
    master_check BLOB NOT NULL CHECK (length(master_check) = 32)
) STRICT;

CREATE TRIGGER keys.store_identity_is_never_updated BEFORE UPDATE ON store_identity BEGIN
    SELECT RAISE(ABORT, 'a store keeps its identity');
END;

CREATE TRIGGER keys.store_identity_is_never_deleted BEFORE DELETE ON store_identity BEGIN
    SELECT RAISE(ABORT, 'a store keeps its identity');
END;

-- Why:      a store that is opened with another master key would make new keys and find no person again. One row names the store and holds a check value of
--           its master key, from which the key cannot be found; it stands beside the keys, because it is restored with them.
-- Old code: there is none; this is the first version.
-- Takes:    no time. The service may read and insert the row, and never change it.
CREATE TABLE keys.store_identity (
    only_row smallint NOT NULL PRIMARY KEY CHECK (only_row = 1),
    store uuid NOT NULL,
    master_check bytea NOT NULL CHECK (octet_length(master_check) = 32)
);

GRANT SELECT, INSERT ON keys.store_identity TO ens_service;

-- Why:      a digest falls anywhere in an index: on a large one each key changes a page of its own. A key that tells when it was made is kept under that
--           instant, beside the keys of its time. 16 bytes in place of 32, the widest columns first: a third less to keep for ever.
-- Old code: must be stopped: it looks for keys of 32 bytes. A UUID of version 7 that was used as a key before this is not known any more; others are.
-- Takes:    one copy of `idempotency_keys`.
ALTER TABLE idempotency_keys RENAME TO idempotency_keys_whole;
ALTER TABLE idempotency_keys_whole RENAME CONSTRAINT idempotency_keys_pkey TO idempotency_keys_whole_pkey;

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

INSERT INTO idempotency_keys (key, digest, space, version_before, version, position, recorded_at, partition)
    SELECT encode(substr(key, 1, 16), 'hex')::uuid, encode(substr(digest, 1, 16), 'hex')::uuid, space::uuid,
           version_before, version, position, recorded_at, partition
    FROM idempotency_keys_whole ORDER BY key;
DROP TABLE idempotency_keys_whole;

REVOKE ALL ON idempotency_keys FROM ens_service;
GRANT SELECT, INSERT ON idempotency_keys TO ens_service;

-- Why:      a worker claims in one partition, from one leaf. A claim changes only columns that no index holds, in a page with room: half the write-ahead log.
-- Old code: must be stopped: it notes a claim in `due_at`, which a claim of the new code would take for a message that waits.
-- Takes:    one copy of `outbox`, which is small between campaigns.
ALTER TABLE outbox RENAME TO outbox_whole;
ALTER TABLE outbox_whole RENAME CONSTRAINT outbox_pkey TO outbox_whole_pkey;
ALTER INDEX outbox_due RENAME TO outbox_whole_due;

CREATE TABLE outbox (
    partition smallint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    leased_until timestamptz,
    due_at timestamptz NOT NULL,
    handed_over_at timestamptz,
    message uuid NOT NULL,
    space uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('email', 'post')),
    kind text NOT NULL,
    content json CONSTRAINT outbox_content_is_sealed CHECK (content::text NOT LIKE '%"$clear"%'),
    PRIMARY KEY (partition, message),
    CHECK ((content IS NULL) = (handed_over_at IS NOT NULL))
) PARTITION BY LIST (partition);

-- Every row is claimed once and then goes: half a page is left for the claim. Vacuum and analyze by number, for the table is empty by
-- morning and holds a day's letters at noon; a share of what it held at its last count says nothing.
DO $$
DECLARE
    number smallint;
BEGIN
    FOR number IN SELECT partition FROM log_heads ORDER BY partition LOOP
        EXECUTE format(
            'CREATE TABLE outbox_%s PARTITION OF outbox FOR VALUES IN (%s)
             WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
                   autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000,
                   autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000)',
            lpad(number::text, 2, '0'), number);
        EXECUTE format('REVOKE ALL ON outbox_%s FROM ens_service', lpad(number::text, 2, '0'));
    END LOOP;
END $$;

CREATE INDEX outbox_due ON outbox (channel, due_at, message) WHERE handed_over_at IS NULL;

INSERT INTO outbox (partition, message, space, kind, channel, content, due_at, attempts, handed_over_at)
    SELECT partition, message, space, kind, channel, content, due_at, attempts, handed_over_at FROM outbox_whole ORDER BY partition, message;
DROP TABLE outbox_whole;

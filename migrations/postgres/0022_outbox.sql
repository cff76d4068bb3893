-- Why:      a message leaves if, and only if, the event that it tells of was written: its row is made in the transaction of the append. A worker claims in one
--           partition, from one leaf. A claim changes only columns that no index holds, in a page with room, which halves its write-ahead log.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
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
    content sealed_json,
    PRIMARY KEY (partition, message),
    CHECK ((content IS NULL) = (handed_over_at IS NOT NULL))
) PARTITION BY LIST (partition);

-- Every row is claimed once and then goes: half of each page is left free for the claim. Vacuum and analyze go by number, because the table is empty in the
-- morning and holds a day's letters at noon: a share of what it held at its last count says nothing.
CALL create_leaves('outbox', 'fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000');

CREATE INDEX outbox_due ON outbox (channel, due_at, message) WHERE handed_over_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO ens_service;

-- Why:      a message leaves if, and only if, the event that it tells of was written: its row is made in the transaction of the append.
-- Old code: there is none; this is the first version.
-- Takes:    no time. Times are microseconds since 1970, so that they compare.
CREATE TABLE outbox (
    partition INTEGER NOT NULL,
    message TEXT NOT NULL,
    space TEXT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('email', 'post')),
    content TEXT CONSTRAINT outbox_content_is_sealed CHECK (json_valid(content) AND instr(content, '"$clear"') = 0),
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    handed_over_at TEXT,
    leased_until INTEGER,
    PRIMARY KEY (partition, message),
    CHECK ((content IS NULL) = (handed_over_at IS NOT NULL))
) STRICT;

CREATE INDEX outbox_due ON outbox (channel, due_at, message) WHERE handed_over_at IS NULL;

-- Why:      a message leaves if and only if what it tells was written: its row is made in the transaction of the append.
-- Old code: keeps working; nothing reads it yet.
-- Takes:    no time.
CREATE TABLE outbox (
    partition smallint NOT NULL,
    message uuid NOT NULL,
    space uuid NOT NULL,
    kind text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('email', 'post')),
    content json CONSTRAINT outbox_content_is_sealed CHECK (content::text NOT LIKE '%"$clear"%'),
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    handed_over_at timestamptz,
    PRIMARY KEY (partition, message),
    CHECK ((content IS NULL) = (handed_over_at IS NOT NULL))
);

CREATE INDEX outbox_due ON outbox (channel, due_at, message) WHERE handed_over_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO ens_service;

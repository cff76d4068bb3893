-- Why:      workers share what falls due, partition by partition: a row says which worker is at it until when, and the position of what was done last.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
CREATE TABLE task_leases (
    partition smallint NOT NULL,
    task text NOT NULL,
    holder uuid NOT NULL,
    taken_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    position bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
    PRIMARY KEY (partition, task)
) WITH (fillfactor = 10);

GRANT SELECT, INSERT, UPDATE, DELETE ON task_leases TO ens_service;

-- Why:      workers share what falls due partition by partition: a row says who is at it until when, and the position of what was done last.
-- Old code: does not know the table and keeps working; it does everything, as before, and the log lets nothing happen twice.
-- Takes:    no time; the table is new.
CREATE TABLE task_leases (
    partition smallint NOT NULL,
    task text NOT NULL,
    holder uuid NOT NULL,
    taken_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    position bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
    PRIMARY KEY (partition, task)
) WITH (fillfactor = 10);

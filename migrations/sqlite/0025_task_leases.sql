-- Why:      workers share what falls due, partition by partition: a row says which worker is at it until when, and the position of what was done last.
-- Old code: there is none; this is the first version.
-- Takes:    no time. Times are milliseconds since 1970.
CREATE TABLE task_leases (
    partition INTEGER NOT NULL,
    task TEXT NOT NULL,
    holder TEXT NOT NULL,
    taken_at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    position INTEGER NOT NULL DEFAULT 0 CHECK (position >= 0),
    PRIMARY KEY (partition, task)
) STRICT, WITHOUT ROWID;

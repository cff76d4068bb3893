-- Why:      each morning the spaces whose window is over are opened, the oldest window first.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
CREATE TABLE openings_due (
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    department TEXT NOT NULL,
    stage TEXT NOT NULL,
    last_day TEXT,
    PRIMARY KEY (partition, space)
) WITHOUT ROWID;

CREATE INDEX openings_due_by_day ON openings_due (partition, last_day, space) WHERE stage = 'notified';

-- Why:      each morning the spaces whose window is over are opened, oldest window first.
-- Old code: does not know the table and keeps working; followers fill it from the beginning of the log.
-- Takes:    no time; the table is new.
CREATE TABLE openings_due (
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    department TEXT NOT NULL,
    stage TEXT NOT NULL,
    last_day TEXT,
    PRIMARY KEY (partition, space)
) WITHOUT ROWID;

CREATE INDEX openings_due_by_day ON openings_due (partition, last_day, space) WHERE stage = 'notified';

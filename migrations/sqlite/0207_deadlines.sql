-- Why:      what falls due by itself after the notice is settled each morning.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
CREATE TABLE deadlines (
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_on TEXT NOT NULL,
    PRIMARY KEY (partition, space, kind, subject)
) WITHOUT ROWID;

CREATE INDEX deadlines_by_day ON deadlines (partition, due_on, space, kind, subject);

-- Why:      a person reads the life of their space, one line an event.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
CREATE TABLE history (
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    at TEXT NOT NULL,
    day TEXT NOT NULL,
    event TEXT NOT NULL,
    sentence TEXT NOT NULL,
    PRIMARY KEY (partition, space, sequence)
) WITHOUT ROWID;

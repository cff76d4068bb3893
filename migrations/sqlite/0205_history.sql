-- Why:      a person reads the life of their space, one line a fact.
-- Old code: does not know the table and keeps working; followers fill it from the beginning of the log.
-- Takes:    no time; the table is new.
CREATE TABLE history (
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    at TEXT NOT NULL,
    day TEXT NOT NULL,
    fact TEXT NOT NULL,
    sentence TEXT NOT NULL,
    PRIMARY KEY (partition, space, sequence)
) WITHOUT ROWID;

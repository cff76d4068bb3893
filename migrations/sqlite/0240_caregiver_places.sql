-- Why:      a caregiver helps five persons at most, in spaces of any partition: a place is taken before the event, by a keyed digest of the caregiver.
-- Old code: does not know the table.
-- Takes:    no time.
CREATE TABLE caregiver_places (
    caregiver BLOB NOT NULL CHECK (length(caregiver) = 32),
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 5),
    space TEXT NOT NULL,
    taken_at INTEGER NOT NULL,
    PRIMARY KEY (caregiver, number),
    CONSTRAINT caregiver_places_space_once UNIQUE (caregiver, space)
) STRICT, WITHOUT ROWID;

CREATE INDEX caregiver_places_of_space ON caregiver_places (space);

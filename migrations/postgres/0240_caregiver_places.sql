-- Why:      a caregiver helps five persons at most, in spaces of any partition: a place is taken before the event, by a keyed digest of the caregiver.
-- Old code: does not know the table.
-- Takes:    no time. The service has the rights of 0100 on it. On a distributed PostgreSQL rows are placed by the digest.
CREATE TABLE caregiver_places (
    caregiver bytea NOT NULL CHECK (octet_length(caregiver) = 32),
    number smallint NOT NULL CHECK (number BETWEEN 1 AND 5),
    space uuid NOT NULL,
    taken_at bigint NOT NULL,
    PRIMARY KEY (caregiver, number),
    CONSTRAINT caregiver_places_space_once UNIQUE (caregiver, space)
);

CREATE INDEX caregiver_places_of_space ON caregiver_places (space);

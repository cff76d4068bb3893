-- Why:      a person reads the life of their space, one line a fact.
-- Old code: does not know the table and keeps working; followers fill it from the beginning of the log.
-- Takes:    no time; the table is new.
CREATE TABLE history (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    sequence bigint NOT NULL,
    at timestamptz NOT NULL,
    day date NOT NULL,
    fact text NOT NULL,
    sentence text NOT NULL,
    PRIMARY KEY (partition, space, sequence)
);

-- Why:      a campaign walks the persons to be told, in the order of their ids.
-- Old code: does not know the table and keeps working; followers fill it from the beginning of the log.
-- Takes:    no time; the table is new.
CREATE TABLE notices_due (
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    channel TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (partition, space)
) WITHOUT ROWID;

-- Why:      a campaign goes through the persons who are owed a notice, in the order of their ids.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
CREATE TABLE notices_due (
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    channel TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (partition, space)
) WITHOUT ROWID;

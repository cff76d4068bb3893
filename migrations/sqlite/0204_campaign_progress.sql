-- Why:      the campaign is counted by department, insurer, channel, state and day.
-- Old code: does not know the table and keeps working; followers fill it from the beginning of the log.
-- Takes:    no time; the table is new.
CREATE TABLE campaign_progress (
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    department TEXT NOT NULL,
    insurer TEXT NOT NULL,
    channel TEXT,
    state TEXT NOT NULL,
    day TEXT NOT NULL,
    PRIMARY KEY (partition, space)
) WITHOUT ROWID;

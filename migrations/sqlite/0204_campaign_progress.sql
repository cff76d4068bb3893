-- Why:      the campaign is counted by department, insurer, channel, state and day.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
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

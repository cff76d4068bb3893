-- Why:      the campaign is counted by department, insurer, channel, state and day.
-- Old code: does not know the table and keeps working; followers fill it from the beginning of the log.
-- Takes:    no time; the table is new.
CREATE TABLE campaign_progress (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    department text NOT NULL,
    insurer text NOT NULL,
    channel text,
    state text NOT NULL,
    day date NOT NULL,
    PRIMARY KEY (partition, space)
);

-- Why:      each morning the spaces whose window is over are opened, oldest window first.
-- Old code: does not know the table and keeps working; followers fill it from the beginning of the log.
-- Takes:    no time; the table is new.
CREATE TABLE openings_due (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    department text NOT NULL,
    stage text NOT NULL,
    last_day date,
    PRIMARY KEY (partition, space)
);

CREATE INDEX openings_due_by_day ON openings_due (partition, last_day, space) WHERE stage = 'notified';

-- Why:      a person sees their health measures, newest first; each value stays sealed.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
CREATE TABLE measures (
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    item TEXT NOT NULL,
    measure TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    value TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    given_by TEXT NOT NULL,
    PRIMARY KEY (partition, space, item)
) WITHOUT ROWID;

CREATE INDEX measures_newest_first ON measures (partition, space, taken_at, item);

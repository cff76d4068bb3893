-- Why:      a person sees who may see their space, and who is blocked.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
CREATE TABLE grants (
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    entry TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    scope TEXT NOT NULL,
    purpose TEXT NOT NULL,
    since TEXT NOT NULL,
    starts_on TEXT,
    until TEXT,
    state TEXT NOT NULL,
    ended_at TEXT,
    given_by TEXT NOT NULL,
    PRIMARY KEY (partition, space, entry)
) WITHOUT ROWID;

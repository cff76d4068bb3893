-- Why:      a person sees who looked at what in their space, and on which ground; newest first.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
CREATE TABLE accesses (
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    position INTEGER NOT NULL,
    at TEXT NOT NULL,
    role TEXT NOT NULL,
    reader TEXT NOT NULL,
    profession TEXT NOT NULL,
    structure TEXT NOT NULL,
    action TEXT NOT NULL,
    section TEXT NOT NULL,
    document TEXT,
    purpose TEXT NOT NULL,
    reason TEXT NOT NULL,
    outcome TEXT NOT NULL,
    because TEXT NOT NULL,
    matrix TEXT NOT NULL,
    PRIMARY KEY (partition, space, position)
) WITHOUT ROWID;

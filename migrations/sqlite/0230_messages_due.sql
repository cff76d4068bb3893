-- Why:      persons are told after the fact of readings in an emergency, of new readers, and of documents; this says what is owed.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
CREATE TABLE messages_due (
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_on TEXT,
    position INTEGER NOT NULL,
    readers TEXT NOT NULL,
    PRIMARY KEY (partition, space, kind, subject)
) WITHOUT ROWID;

CREATE INDEX messages_due_by_day ON messages_due (partition, due_on, space, kind, subject) WHERE due_on IS NOT NULL;

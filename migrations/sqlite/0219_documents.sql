-- Why:      a person and who treats them see the documents of the medical record, newest first; titles stay sealed.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
CREATE TABLE documents (
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    item TEXT NOT NULL,
    document_type TEXT NOT NULL,
    class TEXT NOT NULL,
    title TEXT NOT NULL,
    author TEXT NOT NULL,
    deposited_at TEXT NOT NULL,
    act_first TEXT NOT NULL,
    act_last TEXT NOT NULL,
    versions INTEGER NOT NULL,
    content TEXT NOT NULL,
    visibility TEXT NOT NULL,
    to_representatives TEXT NOT NULL,
    announcement TEXT NOT NULL,
    invite_on TEXT,
    standing TEXT NOT NULL,
    pinned INTEGER NOT NULL,
    read_at TEXT,
    joined_at TEXT,
    PRIMARY KEY (partition, space, item)
) WITHOUT ROWID;

CREATE INDEX documents_newest_first ON documents (partition, space, deposited_at, item);

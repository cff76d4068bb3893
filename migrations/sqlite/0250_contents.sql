-- Why:      the sweep of files must know which contents events name, and which they gave up.
-- Old code: does not sweep; followers fill the table from the beginning of the log.
-- Takes:    no time.
CREATE TABLE contents (
    partition INTEGER NOT NULL,
    space TEXT NOT NULL,
    item TEXT NOT NULL,
    content TEXT NOT NULL,
    fate TEXT NOT NULL,
    PRIMARY KEY (partition, space, item, content)
) WITHOUT ROWID;

CREATE INDEX contents_by_id ON contents (partition, content);

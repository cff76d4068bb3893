-- Why:      one person has one space, for ever: a keyed digest of the INS leads to the id of the space, which is reserved before the first event.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
CREATE TABLE space_registry (
    ins_digest BLOB NOT NULL PRIMARY KEY CHECK (length(ins_digest) = 32),
    space_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

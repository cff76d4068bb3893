-- Why:      one person has one space, for ever: a keyed digest of the INS leads to its id, reserved before the first event.
-- Old code: keeps working; nothing reads it yet.
-- Takes:    no time.
CREATE TABLE space_registry (
    ins_digest BLOB NOT NULL PRIMARY KEY CHECK (length(ins_digest) = 32),
    space_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

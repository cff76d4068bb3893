-- Why:      a follower stores how far it came beside its rows, in one transaction; who finds another position than it started from starts again.
-- Old code: keeps working; nothing reads it yet.
-- Takes:    no time.
CREATE TABLE checkpoints (
    name TEXT NOT NULL,
    partition INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    PRIMARY KEY (name, partition)
) STRICT;

-- Why:      a follower stores how far it came beside its rows, in one transaction; whoever finds another position than it started from starts again.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
CREATE TABLE checkpoints (
    name TEXT NOT NULL,
    partition INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    PRIMARY KEY (name, partition)
) STRICT;

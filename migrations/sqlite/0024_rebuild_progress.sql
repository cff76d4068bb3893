-- Why:      a rebuild that reads years of events must go on where it was killed: how far each leaf is filled stands beside its rows, in one transaction.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
CREATE TABLE rebuild_progress (
    name TEXT NOT NULL,
    shape TEXT NOT NULL,
    partition INTEGER NOT NULL,
    filled TEXT NOT NULL,
    bound INTEGER NOT NULL CHECK (bound >= 0),
    aggregate_type TEXT NOT NULL,
    aggregate_id TEXT NOT NULL,
    facts INTEGER NOT NULL CHECK (facts >= 0),
    leaf TEXT NOT NULL CHECK (leaf IN ('filling', 'settled')),
    PRIMARY KEY (name, partition)
) STRICT;

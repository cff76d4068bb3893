-- Why:      a rebuild that reads years of events must go on where it was killed: how far each leaf is filled stands beside its rows, in one transaction.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
CREATE TABLE rebuild_progress (
    name text NOT NULL,
    shape text NOT NULL,
    partition smallint NOT NULL,
    filled text NOT NULL,
    bound bigint NOT NULL CHECK (bound >= 0),
    aggregate_type text NOT NULL,
    aggregate_id text NOT NULL,
    facts bigint NOT NULL CHECK (facts >= 0),
    leaf text NOT NULL CHECK (leaf IN ('filling', 'settled')),
    PRIMARY KEY (name, partition)
) WITH (fillfactor = 10);

GRANT SELECT, INSERT, UPDATE, DELETE ON rebuild_progress TO ens_service;

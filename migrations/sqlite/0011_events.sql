-- Why:      the log: the table of postgres-es plus a partition, a dense position and the instant of writing. Nothing unsealed gets in.
-- Old code: keeps working.
-- Takes:    no time on a new database.
CREATE TABLE events (
    aggregate_type TEXT NOT NULL,
    aggregate_id TEXT NOT NULL,
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    event_type TEXT NOT NULL,
    event_version TEXT NOT NULL,
    payload TEXT NOT NULL CONSTRAINT events_payload_is_sealed CHECK (json_valid(payload) AND instr(payload, '"$clear"') = 0),
    metadata TEXT NOT NULL CONSTRAINT events_metadata_is_sealed CHECK (json_valid(metadata) AND instr(metadata, '"$clear"') = 0),
    partition INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 1),
    recorded_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    PRIMARY KEY (aggregate_type, aggregate_id, sequence, partition),
    UNIQUE (partition, position)
) STRICT;

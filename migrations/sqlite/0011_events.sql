-- Why:      the log: the table of postgres-es with a partition, a dense position and the time of writing. A stream is named SPACE if it is the life of a space
--           (aggregate type health_space), and SPACE/ITEM if it is something that the space contains. The key begins with that name, compared byte by
--           byte, so all streams of one space stand side by side: '/' comes before every digit and letter. Nothing unsealed is stored.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
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
    PRIMARY KEY (aggregate_id, aggregate_type, sequence, partition),
    UNIQUE (partition, position)
) STRICT;

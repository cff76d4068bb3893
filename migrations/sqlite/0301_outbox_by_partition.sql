-- Why:      a claim is noted in a column of its own, which no index holds. An SQLite store has one partition, so there is nothing to divide.
-- Old code: must be stopped: it notes a claim in `due_at`, which a claim of the new code would take for a message that waits.
-- Takes:    no time.
ALTER TABLE outbox ADD COLUMN leased_until INTEGER;

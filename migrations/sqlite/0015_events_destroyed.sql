-- Why:      at every start the keys of destroyed spaces are destroyed again, in case an old backup of the keys brought one back. The index holds events of that
--           name only, so it stays small; of those, only the ones in the life of a space destroy a key.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
CREATE INDEX events_destroyed ON events (aggregate_type, aggregate_id) WHERE event_type = 'Destroyed';

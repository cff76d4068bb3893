-- Why:      at every start the keys of destroyed spaces are destroyed again, in case an old backup of the keys brought one back.
-- Old code: keeps working.
-- Takes:    one pass over `events`; run it while the writers are stopped. Holds destructions only, so it stays small.
CREATE INDEX events_destroyed ON events (aggregate_type, aggregate_id) WHERE event_type = 'Destroyed';

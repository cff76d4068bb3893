-- Why:      a share of a table that grows for ten years is too late: rows that are only inserted are frozen in steady small steps, hot rows are cleaned at once.
-- Old code: keeps working.
-- Takes:    no time.

-- Insert only. One pass over the new pages after every 200,000 rows of a leaf (100 MB) freezes them for good: no other vacuum reads them again.
DO $$
DECLARE
    leaf regclass;
BEGIN
    FOR leaf IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'events'::regclass AND inhrelid <> 'events_unplaced'::regclass LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 200000, autovacuum_freeze_min_age = 0)', leaf);
    END LOOP;
    FOR leaf IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'keys.space_keys'::regclass LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 200000)', leaf);
    END LOOP;
END $$;

ALTER TABLE space_registry
    SET (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000, autovacuum_freeze_min_age = 0);
ALTER TABLE idempotency_keys
    SET (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000, autovacuum_freeze_min_age = 0);

-- A few rows, updated by every append and every follower's turn: a page or two, cleaned in a millisecond. Their number never changes, so
-- counting them anew each minute would only make every connection plan its statements again.
ALTER TABLE log_heads
    SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
         autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000);
ALTER TABLE checkpoints
    SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
         autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000);

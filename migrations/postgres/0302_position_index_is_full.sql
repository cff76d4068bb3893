-- Why:      positions only grow, so nothing is ever put between two of them: the tenth of each page that an index leaves free is never used.
-- Old code: keeps working.
-- Takes:    no time; pages that are full already stay as they are until `REINDEX`.
DO $$
DECLARE
    leaf regclass;
BEGIN
    FOR leaf IN
        SELECT h.inhrelid::regclass FROM pg_inherits h
        WHERE h.inhparent = 'events_partition_position_key'::regclass AND h.inhrelid <> 'events_unplaced_partition_position_key'::regclass
    LOOP
        EXECUTE format('ALTER INDEX %s SET (fillfactor = 100)', leaf);
    END LOOP;
END $$;

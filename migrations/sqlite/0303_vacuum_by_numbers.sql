-- Why:      SQLite has neither dead rows nor transaction ages to clean up.
-- Old code: keeps working.
-- Takes:    no time.
SELECT 1;

-- Why:      SQLite has no partitioned tables, so there are no leaves to create.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
SELECT 1;

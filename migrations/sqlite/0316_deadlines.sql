-- Why:      PostgreSQL keeps this table in a leaf a partition; SQLite has one partition, and one table for it.
-- Old code: keeps working.
-- Takes:    no time.
SELECT 1;

-- Why:      SQLite has no domains: the tables that hold sealed JSON check it themselves.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
SELECT 1;

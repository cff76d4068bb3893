-- Why:      SQLite has no roles. What PostgreSQL refuses by missing rights, triggers refuse here (0014 and 0016).
-- Old code: there is none; this is the first version.
-- Takes:    no time.
SELECT 1;

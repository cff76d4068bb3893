-- Why:      SQLite has no rights to give: whoever opens the file fills the read models.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
SELECT 1;

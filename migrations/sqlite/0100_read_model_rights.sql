-- Why:      SQLite has no rights to give: whoever opens the file fills the read models.
-- Old code: keeps working.
-- Takes:    no time.
SELECT 1;

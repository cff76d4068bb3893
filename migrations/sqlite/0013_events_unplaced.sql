-- Why:      stock postgres-es does not write to SQLite: every row comes from our own writer, which brings partition and position.
-- Old code: there is none; this is the first version.
-- Takes:    no time.
SELECT 1;

-- Why:      SQLite fills its pages by itself where rows come in order.
-- Old code: keeps working.
-- Takes:    no time.
SELECT 1;

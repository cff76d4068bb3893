-- Why:      PostgreSQL keeps the rule that nothing unsealed is stored with a type of its own; SQLite knows no types of one's own, and keeps its CHECK.
-- Old code: keeps working.
-- Takes:    no time.
SELECT 1;

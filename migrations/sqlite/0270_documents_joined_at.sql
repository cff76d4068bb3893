-- Why:      a person sees which documents came with a medical record that is older than the space, and when.
-- Old code: keeps working; it does not name the column.
-- Takes:    no time.
ALTER TABLE documents ADD COLUMN joined_at TEXT;

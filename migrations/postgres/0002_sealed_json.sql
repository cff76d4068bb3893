-- Why:      personal data that nobody sealed must not be stored, whichever writer forgot it. PostgreSQL reads a CHECK again for each leaf that a
--           statement writes to, a tenth of the work of an append; it reads the check of a domain once a connection.
-- Old code: there is none. Stock postgres-es works: a column of a domain takes and gives the type beneath.
-- Takes:    no time.
CREATE DOMAIN sealed_json AS json CONSTRAINT is_sealed CHECK (VALUE::text NOT LIKE '%"$clear"%');

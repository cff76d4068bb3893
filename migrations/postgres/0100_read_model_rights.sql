-- Why:      every table made after this one is a read model, which the service fills. The tables before it have rights of their own.
-- Old code: there is none; this is the first version.
-- Takes:    no time. A later table of the log must take back what this gives.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ens_service;

-- Why:      the service works under a role that has no right to change the log, so no bug in the service can change it.
-- Old code: there is none; this is the first version.
-- Takes:    no time. The role belongs to the whole server, so another database may have made it already, or be making it now.
DO $$
BEGIN
    CREATE ROLE ens_service NOLOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'ens_service', 'MEMBER') THEN
        EXECUTE format('GRANT ens_service TO %I', current_user);
    END IF;
END $$;

-- Why:      the service must not be able to change the log, whatever bug it has; so it works under a role that was never given the right.
-- Old code: keeps working; nothing belongs to the role yet.
-- Takes:    no time; the role is the whole server's, so another database may have made it already, or be making it now.
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

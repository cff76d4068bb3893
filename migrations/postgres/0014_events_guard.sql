-- Why:      what was acknowledged never changes. The role has no right to; this also stops an owner who forgot.
-- Old code: keeps working; it only ever inserts.
-- Takes:    no time; costs nothing at insert.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE restrict_violation USING MESSAGE = 'the log is append-only';
END $$;

CREATE TRIGGER events_are_never_changed BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_are_never_truncated BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Row triggers reach the leaves by themselves, statement triggers do not.
DO $$
DECLARE
    leaf regclass;
BEGIN
    FOR leaf IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'events'::regclass LOOP
        EXECUTE format('CREATE TRIGGER events_are_never_truncated BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', leaf);
    END LOOP;
END $$;

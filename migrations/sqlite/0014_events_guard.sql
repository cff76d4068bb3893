-- Why:      what was acknowledged never changes, whatever bug the service has.
-- Old code: there is none; this is the first version.
-- Takes:    no time; it costs nothing at insert.
CREATE TRIGGER events_are_never_updated BEFORE UPDATE ON events BEGIN
    SELECT RAISE(ABORT, 'the log is append-only');
END;

CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events BEGIN
    SELECT RAISE(ABORT, 'the log is append-only');
END;

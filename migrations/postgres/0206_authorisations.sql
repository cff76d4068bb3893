-- Why:      a person sees who may see their space, and who is blocked.
-- Old code: does not know the table and keeps working; followers fill it from the beginning of the log.
-- Takes:    no time; the table is new.
CREATE TABLE authorisations (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    entry text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    scope text NOT NULL,
    since timestamptz NOT NULL,
    until date,
    state text NOT NULL,
    ended_at timestamptz,
    given_by text NOT NULL,
    PRIMARY KEY (partition, space, entry)
);

-- Why:      what falls due by itself after the notice is settled each morning.
-- Old code: does not know the table and keeps working; followers fill it from the beginning of the log.
-- Takes:    no time; the table is new.
CREATE TABLE deadlines (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    kind text NOT NULL,
    subject uuid NOT NULL,
    due_on date NOT NULL,
    PRIMARY KEY (partition, space, kind, subject)
);

CREATE INDEX deadlines_by_day ON deadlines (partition, due_on, space, kind, subject);

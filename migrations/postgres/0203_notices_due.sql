-- Why:      a campaign walks the persons to be told, in the order of their ids.
-- Old code: does not know the table and keeps working; followers fill it from the beginning of the log.
-- Takes:    no time; the table is new.
CREATE TABLE notices_due (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    channel text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (partition, space)
);

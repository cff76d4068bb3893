-- Why:      a table of 70 million spaces is kept, vacuumed and moved leaf by leaf; who names the partition reads and locks one leaf.
-- Old code: keeps working, once a follower of either version has filled the table again.
-- Takes:    no time here; the table is empty afterwards, and followers fill it anew from the beginning of the log.
DROP TABLE openings_due;

DELETE FROM checkpoints WHERE name = 'openings_due';

-- No index begins with the partition: it is the same all over a leaf, and a planner without statistics takes it for selective.
CREATE TABLE openings_due (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    department text NOT NULL,
    stage text NOT NULL,
    last_day date,
    PRIMARY KEY (space, partition)
) PARTITION BY LIST (partition);

-- A row comes with a space, is amended once or twice and goes with its opening, millions of them in one night: what is dead is cleared early.
DO $$
DECLARE
    number smallint;
BEGIN
    FOR number IN SELECT partition FROM log_heads ORDER BY partition LOOP
        EXECUTE format(
            'CREATE TABLE openings_due_%s PARTITION OF openings_due FOR VALUES IN (%s) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)',
            lpad(number::text, 2, '0'), number);
    END LOOP;
END $$;

CREATE INDEX openings_due_by_day ON openings_due (last_day, space) WHERE stage = 'notified';

-- Why:      a table of 70 million spaces is kept, vacuumed and moved leaf by leaf; who names the partition reads and locks one leaf.
-- Old code: keeps working, once a follower of either version has filled the table again.
-- Takes:    no time here; the table is empty afterwards, and followers fill it anew from the beginning of the log.
DROP TABLE deadlines;

DELETE FROM checkpoints WHERE name = 'deadlines';

-- No index begins with the partition: it is the same all over a leaf, and a planner without statistics takes it for selective.
CREATE TABLE deadlines (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    kind text NOT NULL,
    subject uuid NOT NULL,
    due_on date NOT NULL,
    PRIMARY KEY (space, kind, subject, partition)
) PARTITION BY LIST (partition);

-- A row comes with a term and goes when it is over: what is dead is cleared early.
DO $$
DECLARE
    number smallint;
BEGIN
    FOR number IN SELECT partition FROM log_heads ORDER BY partition LOOP
        EXECUTE format(
            'CREATE TABLE deadlines_%s PARTITION OF deadlines FOR VALUES IN (%s) WITH (autovacuum_vacuum_scale_factor = 0.02)',
            lpad(number::text, 2, '0'), number);
    END LOOP;
END $$;

CREATE INDEX deadlines_by_day ON deadlines (due_on, space, kind, subject);

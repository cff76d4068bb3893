-- Why:      a table of 70 million spaces is kept, vacuumed and moved leaf by leaf; who names the partition reads and locks one leaf.
-- Old code: keeps working, once a follower of either version has filled the table again.
-- Takes:    no time here; the table is empty afterwards, and followers fill it anew from the beginning of the log.
DROP TABLE notices_due;

DELETE FROM checkpoints WHERE name = 'notices_due';

-- No index begins with the partition: it is the same all over a leaf, and a planner without statistics takes it for selective.
CREATE TABLE notices_due (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    channel text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (space, partition)
) PARTITION BY LIST (partition);

-- A row comes when a notice is owed and goes when it is sent, millions of them in one campaign: what is dead is cleared early.
DO $$
DECLARE
    number smallint;
BEGIN
    FOR number IN SELECT partition FROM log_heads ORDER BY partition LOOP
        EXECUTE format(
            'CREATE TABLE notices_due_%s PARTITION OF notices_due FOR VALUES IN (%s) WITH (autovacuum_vacuum_scale_factor = 0.02)',
            lpad(number::text, 2, '0'), number);
    END LOOP;
END $$;

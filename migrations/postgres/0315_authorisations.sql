-- Why:      a table of 70 million spaces is kept, vacuumed and moved leaf by leaf; who names the partition reads and locks one leaf.
-- Old code: keeps working, once a follower of either version has filled the table again.
-- Takes:    no time here; the table is empty afterwards, and followers fill it anew from the beginning of the log.
DROP TABLE authorisations;

DELETE FROM checkpoints WHERE name = 'authorisations';

-- No index begins with the partition: it is the same all over a leaf, and a planner without statistics takes it for selective.
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
    PRIMARY KEY (space, entry, partition)
) PARTITION BY LIST (partition);

-- Rows are amended once, when they end.
DO $$
DECLARE
    number smallint;
BEGIN
    FOR number IN SELECT partition FROM log_heads ORDER BY partition LOOP
        EXECUTE format(
            'CREATE TABLE authorisations_%s PARTITION OF authorisations FOR VALUES IN (%s) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05)',
            lpad(number::text, 2, '0'), number);
    END LOOP;
END $$;

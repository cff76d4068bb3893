-- Why:      a table of 70 million spaces is kept, vacuumed and moved leaf by leaf; who names the partition reads and locks one leaf.
-- Old code: keeps working, once a follower of either version has filled the table again.
-- Takes:    no time here; the table is empty afterwards, and followers fill it anew from the beginning of the log.
DROP TABLE campaign_progress;

DELETE FROM checkpoints WHERE name = 'campaign_progress';

-- No index begins with the partition: it is the same all over a leaf, and a planner without statistics takes it for selective.
CREATE TABLE campaign_progress (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    department text NOT NULL,
    insurer text NOT NULL,
    channel text,
    state text NOT NULL,
    day date NOT NULL,
    PRIMARY KEY (space, partition)
) PARTITION BY LIST (partition);

-- Rows are amended in place and no index holds what changes: room in the page keeps each amendment there (HOT).
DO $$
DECLARE
    number smallint;
BEGIN
    FOR number IN SELECT partition FROM log_heads ORDER BY partition LOOP
        EXECUTE format(
            'CREATE TABLE campaign_progress_%s PARTITION OF campaign_progress FOR VALUES IN (%s) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05)',
            lpad(number::text, 2, '0'), number);
    END LOOP;
END $$;

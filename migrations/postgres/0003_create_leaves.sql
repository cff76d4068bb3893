-- Why:      a partitioned table has one leaf a partition of the log, named by its number; only what is set for its storage differs from table to table.
-- Old code: there is none; this is the first version.
-- Takes:    no time. It runs as its caller, which owns the tables; the service may not call it.
CREATE PROCEDURE create_leaves(parent text, storage text) LANGUAGE plpgsql AS $$
DECLARE
    number smallint;
BEGIN
    FOR number IN SELECT partition FROM log_heads ORDER BY partition LOOP
        EXECUTE format('CREATE TABLE %s_%s PARTITION OF %s FOR VALUES IN (%s) WITH (%s)',
            parent, lpad(number::text, 2, '0'), parent, number, storage);
    END LOOP;
END $$;

REVOKE EXECUTE ON PROCEDURE create_leaves FROM PUBLIC;

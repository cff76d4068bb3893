-- Why:      a person and who treats them see the documents of the medical record, newest first; titles stay sealed.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
--
-- One leaf a partition: a large table is kept, vacuumed and moved leaf by leaf, and a statement that names the partition locks one. No index begins with
-- the partition: it is the same in a whole leaf, and a planner without statistics takes it for selective.
CREATE TABLE documents (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    item uuid NOT NULL,
    document_type text NOT NULL,
    class text NOT NULL,
    title text NOT NULL,
    author text NOT NULL,
    deposited_at timestamptz NOT NULL,
    act_first date NOT NULL,
    act_last date NOT NULL,
    versions bigint NOT NULL,
    content text NOT NULL,
    visibility text NOT NULL,
    to_representatives text NOT NULL,
    announcement text NOT NULL,
    invite_on date,
    standing text NOT NULL,
    pinned bigint NOT NULL,
    read_at timestamptz,
    joined_at timestamptz,
    PRIMARY KEY (space, item, partition)
) PARTITION BY LIST (partition);

-- A row is inserted, and changed a few times: vacuum by the number of rows, not by a share of a table that grows for years.
CALL create_leaves('documents', 'fillfactor = 90, autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 1000000, autovacuum_vacuum_scale_factor = 0.05');

CREATE INDEX documents_newest_first ON documents (space, deposited_at, item);

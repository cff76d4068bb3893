-- Why:      persons are told after the fact of readings in an emergency, of new readers, and of documents; this says what is owed.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
--
-- One leaf a partition: a table of many spaces is kept, vacuumed and moved leaf by leaf, and a statement that names the partition locks one. No index begins
-- with the partition: it is the same in a whole leaf, and a planner without statistics takes it for selective.
CREATE TABLE messages_due (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    kind text NOT NULL,
    subject uuid NOT NULL,
    due_on date,
    position bigint NOT NULL,
    readers text NOT NULL,
    PRIMARY KEY (space, kind, subject, partition)
) PARTITION BY LIST (partition);

-- A row comes with what is owed, and goes or rests once it is told: dead rows are cleared early.
CALL create_leaves('messages_due', 'autovacuum_vacuum_scale_factor = 0.02');

CREATE INDEX messages_due_by_day ON messages_due (due_on, space, kind, subject) WHERE due_on IS NOT NULL;

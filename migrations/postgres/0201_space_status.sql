-- Why:      one row a space, so that one read answers what somebody asks about a space.
-- Old code: there is none; followers fill the table from the beginning of the log.
-- Takes:    no time.
--
-- One leaf a partition: a table of 70 million spaces is kept, vacuumed and moved leaf by leaf, and a statement that names the partition locks one. No index
-- begins with the partition: it is the same in a whole leaf, and a planner without statistics takes it for selective.
CREATE TABLE space_status (
    partition smallint NOT NULL,
    space uuid NOT NULL,
    version bigint NOT NULL,
    position bigint NOT NULL,
    stage text NOT NULL,
    since timestamptz NOT NULL,
    notice_channel text,
    received_on date,
    last_day date,
    code_state text NOT NULL,
    code_message uuid,
    code_valid_until date,
    wrong_codes_left smallint,
    reissue_from timestamptz,
    receipt_number text,
    receipt_day date,
    opposed_via text,
    block_reason text,
    unreachable_reason text,
    opened_on date,
    medical_record text,
    activated_at timestamptz,
    suspension_ground text,
    suspension_last_day date,
    closing_ground text,
    archived_until date,
    destroy_on date,
    destruction_ground text,
    holder text NOT NULL,
    PRIMARY KEY (space, partition)
) PARTITION BY LIST (partition);

-- A row is changed in place about six times in a life, and no index holds what changes: the room left in the page keeps each change there (HOT).
CALL create_leaves('space_status', 'fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05');

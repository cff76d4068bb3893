//! How tables are stored: divided by partition, rights as narrow as can be, vacuum by numbers, names compared byte by byte.

use crate::{column, migrated, run};

/// The tables that have a leaf for each partition and no other.
const DIVIDED: [&str; 13] = [
    "keys.space_keys",
    "outbox",
    "space_status",
    "openings_due",
    "notices_due",
    "campaign_progress",
    "history",
    "grants",
    "deadlines",
    "measures",
    "documents",
    "accesses",
    "messages_due",
];

#[tokio::test]
async fn a_divided_table_has_a_leaf_for_each_partition_and_no_other() {
    let (_storage, mut owner) = migrated().await;
    for table in DIVIDED {
        let sql = format!(
            "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid IN (SELECT relid FROM pg_partition_tree('{table}') WHERE isleaf)"
        );
        let mut bounds = column(&mut owner, &sql).await;
        bounds.sort_unstable();
        let mut wanted: Vec<String> = (0..16).map(|number| format!("FOR VALUES IN ('{number}')")).collect();
        wanted.sort_unstable();
        assert_eq!(
            bounds.iter().map(|bound| bound.replace(['(', ')', '\''], "")).collect::<Vec<_>>(),
            wanted.iter().map(|bound| bound.replace(['(', ')', '\''], "")).collect::<Vec<_>>(),
            "{table}"
        );
    }
}

/// Default privileges give every new table of `public` to the service: the log's tables take back what it must not have.
#[tokio::test]
async fn the_service_may_do_to_the_log_what_it_must_and_no_more() {
    let (_storage, mut owner) = migrated().await;
    let sql = "SELECT format('%s %s', c.oid::regclass, string_agg(right_, ' ' ORDER BY right_)) FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace, unnest(ARRAY['DELETE', 'INSERT', 'SELECT', 'TRUNCATE', 'UPDATE']) right_ \
         WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', 'keys') AND has_table_privilege('ens_service', c.oid, right_) \
         AND c.relname ~ '^(events|log_heads|space_keys|store_identity|space_registry|idempotency_keys|outbox)' GROUP BY c.oid ORDER BY 1";
    let expected = [
        "events INSERT SELECT",
        "idempotency_keys INSERT SELECT",
        "keys.space_keys INSERT SELECT",
        "keys.store_identity INSERT SELECT",
        "log_heads SELECT",
        "outbox DELETE INSERT SELECT UPDATE",
        "space_registry INSERT SELECT",
    ];
    assert_eq!(column(&mut owner, sql).await, expected);
}

/// A share of a table that grows for ten years is too late for a vacuum, so every number is absolute.
#[tokio::test]
async fn vacuum_goes_by_numbers_and_freezes_what_was_only_inserted() {
    let (_storage, mut owner) = migrated().await;
    for (leaves, wanted) in [
        (
            "events\\_[0-9]+",
            "autovacuum_freeze_min_age=0, autovacuum_vacuum_insert_scale_factor=0, autovacuum_vacuum_insert_threshold=200000",
        ),
        (
            "(log_heads|checkpoints)",
            "autovacuum_analyze_scale_factor=0, autovacuum_analyze_threshold=100000, autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=1000, fillfactor=10",
        ),
        (
            "space_keys\\_[0-9]+",
            "autovacuum_vacuum_insert_scale_factor=0, autovacuum_vacuum_insert_threshold=200000, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=50",
        ),
        (
            "outbox\\_[0-9]+",
            "autovacuum_analyze_scale_factor=0, autovacuum_analyze_threshold=1000, autovacuum_vacuum_insert_scale_factor=0, autovacuum_vacuum_insert_threshold=10000, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=1000, fillfactor=50",
        ),
        (
            "(space_registry|idempotency_keys)",
            "autovacuum_freeze_min_age=0, autovacuum_vacuum_insert_scale_factor=0, autovacuum_vacuum_insert_threshold=1000000",
        ),
    ] {
        let sql = format!(
            "SELECT DISTINCT (SELECT string_agg(option, ', ' ORDER BY option) FROM unnest(reloptions) option) FROM pg_class \
             WHERE relkind = 'r' AND relname ~ '^{leaves}$'"
        );
        assert_eq!(column(&mut owner, &sql).await, [wanted], "{leaves}");
    }
}

#[tokio::test]
async fn an_index_of_positions_leaves_no_page_half_empty() {
    let (_storage, mut owner) = migrated().await;
    let sql = "SELECT c.reloptions::text FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid \
         WHERE h.inhparent = 'events_partition_position_key'::regclass AND c.relname <> 'events_unplaced_partition_position_key'";
    assert_eq!(column(&mut owner, sql).await, ["{fillfactor=100}"; 16]);
}

/// So '/' comes before every digit and letter, on a server of whatever language: all streams of a space stand side by side.
#[tokio::test]
async fn names_of_streams_are_compared_byte_by_byte() {
    let (_storage, mut owner) = migrated().await;
    let sql = "SELECT format('%s.%s', c.relname, a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         JOIN pg_collation l ON l.oid = a.attcollation \
         WHERE c.relname ~ '^events(_[0-9]+|_unplaced)?$' AND a.attname IN ('aggregate_type', 'aggregate_id') AND l.collname = 'C'";
    assert_eq!(column(&mut owner, sql).await.len(), 2 * (1 + 16 + 1));
    let sql = "SELECT DISTINCT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'p' AND conrelid::regclass::text ~ '^events'";
    assert_eq!(column(&mut owner, sql).await, ["PRIMARY KEY (aggregate_id, aggregate_type, sequence, partition)"]);
}

/// What names a store and its master key is written once.
#[tokio::test]
async fn nobody_but_an_owner_changes_the_identity_of_a_store() {
    let (_storage, mut owner) = migrated().await;
    for statement in
        ["UPDATE keys.store_identity SET store = gen_random_uuid()", "DELETE FROM keys.store_identity", "TRUNCATE keys.store_identity"]
    {
        let sql = format!(
            "DO $$ BEGIN SET LOCAL ROLE ens_service; {statement}; RAISE 'the service may'; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$"
        );
        run(&mut owner, &sql).await;
    }
}

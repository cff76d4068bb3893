//! How tables are stored: partitioned with the rows that they held, with the same rights, and with absolute vacuum thresholds.

use std::path::Path;

use ens_tests::{Engine, TestStorage, source};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::{column, migrated, owner, run};

/// The tables that a migration divided after they had rows.
const DIVIDED: [&str; 2] = ["keys.space_keys", "outbox"];

/// Runs the migrations up to and without `until`, or those from it on.
async fn migrate(owner: &mut PgConnection, wanted: impl Fn(&str) -> bool) {
    let folder = source::root().join("migrations/postgres");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("migrations").map(|entry| entry.expect("a file").path()).collect();
    files.sort_unstable();
    for file in files.iter().filter(|file| wanted(name(file))) {
        let mut transaction = owner.begin().await.expect("a transaction");
        run(&mut transaction, &std::fs::read_to_string(file).expect("a migration")).await;
        transaction.commit().await.expect("a commit");
    }
}

fn name(file: &Path) -> &str {
    file.file_name().and_then(|name| name.to_str()).expect("a name")
}

#[tokio::test]
async fn dividing_a_table_keeps_its_rows() {
    let storage = TestStorage::fresh(Engine::Postgres).await;
    let mut owner = owner(&storage).await;
    migrate(&mut owner, |name| name < "0300").await;
    run(
        &mut owner,
        "INSERT INTO keys.space_keys (partition, space, generation, wrapped, destroyed_at) \
         SELECT n % 16, gen_random_uuid(), 1 + n / 50, CASE WHEN n % 3 > 0 THEN '\\x00ff'::bytea END, CASE WHEN n % 3 = 0 THEN now() END \
         FROM generate_series(0, 99) n; \
         INSERT INTO outbox (partition, message, space, kind, channel, content, due_at, attempts, handed_over_at) \
         SELECT n % 16, gen_random_uuid(), gen_random_uuid(), 'notice', CASE WHEN n % 2 = 0 THEN 'post' ELSE 'email' END, \
                CASE WHEN n % 5 > 0 THEN '{\"a\": 1}'::json END, now(), n, CASE WHEN n % 5 = 0 THEN now() END FROM generate_series(0, 99) n; \
         CREATE TABLE keys_before AS SELECT partition, space, generation, wrapped, destroyed_at FROM keys.space_keys; \
         CREATE TABLE outbox_before AS SELECT partition, message, space, kind, channel, content::text, due_at, attempts, handed_over_at FROM outbox",
    )
    .await;
    migrate(&mut owner, |name| name >= "0300").await;
    for (table, columns, before) in [
        ("keys.space_keys", "partition, space, generation, wrapped, destroyed_at", "keys_before"),
        ("outbox", "partition, message, space, kind, channel, content::text, due_at, attempts, handed_over_at", "outbox_before"),
    ] {
        let sql = format!("SELECT count(*)::text FROM (SELECT {columns} FROM {table} INTERSECT SELECT * FROM {before}) both_hold");
        assert_eq!(column(&mut owner, &sql).await, ["100"], "{table}");
        let sql = format!("SELECT count(*)::text FROM {table}");
        assert_eq!(column(&mut owner, &sql).await, ["100"], "{table}");
    }
}

/// The rows of a request as 0021 keeps it and as 0350 finds it again.
const OLD_REQUEST: &str = "INSERT INTO idempotency_keys (key, digest, partition, space, version_before, version, position) VALUES";
const SPACE: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// A digest of 32 bytes in hexadecimal, and its first half.
fn old_digest(pair: &str) -> String {
    pair.repeat(16) + &"00".repeat(16)
}

fn half(pair: &str) -> Uuid {
    Uuid::parse_str(&pair.repeat(16)).expect("a UUID")
}

#[tokio::test]
async fn a_request_is_known_by_half_of_its_digest_on_postgresql() {
    let storage = TestStorage::fresh(Engine::Postgres).await;
    let mut owner = owner(&storage).await;
    migrate(&mut owner, |name| name < "0350").await;
    let (key, digest) = (old_digest("ab"), old_digest("cd"));
    run(&mut owner, &format!("{OLD_REQUEST} ('\\x{key}', '\\x{digest}', 3, '{SPACE}', 4, 5, 6)")).await;
    migrate(&mut owner, |name| name >= "0350").await;
    let sql = "SELECT concat_ws(' ', key, digest, partition, space, version_before, version, position) FROM idempotency_keys";
    assert_eq!(column(&mut owner, sql).await, [format!("{} {} 3 {SPACE} 4 5 6", half("ab"), half("cd"))]);
}

#[tokio::test]
async fn a_request_is_known_by_half_of_its_digest_on_sqlite() {
    let folder = source::root().join("migrations/sqlite");
    let migration = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a migration");
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.expect("memory");
    connection.execute(migration("0021_idempotency_keys.sql").as_str()).await.expect("the table");
    let (key, digest) = (old_digest("ab"), old_digest("cd"));
    connection.execute(format!("{OLD_REQUEST} (x'{key}', x'{digest}', 0, '{SPACE}', 4, 5, 6)").as_str()).await.expect("a request");
    connection.execute(migration("0350_idempotency_keys_in_order.sql").as_str()).await.expect("the new table");
    let sql = "SELECT key, digest, space, version_before, version, position FROM idempotency_keys";
    let row: (Uuid, Uuid, Uuid, i64, i64, i64) = sqlx::query_as(sql).fetch_one(&mut connection).await.expect("the request");
    assert_eq!(row, (half("ab"), half("cd"), Uuid::parse_str(SPACE).expect("a UUID"), 4, 5, 6));
}

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
         AND c.relname ~ '^(events|log_heads|space_keys|space_registry|idempotency_keys|outbox)' GROUP BY c.oid ORDER BY 1";
    let expected = [
        "events INSERT SELECT",
        "idempotency_keys INSERT SELECT",
        "keys.space_keys INSERT SELECT",
        "log_heads SELECT",
        "outbox DELETE INSERT SELECT UPDATE",
        "space_registry INSERT SELECT",
    ];
    assert_eq!(column(&mut owner, sql).await, expected);
}

/// A threshold that is a share of a table that grows for ten years comes too late for a vacuum, so each is an absolute number.
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

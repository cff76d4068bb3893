//! The table layout on Citus, tested against a stand-in: Citus itself is not among what the tests may install.
//!
//! The stand-in has the functions by their names, checks what Citus would check against the catalog, and keeps what it was asked.

use std::collections::BTreeSet;

use ens_store::{Layout, StoreError};
use ens_tests::cohort::open_store;
use ens_tests::{Engine, TestStorage, ens_binary};
use sqlx::PgConnection;

use crate::{column, migrated, run};

/// A stand-in for Citus 13: it refuses what Citus refuses at `create_distributed_table`.
const STAND_IN: &str = "
CREATE SCHEMA citus;
CREATE TABLE citus.pg_dist_partition (logicalrelid regclass PRIMARY KEY, dist_column text, colocated text, shards integer);

-- Citus keeps its catalog and functions where every search path finds them.
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, citus', current_database()); END $$;
SET search_path = public, citus;

CREATE FUNCTION citus.create_distributed_table(table_name regclass, distribution_column text, colocate_with text DEFAULT 'default', shard_count integer DEFAULT NULL)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    placed_by smallint := (SELECT attnum FROM pg_attribute WHERE attrelid = table_name AND attname = distribution_column AND NOT attisdropped);
    beside pg_dist_partition%ROWTYPE;
BEGIN
    IF placed_by IS NULL THEN RAISE 'column % of % does not exist', distribution_column, table_name; END IF;
    IF (SELECT relispartition FROM pg_class WHERE oid = table_name) THEN RAISE 'distribute the parent of %', table_name; END IF;
    IF EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = table_name) THEN RAISE '% is distributed already', table_name; END IF;
    IF EXISTS (SELECT FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN (SELECT relid FROM pg_partition_tree(table_name)) OR NOT tgisinternal AND tgrelid = table_name) THEN
        RAISE 'triggers are not supported on distributed tables: %', table_name;
    END IF;
    IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = table_name AND contype = 'f') THEN RAISE 'foreign keys: %', table_name; END IF;
    IF EXISTS (SELECT FROM pg_index WHERE indrelid = table_name AND (indisunique OR indisexclusion) AND NOT placed_by = ANY (indkey::smallint[])) THEN
        RAISE 'a unique key of % does not contain the distribution column', table_name;
    END IF;
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = table_name AND attidentity <> '') THEN RAISE 'identity column: %', table_name; END IF;
    IF colocate_with NOT IN ('default', 'none') THEN
        SELECT * INTO beside FROM pg_dist_partition WHERE logicalrelid = colocate_with::regclass;
        IF NOT FOUND THEN RAISE '% is not distributed', colocate_with; END IF;
        IF shard_count IS NOT NULL THEN RAISE 'shard_count and colocate_with exclude each other'; END IF;
        IF (SELECT atttypid FROM pg_attribute WHERE attrelid = table_name AND attnum = placed_by)
            <> (SELECT atttypid FROM pg_attribute WHERE attrelid = beside.logicalrelid AND attname = beside.dist_column) THEN
            RAISE 'distribution column types of % and % differ', table_name, colocate_with;
        END IF;
    END IF;
    INSERT INTO pg_dist_partition VALUES (table_name, distribution_column, colocate_with, shard_count);
END $$;

CREATE FUNCTION citus.create_reference_table(table_name regclass) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE 'we have none'; END $$;
";

/// All our tables, without the leaves of partitioned ones.
const TABLES: &str = "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ('public', 'keys')";

async fn placed(owner: &mut PgConnection, condition: &str) -> BTreeSet<String> {
    let sql = format!("SELECT logicalrelid::text FROM pg_dist_partition WHERE {condition}");
    column(owner, &sql).await.into_iter().collect()
}

#[tokio::test]
async fn every_table_has_a_place() {
    let (storage, mut owner) = migrated().await;
    run(&mut owner, STAND_IN).await;
    let layout = Layout::carry_out(storage.url()).await.expect("a layout");
    let all: BTreeSet<String> = column(&mut owner, TABLES).await.into_iter().collect();
    let mut laid_out = placed(&mut owner, "true").await;
    for table in ["_sqlx_migrations", "keys.store_identity"] {
        assert!(laid_out.insert(table.to_owned()), "{table} stays on the coordinator");
    }
    assert_eq!(laid_out, all, "{:#?}", layout.statements());
    let by_digest = placed(&mut owner, "dist_column <> 'partition'").await;
    assert!(by_digest.iter().map(String::as_str).eq(["caregiver_places", "idempotency_keys", "space_registry"]), "{by_digest:?}");
    let alone = placed(&mut owner, "dist_column = 'partition' AND colocated <> 'log_heads'").await;
    assert!(
        alone.iter().map(String::as_str).eq(["log_heads"]),
        "what belongs to a space stands beside the head of its partition: {alone:?}"
    );
    // The service works as before: the stand-in moves nothing.
    let store = open_store(storage.url()).await;
    let due = ens_tests::cohort::spaces_due_today(&store, 20).await;
    assert_eq!(store.log().states(&due).await.expect("states").iter().flatten().count(), 20);
}

#[tokio::test]
async fn what_is_laid_out_already_is_left_alone() {
    let (storage, mut owner) = migrated().await;
    run(&mut owner, STAND_IN).await;
    Layout::carry_out(storage.url()).await.expect("a layout");
    assert_eq!(Layout::carry_out(storage.url()).await.expect("a layout").statements(), [""; 0]);
    run(&mut owner, "CREATE TABLE later (partition smallint NOT NULL, space uuid NOT NULL, PRIMARY KEY (partition, space))").await;
    let added = Layout::carry_out(storage.url()).await.expect("a layout");
    assert_eq!(added.statements(), ["SELECT create_distributed_table('later', 'partition', colocate_with => 'log_heads')"]);
}

/// A superuser sees every trigger of the database: those of Citus itself, of other extensions and of other applications are not ours to drop.
#[tokio::test]
async fn only_triggers_of_ours_are_dropped() {
    let (storage, mut owner) = migrated().await;
    let before = Layout::of(storage.url()).await.expect("a layout");
    let dropped =
        |layout: &Layout| layout.statements().iter().filter(|statement| statement.starts_with("DROP TRIGGER")).cloned().collect::<Vec<_>>();
    assert_eq!(dropped(&before).len(), 18, "the guards of the log and of its leaves: {before:#?}");
    run(
        &mut owner,
        "CREATE SCHEMA elsewhere; \
         CREATE FUNCTION elsewhere.noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
         CREATE TABLE elsewhere.theirs (id bigint); \
         CREATE TRIGGER of_another_schema BEFORE INSERT ON elsewhere.theirs FOR EACH ROW EXECUTE FUNCTION elsewhere.noted(); \
         CREATE TABLE of_an_extension (id bigint); \
         CREATE TRIGGER on_a_table_of_an_extension BEFORE INSERT ON of_an_extension FOR EACH ROW EXECUTE FUNCTION elsewhere.noted(); \
         ALTER EXTENSION plpgsql ADD TABLE of_an_extension; \
         CREATE FUNCTION of_an_extension() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
         CREATE TRIGGER by_an_extension BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION of_an_extension(); \
         ALTER EXTENSION plpgsql ADD FUNCTION of_an_extension()",
    )
    .await;
    assert_eq!(Layout::of(storage.url()).await.expect("a layout"), before);
    run(&mut owner, "CREATE TRIGGER ours BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION elsewhere.noted()").await;
    let after = dropped(&Layout::of(storage.url()).await.expect("a layout"));
    assert!(after.contains(&"DROP TRIGGER ours ON outbox".to_owned()), "{after:?}");
}

#[tokio::test]
async fn a_table_without_a_place_stops_the_layout_before_it_begins() {
    let (storage, mut owner) = migrated().await;
    run(&mut owner, STAND_IN).await;
    run(&mut owner, "CREATE TABLE stray (id bigint PRIMARY KEY)").await;
    let refused = Layout::carry_out(storage.url()).await.expect_err("no place");
    assert_eq!(refused, StoreError::Migration("table stray has no partition and no place on Citus".to_owned()));
    assert_eq!(placed(&mut owner, "true").await.len(), 0);
    assert_eq!(column(&mut owner, "SELECT to_regclass('events_unplaced')::text").await, ["events_unplaced"]);
}

#[tokio::test]
async fn the_command_line_prints_the_layout_or_says_why_it_cannot_be_made() {
    let storage = TestStorage::fresh(Engine::Postgres).await;
    let ens = |store: &str, arguments: &[&str]| {
        let mut command = std::process::Command::new(ens_binary());
        command.args(["migrate", "--store", store]).args(arguments).current_dir(storage.folder());
        let output = command.stdin(std::process::Stdio::null()).output().expect("the binary ens runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    };
    let (done, printed, _) = ens(storage.url(), &["--citus", "--print"]);
    let layout = Layout::of(storage.url()).await.expect("a layout");
    let wanted: String = layout.statements().iter().map(|statement| format!("{statement};\n")).collect();
    assert_eq!((done, printed), (true, wanted));
    let (done, _, said) = ens(storage.url(), &["--citus"]);
    assert!(!done && said.contains("CREATE EXTENSION citus"), "{said}");
    let (done, _, said) = ens("sqlite:ens.db", &["--citus"]);
    assert!(!done && said.contains("coordinator"), "{said}");
    let (done, _, said) = ens(storage.url(), &["--print"]);
    assert!(!done && said.contains("--citus"), "{said}");
}

#[tokio::test]
async fn without_citus_nothing_is_changed_and_the_reason_is_said() {
    let (storage, mut owner) = migrated().await;
    let refused = Layout::carry_out(storage.url()).await.expect_err("no Citus");
    assert!(matches!(&refused, StoreError::Migration(why) if why.contains("CREATE EXTENSION citus")), "{refused}");
    let layout = Layout::of(storage.url()).await.expect("a layout to read");
    assert!(layout.statements().iter().any(|statement| statement.starts_with("SELECT create_distributed_table('events', 'partition'")));
    assert_eq!(column(&mut owner, "SELECT to_regclass('events_unplaced')::text").await, ["events_unplaced"]);
    assert_eq!(Layout::of("sqlite::memory:").await, Err(StoreError::Address));
}

//! Requirements on the plans of the hot paths: one leaf for each statement, no sequential scan, no unused index.
//!
//! Exceptions are named with their reason; those that somebody still has to mend are in a list that only shrinks.

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use ens_domain::space::HealthSpace;
use ens_tests::source;
use postgres_es::PostgresEventRepository;
use serde_json::json;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Executor, PgConnection};

use crate::captured_plans::{Explained, Listener, explain_everything};
use crate::hot_paths::{Walked, walk};
use crate::{column, migrated, owner};

/// Statements that may read all partitions, by a part of their text, with the reason.
const OVER_ALL: [(&str, &str); 5] = [
    ("AS oldest FROM log_heads", "which partitions have something due: one probe of an index each, a hint for the claims that follow"),
    ("count(*) - count(handed_over_at)", "the outbox's depth, for metrics"),
    ("count(*) AS ended FROM events", "at start only: keys of destroyed spaces, through an index of destructions"),
    ("FROM openings_due WHERE stage = 'notified'", "a dry run counts the whole country"),
    ("FROM campaign_progress", "the campaign is counted over the whole country"),
];

/// Statements that do not name their partition yet, with whose work they are: empty when they do.
const NOT_YET: [(&str, &str); 0] = [];

#[tokio::test]
async fn every_statement_of_the_hot_paths_reads_as_it_should() {
    let walked = walk().await;
    let mut owner = owner(&walked.storage).await;
    let tables = growing_tables(&mut owner).await;
    let mut complaints = BTreeSet::new();
    let mut excused = BTreeSet::new();
    for explained in walked.all() {
        let wrong = check(explained, &tables);
        if wrong.is_empty() || names(&OVER_ALL, explained).is_some() {
            continue;
        }
        match names(&NOT_YET, explained) {
            Some(part) => {
                excused.insert(part);
            }
            None => {
                complaints.insert(format!("{}\n    {}", wrong.join(", "), explained.sql));
            }
        }
    }
    let complaints: Vec<String> = complaints.into_iter().collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    let mended: Vec<&str> = NOT_YET.iter().map(|(part, _)| *part).filter(|part| !excused.contains(part)).collect();
    assert!(mended.is_empty(), "these name their partition now, so take them off the list: {mended:?}");
    assert_every_path_was_explained(&walked);
    no_statement_asks_for_what_citus_refuses(&walked);
    a_rebuild_reads_in_the_order_of_the_key(&walked);
    a_page_newest_first_is_read_in_the_order_of_its_index(&walked);
    every_index_is_used_and_justified(&walked, &mut owner).await;
}

/// What is wrong with a plan, if anything.
fn check(explained: &Explained, tables: &BTreeMap<String, Option<String>>) -> Vec<String> {
    let touched = explained.values("Relation Name").iter().filter_map(|table| tables.get(table)?.clone()).collect::<BTreeSet<_>>().len();
    let mut wrong = Vec::new();
    if touched > 1 || explained.removed_late() > 0 {
        wrong.push(format!("plans {touched} partitions, and {} that it leaves out later", explained.removed_late()));
    }
    let whole: Vec<String> = explained.read_whole().into_iter().filter(|table| tables.contains_key(table)).collect();
    if !whole.is_empty() {
        wrong.push(format!("reads whole {}", whole.join(", ")));
    }
    wrong
}

fn names(list: &[(&'static str, &'static str)], explained: &Explained) -> Option<&'static str> {
    list.iter().map(|(part, _)| *part).find(|part| explained.sql.contains(part))
}

/// Statements that Citus refuses, or answers wrongly without an error.
fn no_statement_asks_for_what_citus_refuses(walked: &Walked) {
    const REFUSED: [&str; 11] = [
        "nextval",
        "LISTEN ",
        "NOTIFY ",
        "pg_advisory",
        "pg_current_xact",
        "pg_snapshot",
        "txid_",
        "SERIALIZABLE",
        "ctid",
        "GROUPING SETS",
        "TABLESAMPLE",
    ];
    // A start takes sqlx's lock of migrations, which lives on the coordinator: that is where a session's start is.
    let at_work = walked.paths.iter().filter(|(name, _)| *name != "start").flat_map(|(_, explained)| explained);
    for Explained { sql, .. } in at_work {
        let refused: Vec<&str> = REFUSED.into_iter().filter(|word| sql.contains(word)).collect();
        assert!(refused.is_empty(), "{refused:?}: {sql}");
        assert!(!sql.contains("SKIP LOCKED") || sql.contains("partition = "), "locks rows on several shards: {sql}");
        let inserts_by_select = sql.contains("INSERT INTO") && sql.contains("SELECT") && !sql.contains("INSERT INTO events");
        assert!(!inserts_by_select || sql.contains("ON CONFLICT"), "a duplicate would come as an internal error: {sql}");
    }
}

/// All streams of a space one after the other, by the primary key alone: what was sorted would be sorted again for every page.
fn a_rebuild_reads_in_the_order_of_the_key(walked: &Walked) {
    let read: Vec<&Explained> = walked.all().filter(|explained| explained.sql.contains("(aggregate_id, aggregate_type) > ")).collect();
    assert!(!read.is_empty(), "no rebuild was explained");
    for explained in read {
        let by_key = explained.indexes().iter().all(|index| is_key_of_events(index));
        assert!(by_key && !explained.values("Node Type").iter().any(|node| node.contains("Sort")), "{explained:#?}");
    }
}

/// Backwards along an index, to the end of the page: what was sorted would read all documents of a person for the first ten.
fn a_page_newest_first_is_read_in_the_order_of_its_index(walked: &Walked) {
    for order in ["ORDER BY deposited_at DESC", "ORDER BY taken_at DESC", "ORDER BY position DESC"] {
        let pages: Vec<&Explained> = walked.all().filter(|each| each.sql.contains(order) && each.sql.contains("LIMIT")).collect();
        assert!(!pages.is_empty(), "no page was explained: {order}");
        for page in pages {
            let backwards = page.values("Scan Direction").contains("Backward") && page.values("Node Type").contains("Limit");
            assert!(backwards && !page.values("Node Type").iter().any(|node| node.contains("Sort")), "{page:#?}");
        }
    }
}

/// The primary key of the log, or of one of its leaves.
fn is_key_of_events(index: &str) -> bool {
    index.starts_with("events_") && index.ends_with("pkey")
}

#[tokio::test]
async fn stock_postgres_es_reads_and_writes_by_the_key() {
    let (storage, _owner) = migrated().await;
    explain_everything(&storage).await;
    let listener = Listener::start();
    let as_service = PgPoolOptions::new()
        .max_connections(1)
        .after_connect(|connection, _| Box::pin(async move { connection.execute("SET ROLE ens_service").await.map(drop) }));
    let stock = PostgresEventRepository::new(as_service.connect(storage.url()).await.expect("a pool"));
    for id in ["01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8057/01890a5d-ac96-774b-bcce-b302099a8059"] {
        stock.persist::<HealthSpace>(&[stock_event(id)], None).await.expect("a write");
        assert_eq!(stock.get_events::<HealthSpace>(id).await.expect("events").len(), 1);
        assert_eq!(stock.get_last_events::<HealthSpace>(id, 0).await.expect("events").len(), 1);
    }
    let explained = listener.take();
    // Two reads, and the look at the last sequence by the trigger, for each of the two ids.
    let looks: Vec<&Explained> = explained.iter().filter(|each| each.sql.contains("aggregate_id = ")).collect();
    assert!(looks.len() >= 6, "{explained:#?}");
    for look in looks {
        let leaves: Vec<String> = look.read_whole().into_iter().filter(|table| table.starts_with("events")).collect();
        assert!(leaves.is_empty() && look.indexes().iter().all(|index| is_key_of_events(index)), "{look:#?}");
    }
}

fn stock_event(id: &str) -> SerializedEvent {
    SerializedEvent {
        aggregate_id: id.to_owned(),
        sequence: 1,
        aggregate_type: HealthSpace::TYPE.to_owned(),
        event_type: "CodeLocked".to_owned(),
        event_version: "1.0".to_owned(),
        payload: json!({}),
        metadata: json!({}),
    }
}

/// Without captured plans the checks would pass for nothing.
fn assert_every_path_was_explained(walked: &Walked) {
    for (name, explained) in &walked.paths {
        assert!(!explained.is_empty(), "nothing was explained of: {name}");
    }
    let claims = walked.all().filter(|explained| explained.sql.contains("SKIP LOCKED") && explained.sql.contains("outbox")).count();
    assert!(claims > 0, "no claim was explained");
}

/// The tables that grow, by their name in plans, each with the partition whose leaf it is. `log_heads` and `checkpoints` do not grow.
async fn growing_tables(owner: &mut PgConnection) -> BTreeMap<String, Option<String>> {
    let rows: Vec<(String, Option<String>)> = sqlx::query_as(
        "SELECT c.relname::text, substring(pg_get_expr(c.relpartbound, c.oid) FROM '[0-9]+') FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname IN ('public', 'keys') \
         AND c.relname NOT IN ('log_heads', 'checkpoints', '_sqlx_migrations')",
    )
    .fetch_all(owner)
    .await
    .expect("the catalog");
    rows.into_iter().collect()
}

/// Indexes as migrations made them; those of leaves are theirs.
const INDEXES: &str = "SELECT i.relname::text FROM pg_class i JOIN pg_namespace n ON n.oid = i.relnamespace \
     WHERE i.relkind IN ('i', 'I') AND NOT i.relispartition AND n.nspname IN ('public', 'keys') \
     AND i.relname <> '_sqlx_migrations_pkey' ORDER BY 1";

async fn every_index_is_used_and_justified(walked: &Walked, owner: &mut PgConnection) {
    let roots: Vec<(String, String)> = sqlx::query_as(
        "SELECT i.relname::text, coalesce(p.relname, i.relname)::text FROM pg_class i \
         LEFT JOIN pg_inherits h ON h.inhrelid = i.oid LEFT JOIN pg_class p ON p.oid = h.inhparent WHERE i.relkind IN ('i', 'I')",
    )
    .fetch_all(&mut *owner)
    .await
    .expect("the catalog");
    let root: BTreeMap<String, String> = roots.into_iter().collect();
    let used: BTreeSet<String> = walked.all().flat_map(Explained::indexes).filter_map(|index| root.get(&index).cloned()).collect();
    let ours: BTreeSet<String> = column(owner, INDEXES).await.into_iter().collect();
    let idle: Vec<&String> = ours.difference(&used).collect();
    assert!(idle.is_empty(), "no plan uses {idle:?}: drop them, or walk the path that they are for");
    let page = source::file("docs/indexes.md").text;
    let written: BTreeSet<String> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).map(str::to_owned).collect();
    assert_eq!(written, ours, "docs/indexes.md must justify every index, and no other");
}

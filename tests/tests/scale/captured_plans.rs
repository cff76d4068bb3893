//! The real plans of real statements: PostgreSQL's `auto_explain` sends each to its connection, sqlx logs it, and here it is kept.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use ens_tests::TestStorage;
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

use crate::{owner, run};

/// A statement and how PostgreSQL carried it out.
#[derive(Debug, Clone)]
pub(crate) struct Explained {
    pub(crate) sql: String,
    pub(crate) nodes: Vec<Value>,
}

impl Explained {
    fn read(notice: &str) -> Option<Self> {
        let (_, json) = notice.split_once("plan:\n")?;
        let plan: Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"));
        let sql = plan["Query Text"].as_str()?.to_owned();
        let mut nodes = Vec::new();
        flatten(&plan["Plan"], &mut nodes);
        Some(Self { sql, nodes })
    }

    /// What the nodes say under this name.
    pub(crate) fn values(&self, name: &str) -> BTreeSet<String> {
        self.nodes.iter().filter_map(|node| node[name].as_str()).map(str::to_owned).collect()
    }

    /// The indexes that were scanned, or that decided an `ON CONFLICT`.
    pub(crate) fn indexes(&self) -> BTreeSet<String> {
        let arbiters = self.nodes.iter().filter_map(|node| node["Conflict Arbiter Indexes"].as_array()).flatten();
        let arbiters = arbiters.filter_map(Value::as_str).map(str::to_owned);
        self.values("Index Name").into_iter().chain(arbiters).collect()
    }

    /// The tables that were read completely, with or without an index.
    pub(crate) fn read_whole(&self) -> BTreeSet<String> {
        let whole = |node: &&Value| match node["Node Type"].as_str() {
            Some("Seq Scan") => true,
            Some("Index Scan" | "Index Only Scan") => node["Index Cond"].is_null(),
            Some(_) | None => false,
        };
        self.nodes.iter().filter(whole).filter_map(|node| node["Relation Name"].as_str()).map(str::to_owned).collect()
    }

    /// Leaves that are in a plan and left out only when it runs: planned and locked for nothing.
    pub(crate) fn removed_late(&self) -> u64 {
        self.nodes.iter().filter_map(|node| node["Subplans Removed"].as_u64()).sum()
    }
}

fn flatten(node: &Value, into: &mut Vec<Value>) {
    let mut alone = node.clone();
    let below = alone.as_object_mut().and_then(|fields| fields.remove("Plans"));
    into.push(alone);
    for child in below.as_ref().and_then(Value::as_array).into_iter().flatten() {
        flatten(child, into);
    }
}

/// Keeps the plans that this thread's connections receive while it exists.
pub(crate) struct Listener {
    told: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
}

impl Listener {
    pub(crate) fn start() -> Self {
        let told = Arc::default();
        let subscriber = tracing_subscriber::registry().with(Notices { told: Arc::clone(&told) });
        Self { told, _guard: tracing::subscriber::set_default(subscriber) }
    }

    /// The plans received since the last call.
    pub(crate) fn take(&self) -> Vec<Explained> {
        let told = std::mem::take(&mut *self.told.lock().expect("a lock"));
        told.iter().filter_map(|notice| Explained::read(notice)).collect()
    }
}

/// Makes every later connection to this storage explain its statements, with generic plans, as for frequent statements.
/// Sequential scans are disabled: the tables are small here, and plans would read them completely.
pub(crate) async fn explain_everything(storage: &TestStorage) {
    let mut owner = owner(storage).await;
    for setting in [
        "session_preload_libraries = 'auto_explain'",
        "auto_explain.log_min_duration = 0",
        "auto_explain.log_level = 'notice'",
        "auto_explain.log_format = 'json'",
        "auto_explain.log_nested_statements = on",
        "plan_cache_mode = 'force_generic_plan'",
        "enable_seqscan = off",
        "jit = off",
    ] {
        let sql =
            format!("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {}', current_database()); END $$", setting.replace('\'', "''"));
        run(&mut owner, &sql).await;
    }
}

struct Notices {
    told: Arc<Mutex<Vec<String>>>,
}

impl<S: Subscriber> Layer<S> for Notices {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::postgres::notice" {
            event.record(&mut Message(&self.told));
        }
    }
}

struct Message<'a>(&'a Mutex<Vec<String>>);

impl Visit for Message<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.0.lock().expect("a lock").push(value.to_owned());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

//! sqlite-es as its documentation sets it up, but durable: `synchronous = FULL` where its own pool has `NORMAL`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cqrs_es::persist::{GenericQuery, PersistedEventStore};
use sqlite_es::{SqliteEventRepository, SqliteViewRepository, sqlite_cqrs};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::failure::Failure;
use crate::peers::plain::{Framework, PlainSpace, PlainView};

/// The migration of sqlite-es, without its sample event and the snapshots that nobody takes.
const TABLES: [&str; 2] = [
    "CREATE TABLE events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence integer CHECK (sequence >= 0) NOT NULL, \
     event_type text NOT NULL, event_version text NOT NULL, payload text NOT NULL, metadata text NOT NULL, \
     PRIMARY KEY (aggregate_type, aggregate_id, sequence)) STRICT",
    "CREATE TABLE space_view (view_id text NOT NULL, version integer CHECK (version >= 0) NOT NULL, payload text NOT NULL, PRIMARY KEY (view_id)) STRICT",
];

/// The framework with its view.
pub(crate) struct Peer {
    pub(crate) framework: Framework<PersistedEventStore<SqliteEventRepository, PlainSpace>>,
    lost: Arc<AtomicU64>,
}

impl Peer {
    /// In this file, which is made. As `default_sqlite_pool` opens it, but for durability.
    pub(crate) async fn create(file: &Path) -> Result<Self, Failure> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true);
        let pool = SqlitePoolOptions::new().max_connections(10).connect_with(options).await?;
        for table in TABLES {
            sqlx::query(table).execute(&pool).await?;
        }
        let lost = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&lost);
        let views = Arc::new(SqliteViewRepository::<PlainView, PlainSpace>::new("space_view", pool.clone()));
        let mut query = GenericQuery::new(views);
        query.use_error_handler(Box::new(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
        }));
        Ok(Self { framework: Arc::new(sqlite_cqrs(pool, vec![Box::new(query)], ())), lost })
    }

    /// Updates of the view that the peer lost: a busy file is an error that it drops.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

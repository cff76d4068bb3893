//! cqrs-es on PostgreSQL as its book sets it up: `postgres_cqrs`, the tables of its `db/init.sql`, one `GenericQuery` view.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cqrs_es::persist::{GenericQuery, PersistedEventStore};
use postgres_es::{PostgresEventRepository, PostgresViewRepository, postgres_cqrs};
use sqlx::postgres::{PgPool, PgPoolOptions};

use crate::failure::Failure;
use crate::peers::plain::{Framework, PlainSpace, PlainView};

/// What `default_postgress_pool` opens.
pub(crate) const DEFAULT_CONNECTIONS: u32 = 10;

/// `db/init.sql` of postgres-es, without its sample event.
const TABLES: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint CHECK (sequence >= 0) NOT NULL, \
     event_type text NOT NULL, event_version text NOT NULL, payload json NOT NULL, metadata json NOT NULL, \
     PRIMARY KEY (aggregate_type, aggregate_id, sequence))",
    "CREATE TABLE IF NOT EXISTS snapshots (aggregate_type text NOT NULL, aggregate_id text NOT NULL, last_sequence bigint CHECK (last_sequence >= 0) NOT NULL, \
     current_snapshot bigint CHECK (current_snapshot >= 0) NOT NULL, payload json NOT NULL, \
     PRIMARY KEY (aggregate_type, aggregate_id, last_sequence))",
    "CREATE TABLE IF NOT EXISTS space_view (view_id text NOT NULL, version bigint CHECK (version >= 0) NOT NULL, payload json NOT NULL, PRIMARY KEY (view_id))",
];

/// The framework with its view.
pub(crate) struct Peer {
    pub(crate) framework: Framework<PersistedEventStore<PostgresEventRepository, PlainSpace>>,
    lost: Arc<AtomicU64>,
    pool: PgPool,
}

impl Peer {
    /// In this database, whose tables are made where they are missing.
    pub(crate) async fn open(url: &str, connections: u32) -> Result<Self, Failure> {
        let pool = PgPoolOptions::new().max_connections(connections).connect(url).await?;
        for table in TABLES {
            sqlx::query(table).execute(&pool).await?;
        }
        let lost = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&lost);
        let views = Arc::new(PostgresViewRepository::<PlainView, PlainSpace>::new("space_view", pool.clone()));
        let mut query = GenericQuery::new(views);
        query.use_error_handler(Box::new(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
        }));
        Ok(Self { framework: Arc::new(postgres_cqrs(pool.clone(), vec![Box::new(query)], ())), lost, pool })
    }

    /// A number without its view is not the peer's.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match self.lost.load(Ordering::Relaxed) {
            0 => Ok(()),
            lost => Err(Failure::because(format!("the peer lost {lost} updates of its view"))),
        }
    }

    /// The pool that the framework uses.
    pub(crate) const fn pool(&self) -> &PgPool {
        &self.pool
    }
}

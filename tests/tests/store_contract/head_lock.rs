//! Another session that locks the head of every partition, so that nothing can be written until it is released.

use ens_tests::eventually;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

use crate::backends::{Backend, Log};

/// The session, with its transaction open.
pub(crate) enum HeadLock {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl HeadLock {
    pub(crate) async fn of(log: &Log) -> Self {
        match log.backend {
            Backend::SqliteMemory | Backend::SqliteFile => {
                let mut other = SqliteConnection::connect(log.storage.url()).await.expect("the file");
                eventually("the write lock", async || other.execute("BEGIN IMMEDIATE").await.ok()).await;
                Self::Sqlite(other)
            }
            Backend::PostgresOurs | Backend::PostgresStock => {
                let mut other = PgConnection::connect(log.storage.url()).await.expect("a connection");
                other.execute("BEGIN; SELECT position FROM log_heads ORDER BY partition FOR UPDATE").await.expect("the heads");
                Self::Postgres(other)
            }
        }
    }

    /// Waits until so many statements wait for a head, on PostgreSQL. While the server is asked, the queue decides what it holds.
    pub(crate) async fn wait_for_statements(&mut self, statements: i64) {
        let Self::Postgres(session) = self else { panic!("SQLite does not show who waits") };
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        eventually("statements that wait for a head", async || {
            // Within a transaction the view shows its first snapshot, until that is cleared.
            session.execute("SELECT pg_stat_clear_snapshot()").await.expect("a fresh view");
            let waiting: i64 = sqlx::query_scalar(sql).fetch_one(&mut *session).await.expect("a count");
            (waiting == statements).then_some(())
        })
        .await;
    }

    pub(crate) async fn release(self) {
        let released = match self {
            Self::Postgres(mut other) => other.execute("ROLLBACK").await.map(drop),
            Self::Sqlite(mut other) => other.execute("ROLLBACK").await.map(drop),
        };
        released.expect("a transaction that was rolled back");
    }
}

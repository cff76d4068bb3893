//! The PostgreSQL server of a run: a private one that lives as long as the run, or one that is running already; a database a bench.
//!
//! starting --ready--> serving databases --dropped, Ctrl-C or panic--> stopped, folder removed        --server URL: only its databases go

mod private;

use std::sync::Mutex;
use std::thread;

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::failure::Failure;
use crate::gauges::Gauges;
use private::Private;

/// A server on which databases may be created.
pub(crate) struct Server {
    /// The address of the database that administers the others.
    url: String,
    /// Databases of this run that are still there.
    databases: Mutex<Vec<String>>,
    /// Dropped last, so stopped last.
    _private: Option<Private>,
}

impl Server {
    /// Starts a private server.
    pub(crate) fn start() -> Result<Self, Failure> {
        let private = Private::start()?;
        Ok(Self { url: private.url(), databases: Mutex::default(), _private: Some(private) })
    }

    /// Uses a server that is running.
    pub(crate) fn running(url: String) -> Self {
        Self { url, databases: Mutex::default(), _private: None }
    }

    /// What the server says of itself, for the head of the report.
    pub(crate) async fn describe(&self) -> Result<String, Failure> {
        let mut connection = PgConnection::connect(&self.url).await?;
        let settings: Vec<(String, String)> = sqlx::query_as(
            "SELECT name, setting FROM pg_settings WHERE name IN \
             ('server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'wal_compression', 'jit') ORDER BY name <> 'server_version', name",
        )
        .fetch_all(&mut connection)
        .await?;
        connection.close().await?;
        Ok(settings.into_iter().map(|(name, setting)| format!("{name} {setting}")).collect::<Vec<_>>().join(", "))
    }

    /// An empty database, gone at the end of the run or before.
    pub(crate) async fn fresh_database(&self, what: &str) -> Result<String, Failure> {
        let name = format!("ens_bench_{what}_{}", Uuid::now_v7().simple());
        self.note(|databases| databases.push(name.clone()));
        administer(&self.url, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await?;
        Ok(beside(&self.url, &name))
    }

    /// Drops a database of this run, whoever is still connected.
    pub(crate) async fn drop_database(&self, url: &str) -> Result<(), Failure> {
        let name = database_of(url).to_owned();
        administer(&self.url, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
        self.note(|databases| databases.retain(|each| *each != name));
        Ok(())
    }

    /// Gauges of this server.
    pub(crate) async fn gauges(&self) -> Result<Gauges, Failure> {
        Gauges::of_postgres(PgConnection::connect(&self.url).await?).await
    }

    /// Writes everything to the disk, so that the next change of each page is logged whole.
    pub(crate) async fn checkpoint(&self) -> Result<(), Failure> {
        administer(&self.url, "CHECKPOINT").await
    }

    /// Fills as much of the write-ahead log as a checkpoint then keeps for use again: a server that has run for an hour writes into such files,
    /// and only a new one makes and zeroes 16 MB, and lets everybody wait meanwhile, again and again.
    pub(crate) async fn fill_log(&self) -> Result<(), Failure> {
        administer(&self.url, "SELECT pg_logical_emit_message(false, 'bench', repeat('x', 1000000)) FROM generate_series(1, 1500)").await?;
        self.checkpoint().await
    }

    fn note(&self, change: impl FnOnce(&mut Vec<String>)) {
        change(&mut self.databases.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut left = Vec::new();
        self.note(|databases| left = std::mem::take(databases));
        if self._private.is_some() || left.is_empty() {
            return;
        }
        let url = self.url.clone();
        // A thread of its own: a drop may run inside a runtime, where nothing may block on another future.
        let dropped = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            left.iter().try_for_each(|name| runtime.block_on(administer(&url, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))))
        })
        .join();
        if !matches!(dropped, Ok(Ok(()))) {
            eprintln!("ens-bench: databases named ens_bench_… could not be dropped; please drop them");
        }
    }
}

async fn administer(url: &str, statement: &str) -> Result<(), Failure> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query(statement).execute(&mut connection).await?;
    Ok(connection.close().await?)
}

/// The same server, another database.
fn beside(address: &str, name: &str) -> String {
    let (path, query) = match address.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (address, String::new()),
    };
    let (scheme, rest) = path.split_once("://").unwrap_or(("postgres", path));
    let authority = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{authority}/{name}{query}")
}

fn database_of(url: &str) -> &str {
    let path = url.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_of_an_address_is_replaced() {
        assert_eq!(beside("postgres://postgres@127.0.0.1:5432/postgres", "x"), "postgres://postgres@127.0.0.1:5432/x");
        assert_eq!(beside("postgres://me@localhost", "x"), "postgres://me@localhost/x");
        assert_eq!(beside("postgres://h/postgres?sslmode=disable", "x"), "postgres://h/x?sslmode=disable");
        assert_eq!(database_of("postgres://h/x?sslmode=disable"), "x");
    }
}

//! Storage for one test, removed when the test is over: a PostgreSQL database, an SQLite file, or SQLite in memory.

use std::thread;

use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

/// The engines on which a store can keep its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite without a file.
    SqliteMemory,
    /// SQLite in a file of its own folder.
    SqliteFile,
    /// A database of its own on the server of `ENS_TEST_POSTGRES`.
    Postgres,
}

impl Engine {
    /// Every engine that the store promises to run on.
    pub const ALL: [Self; 3] = [Self::SqliteMemory, Self::SqliteFile, Self::Postgres];
    /// The engines whose data outlives a process.
    pub const DURABLE: [Self; 2] = [Self::SqliteFile, Self::Postgres];
}

/// Fresh storage on one engine. Keep the value for as long as its data is needed.
#[derive(Debug)]
pub struct TestStorage {
    url: String,
    folder: TempDir,
    _database: Option<Database>,
}

impl TestStorage {
    /// Storage that was never used before.
    pub async fn fresh(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = match engine {
            Engine::SqliteMemory | Engine::SqliteFile => None,
            Engine::Postgres => Some(Database::fresh().await),
        };
        let url = match (engine, &database) {
            (Engine::Postgres, Some(database)) => database.url().to_owned(),
            (Engine::SqliteMemory, _) => "sqlite::memory:".to_owned(),
            (Engine::SqliteFile | Engine::Postgres, _) => format!("sqlite:{}", folder.path().join("ens.db").display()),
        };
        Self { url, folder, _database: database }
    }

    /// What `Store::open` and `--store` take.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A folder that is removed with the storage: for letters, keys, files to import.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

/// A PostgreSQL database of one test, dropped at its end even if somebody is still connected.
#[derive(Debug)]
pub struct Database {
    url: String,
    name: String,
}

impl Database {
    /// Creates an empty database beside the one that `ENS_TEST_POSTGRES` names.
    pub async fn fresh() -> Self {
        let name = format!("ens_test_{}", Uuid::now_v7().simple());
        administer(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await;
        Self { url: beside(&server(), &name), name }
    }

    /// The address of this database.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // A thread of its own: a drop may run inside a runtime, where nothing may block on another future.
        let dropped = thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(administer(&statement));
        })
        .join();
        if dropped.is_err() && !thread::panicking() {
            panic!("the database {} of this test was not dropped", self.name);
        }
    }
}

/// The server's address, with the database that administers the others.
fn server() -> String {
    std::env::var("ENS_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!(
            "ENS_TEST_POSTGRES is not set: run `scripts/test`, which starts a private PostgreSQL for the tests, \
             or set it to the address of a server on which databases may be created, such as postgres://postgres@127.0.0.1:5432/postgres"
        )
    })
}

async fn administer(statement: &str) {
    let address = server();
    let mut connection = PgConnection::connect(&address)
        .await
        .unwrap_or_else(|error| panic!("the server of ENS_TEST_POSTGRES does not answer: {error}; `scripts/test` starts one"));
    sqlx::query(statement).execute(&mut connection).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    connection.close().await.expect("a closed connection");
}

/// The same server, another database.
fn beside(address: &str, name: &str) -> String {
    let (path, query) = match address.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (address, String::new()),
    };
    let authority = path.find("://").map_or(0, |at| at + 3);
    let end = path[authority..].find('/').map_or(path.len(), |at| authority + at);
    format!("{}/{name}{query}", &path[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_of_an_address_is_replaced() {
        assert_eq!(beside("postgres://postgres@127.0.0.1:5432/postgres", "x"), "postgres://postgres@127.0.0.1:5432/x");
        assert_eq!(beside("postgres://me@localhost", "x"), "postgres://me@localhost/x");
        assert_eq!(beside("postgres://h/postgres?sslmode=disable", "x"), "postgres://h/x?sslmode=disable");
    }

    #[tokio::test]
    async fn a_database_is_gone_when_its_test_is_over() {
        let url = {
            let database = Database::fresh().await;
            PgConnection::connect(database.url()).await.expect("a database").close().await.expect("a closed connection");
            database.url().to_owned()
        };
        assert!(PgConnection::connect(&url).await.is_err());
    }
}

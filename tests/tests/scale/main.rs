//! Scaling beyond one table and one machine: plans that touch one partition, storage settings, the layout on Citus.

mod captured_plans;
mod hot_paths;
mod layout;
mod plans;
mod storage;

use ens_tests::{Engine, TestStorage};
use sqlx::{Connection, Executor, PgConnection};

/// Fresh PostgreSQL storage whose tables are up to date, and a connection of its owner.
async fn migrated() -> (TestStorage, PgConnection) {
    let storage = TestStorage::fresh(Engine::Postgres).await;
    ens_tests::cohort::open_store(storage.url()).await.close().await;
    let owner = owner(&storage).await;
    (storage, owner)
}

async fn owner(storage: &TestStorage) -> PgConnection {
    PgConnection::connect(storage.url()).await.expect("the owner")
}

/// The first column of a query, as text.
async fn column(owner: &mut PgConnection, sql: &str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(owner).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

async fn run(owner: &mut PgConnection, sql: &str) {
    owner.execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

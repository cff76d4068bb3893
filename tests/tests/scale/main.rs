//! What lets the log grow beyond one table and one machine: plans that touch one partition, storage settings, the layout on Citus.

mod explained;
mod layout;
mod paths;
mod plans;
mod storage;

use ens_tests::{Engine, Place};
use sqlx::{Connection, Executor, PgConnection};

/// A fresh PostgreSQL place whose tables are up to date, and a connection of its owner.
async fn migrated() -> (Place, PgConnection) {
    let place = Place::fresh(Engine::Postgres).await;
    ens_tests::cohort::open_store(place.url()).await.close().await;
    let owner = owner(&place).await;
    (place, owner)
}

async fn owner(place: &Place) -> PgConnection {
    PgConnection::connect(place.url()).await.expect("the owner")
}

/// The first column of a query, as text.
async fn column(owner: &mut PgConnection, sql: &str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(owner).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

async fn run(owner: &mut PgConnection, sql: &str) {
    owner.execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

//! PostgreSQL: one statement a step, whatever the number of rows.

mod append;
mod follow;
mod keys;
mod leases;
mod log;
mod outbox;
mod read_models;
mod registry;
mod tables;

use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::Executor;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use super::Engine;
use crate::error::StoreError;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/postgres");

/// What every connection of the service is: a role without the right to change the log, commits that are on the disk when they return.
const SESSION: &str = "SET ROLE ens_service; SET synchronous_commit = on; SET timezone = 'UTC'";

/// How long the server may take to let a login in, refused attempts being tried again meanwhile.
const REACH: Duration = Duration::from_secs(5);

/// A log on PostgreSQL.
pub(crate) struct Postgres {
    pool: PgPool,
}

impl Postgres {
    /// Brings the tables up to date as the login, then opens a pool as the service's role.
    pub(crate) async fn open(url: &str, connections: u32) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url).map_err(|_| StoreError::Address)?.application_name("ens");
        let owner = PgPoolOptions::new().max_connections(1).acquire_timeout(REACH).connect_with(options.clone()).await?;
        // sqlx holds an advisory lock meanwhile, so several processes may come here at once.
        MIGRATIONS.run(&owner).await.map_err(|error| StoreError::Migration(error.to_string()))?;
        owner.close().await;
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(10))
            // A ping at each acquire costs a fifth of the throughput; a dead connection shows itself in the statement's own error.
            .test_before_acquire(false)
            .after_connect(|connection, _| Box::pin(async move { connection.execute(SESSION).await.map(drop) }))
            .connect_with(options)
            .await?;
        Ok(Self { pool })
    }
}

#[async_trait]
impl Engine for Postgres {
    async fn close(&self) {
        self.pool.close().await;
    }
}

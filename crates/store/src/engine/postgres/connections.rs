//! The connections of a store on PostgreSQL: pools for the queue, for reads by key and for the rest.

use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Executor};
use tokio::time::timeout;

use super::pipeline::Pipeline;
use super::session::{KEYED, REACH, SESSION};
use super::shared_commits::{CommitMode, Commits};
use crate::engine::contract::{ClockReference, Engine};
use crate::engine::migrations::Migrations;
use crate::ground::StoreError;

/// Prepared statements that a connection keeps: each of the hot paths has one a partition.
const STATEMENTS: usize = 1_000;

/// Connections of the command queue, beside up to four that its writers keep: for partitions that read the log meanwhile. Few, so that their plans are warm.
const WRITERS: u32 = 8;
/// Connections for reads of rows by their keys: those that wait together are one statement, so few suffice, and their plans are warm too.
const READERS: u32 = 6;

/// A log on PostgreSQL.
pub(crate) struct Postgres {
    pub(super) pool: PgPool,
    pub(super) writers: PgPool,
    /// Reads of rows by their keys.
    pub(super) pipeline: Option<Pipeline>,
    /// The same where they cannot be pipelined.
    pub(super) readers: PgPool,
    pub(super) commits: Commits,
}

impl Postgres {
    /// Brings the tables up to date as the login, then opens a pool as the service's role.
    pub(crate) async fn open(url: &str, connections: u32) -> Result<Self, StoreError> {
        let options =
            PgConnectOptions::from_str(url).map_err(|_| StoreError::Address)?.application_name("ens").statement_cache_capacity(STATEMENTS);
        let owner = opened(PgPoolOptions::new().max_connections(1).acquire_timeout(REACH), &options).await?;
        // sqlx holds an advisory lock meanwhile, so several processes may come here at once.
        Migrations::POSTGRES.migrator().await?.run(&owner).await.map_err(|error| StoreError::Migration(error.to_string()))?;
        owner.close().await;
        let pool = connect(&options, connections, SESSION.to_owned()).await?;
        let writers = connect(&options, WRITERS, format!("{SESSION}; {KEYED}")).await?;
        let readers = pool_of(READERS, format!("{SESSION}; {KEYED}")).connect_lazy_with(options.clone());
        let pipeline = Pipeline::open(url, &options).await;
        let distributed: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')").fetch_one(&pool).await?;
        let commits = Commits::new(writers.clone(), if distributed { CommitMode::PerBatch } else { CommitMode::Shared });
        Ok(Self { pool, writers, pipeline, readers, commits })
    }
}

/// A pool with its first connection. One that was refused all the while says only that its time is over: then the server is asked why.
async fn opened(pool: PgPoolOptions, options: &PgConnectOptions) -> Result<PgPool, StoreError> {
    match pool.connect_with(options.clone()).await {
        Err(sqlx::Error::PoolTimedOut) => match timeout(REACH, options.connect()).await {
            Ok(Err(why)) => Err(why.into()),
            // It answers now, or not in time either: the pool's own error says as much.
            Ok(Ok(_)) | Err(_) => Err(sqlx::Error::PoolTimedOut.into()),
        },
        opened => Ok(opened?),
    }
}

/// A pool whose connections are all told this first.
async fn connect(options: &PgConnectOptions, connections: u32, told: String) -> Result<PgPool, StoreError> {
    opened(pool_of(connections, told), options).await
}

fn pool_of(connections: u32, told: String) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        // A ping at each acquire costs a fifth of the throughput; a dead connection shows itself in the statement's own error.
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let told = told.clone();
            Box::pin(async move { connection.execute(told.as_str()).await.map(drop) })
        })
}

#[async_trait]
impl Engine for Postgres {
    async fn close(&self) {
        if let Some(pipeline) = &self.pipeline {
            pipeline.close().await;
        }
        // Closed at once, so that no writer begins; those at work are waited for.
        let closed = self.writers.close();
        self.commits.close().await;
        closed.await;
        self.readers.close().await;
        self.pool.close().await;
    }

    async fn clock_reference(&self) -> Result<ClockReference, StoreError> {
        Ok(ClockReference::Server(sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(&self.readers).await?))
    }
}

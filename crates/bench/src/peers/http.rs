//! A bare axum handler: the SELECT of our read model by its key, the row as JSON, and nothing around it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, NaiveDate, Utc};
use ens_projections::Projection;
use ens_projections::space_status::SpaceStatus;
use ens_store::{Partition, Partitions};
use serde::Serialize;
use sqlx::Row;
use sqlx::postgres::{PgPool, PgRow};
use tokio_postgres::{Client, NoTls, Statement};
use uuid::Uuid;

use crate::failure::Failure;
use crate::peers::bare;

/// Connections of the pool, as many as our store opens.
const POOLED: u32 = 24;
/// Connections that are pipelined.
const PIPELINED: usize = 4;

/// What a person asks for.
#[derive(Serialize)]
struct Status {
    space: Uuid,
    version: i64,
    state: String,
    since: DateTime<Utc>,
    notice_channel: Option<String>,
    window_last_day: Option<NaiveDate>,
    code_state: String,
    code_valid_until: Option<NaiveDate>,
    opened_on: Option<NaiveDate>,
}

type Answer = Result<Json<Status>, StatusCode>;

/// Over the fastest pool that sqlx has.
pub(crate) async fn over_sqlx(url: &str, partitions: Partitions) -> Result<Router, Failure> {
    let pool = bare::pool(url, POOLED).await?;
    let statements: Arc<[String]> = partitions.each().map(statement).collect();
    Ok(Router::new().route("/v1/spaces/{space}", get(read_with_sqlx)).with_state((pool, statements, partitions)))
}

/// Over a few connections on which statements are sent one behind the other.
pub(crate) async fn over_tokio_postgres(url: &str, partitions: Partitions) -> Result<Router, Failure> {
    let mut lines = Vec::with_capacity(PIPELINED);
    for _ in 0..PIPELINED {
        lines.push(Line::open(url, partitions).await?);
    }
    let lines = Arc::new(Lines { lines, next: AtomicUsize::new(0), partitions });
    Ok(Router::new().route("/v1/spaces/{space}", get(read_pipelined)).with_state(lines))
}

/// A text for each partition, so that the plan is made once and prunes.
fn statement(partition: Partition) -> String {
    format!("SELECT {} FROM space_status WHERE partition = {partition} AND space = $1", SpaceStatus::COLUMNS.join(", "))
}

type Pooled = (PgPool, Arc<[String]>, Partitions);

async fn read_with_sqlx(State((pool, statements, partitions)): State<Pooled>, Path(space): Path<Uuid>) -> Answer {
    let partition = usize::from(partitions.of(&space.to_string()).number());
    let sql = statements.get(partition).ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    let row = sqlx::query(sql).bind(space).fetch_optional(&pool).await.map_err(broken)?.ok_or(StatusCode::NOT_FOUND)?;
    from_sqlx(&row).map(Json).map_err(broken)
}

fn from_sqlx(row: &PgRow) -> Result<Status, sqlx::Error> {
    Ok(Status {
        space: row.try_get("space")?,
        version: row.try_get("version")?,
        state: row.try_get("stage")?,
        since: row.try_get("since")?,
        notice_channel: row.try_get("notice_channel")?,
        window_last_day: row.try_get("last_day")?,
        code_state: row.try_get("code_state")?,
        code_valid_until: row.try_get("code_valid_until")?,
        opened_on: row.try_get("opened_on")?,
    })
}

/// One connection, and its statement for each partition.
struct Line {
    client: Client,
    statements: Vec<Statement>,
}

impl Line {
    async fn open(url: &str, partitions: Partitions) -> Result<Self, Failure> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                eprintln!("ens-bench: a pipelined connection ended: {error}");
            }
        });
        let mut statements = Vec::new();
        for partition in partitions.each() {
            statements.push(client.prepare(&statement(partition)).await?);
        }
        Ok(Self { client, statements })
    }
}

/// The connections, which take turns.
struct Lines {
    lines: Vec<Line>,
    next: AtomicUsize,
    partitions: Partitions,
}

async fn read_pipelined(State(lines): State<Arc<Lines>>, Path(space): Path<Uuid>) -> Answer {
    let turn = lines.next.fetch_add(1, Ordering::Relaxed) % PIPELINED;
    let line = lines.lines.get(turn).ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    let partition = usize::from(lines.partitions.of(&space.to_string()).number());
    let statement = line.statements.get(partition).ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    let row = line.client.query_opt(statement, &[&space]).await.map_err(broken)?.ok_or(StatusCode::NOT_FOUND)?;
    from_tokio_postgres(&row).map(Json).map_err(broken)
}

fn from_tokio_postgres(row: &tokio_postgres::Row) -> Result<Status, tokio_postgres::Error> {
    Ok(Status {
        space: row.try_get("space")?,
        version: row.try_get("version")?,
        state: row.try_get("stage")?,
        since: row.try_get("since")?,
        notice_channel: row.try_get("notice_channel")?,
        window_last_day: row.try_get("last_day")?,
        code_state: row.try_get("code_state")?,
        code_valid_until: row.try_get("code_valid_until")?,
        opened_on: row.try_get("opened_on")?,
    })
}

fn broken(error: impl std::fmt::Display) -> StatusCode {
    eprintln!("ens-bench: the bare handler: {error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

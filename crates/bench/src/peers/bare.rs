//! Bare SQL: the limits that PostgreSQL itself sets, without position, sealing, keys, outbox or decision.

use ens_store::StoredEvent;
use futures::TryStreamExt;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{Connection, PgConnection, Row};

use crate::failure::Failure;
use crate::peers::plain::new_id;

/// The table of postgres-es, under a name of its own.
const TABLE: &str = "CREATE TABLE bare_events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint NOT NULL, \
     event_type text NOT NULL, event_version text NOT NULL, payload json NOT NULL, metadata json NOT NULL, \
     PRIMARY KEY (aggregate_type, aggregate_id, sequence))";

/// A pool that does not ping, the fastest that sqlx has.
pub(crate) async fn pool(url: &str, connections: u32) -> Result<PgPool, Failure> {
    Ok(PgPoolOptions::new().max_connections(connections).test_before_acquire(false).connect(url).await?)
}

/// Makes the bare table.
pub(crate) async fn make_table(pool: &PgPool) -> Result<(), Failure> {
    sqlx::query(TABLE).execute(pool).await?;
    Ok(())
}

/// A row of the bare table.
#[derive(Debug, Clone)]
pub(crate) struct BareRow {
    aggregate_type: String,
    aggregate_id: String,
    sequence: i64,
    event_type: String,
    event_version: String,
    payload: String,
    metadata: String,
}

impl BareRow {
    /// The same as a row of ours, as stored: sealed beforehand, so at no cost here.
    pub(crate) fn like(event: &StoredEvent) -> Self {
        Self {
            aggregate_type: event.aggregate_type.clone(),
            aggregate_id: event.aggregate_id.clone(),
            sequence: i64::try_from(event.sequence).unwrap_or(1),
            event_type: event.event_type.clone(),
            event_version: event.event_version.clone(),
            payload: event.payload.clone(),
            metadata: event.metadata.clone(),
        }
    }

    /// The same under a new, time-ordered id.
    pub(crate) fn under_new_id(&self) -> Self {
        Self { aggregate_id: new_id(), ..self.clone() }
    }

    fn texts(&self) -> [&str; 6] {
        [&self.aggregate_type, &self.aggregate_id, &self.event_type, &self.event_version, &self.payload, &self.metadata]
    }
}

/// How rows get into the bare table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Insert {
    Unnest,
    Copy,
}

impl Insert {
    /// Inserts rows in one transaction; how many.
    pub(crate) async fn rows(self, pool: &PgPool, rows: &[BareRow]) -> Result<u64, Failure> {
        match self {
            Self::Unnest => unnest(pool, rows).await,
            Self::Copy => copy(pool, rows).await,
        }
    }
}

async fn unnest(pool: &PgPool, rows: &[BareRow]) -> Result<u64, Failure> {
    let column = |number: usize| rows.iter().filter_map(|row| row.texts().get(number).copied()).collect::<Vec<&str>>();
    let inserted = sqlx::query(
        "INSERT INTO bare_events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) \
         SELECT t, i, s, e, v, p::json, m::json \
         FROM UNNEST($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[]) AS row (t, i, s, e, v, p, m)",
    )
    .bind(column(0))
    .bind(column(1))
    .bind(rows.iter().map(|row| row.sequence).collect::<Vec<_>>())
    .bind(column(2))
    .bind(column(3))
    .bind(column(4))
    .bind(column(5))
    .execute(pool)
    .await?;
    Ok(inserted.rows_affected())
}

async fn copy(pool: &PgPool, rows: &[BareRow]) -> Result<u64, Failure> {
    let mut connection = pool.acquire().await?;
    let mut into = connection
        .copy_in_raw("COPY bare_events (aggregate_type, aggregate_id, event_type, event_version, payload, metadata, sequence) FROM STDIN")
        .await?;
    let mut text = String::with_capacity(rows.len() * 1_024);
    for row in rows {
        for field in row.texts() {
            text.push_str(&field.replace('\\', "\\\\").replace('\n', "\\n").replace('\t', "\\t"));
            text.push('\t');
        }
        text.push_str(&format!("{}\n", row.sequence));
    }
    into.send(text.into_bytes()).await?;
    Ok(into.finish().await?)
}

/// Reads every row of our log over one connection, as one stream, each column decoded and nothing more; how many.
pub(crate) async fn select_all(url: &str) -> Result<u64, Failure> {
    let mut connection = PgConnection::connect(url).await?;
    let mut rows = sqlx::query(
        "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload::text, metadata::text, partition, position, recorded_at \
         FROM events",
    )
    .fetch(&mut connection);
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        for text in [0, 1, 3, 4, 5, 6] {
            std::hint::black_box(row.try_get::<String, _>(text)?);
        }
        std::hint::black_box((row.try_get::<i64, _>(2)?, row.try_get::<i16, _>(7)?, row.try_get::<i64, _>(8)?));
        std::hint::black_box(row.try_get::<chrono::DateTime<chrono::Utc>, _>(9)?);
        count += 1;
    }
    drop(rows);
    connection.close().await?;
    Ok(count)
}

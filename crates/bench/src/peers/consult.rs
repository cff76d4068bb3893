//! A guarded reading as one writes it by hand: an axum handler that checks a grant, inserts a trace and selects the row, in one transaction.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::rpps::Rpps;
use serde::Serialize;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::{Executor, Row};
use uuid::Uuid;

use crate::failure::Failure;
use crate::records::PAGE;
use crate::request::document_of;

/// How many traces there are.
pub(crate) const TRACES: &str = "SELECT count(*) FROM traces";

/// Nothing is sealed. The key of the traces serves the list of one space's too, so there is no second index.
const TABLES: &str = "CREATE TABLE grants (space uuid NOT NULL, rpps text NOT NULL, until date, PRIMARY KEY (space, rpps)); \
     CREATE TABLE traces (space uuid NOT NULL, id uuid NOT NULL, document uuid NOT NULL, rpps text NOT NULL, purpose text NOT NULL, \
     ground text NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (space, id)); \
     CREATE TABLE documents (space uuid NOT NULL, id uuid NOT NULL, title text NOT NULL, document_type text NOT NULL, author text NOT NULL, \
     deposited_at timestamptz NOT NULL, act_first date NOT NULL, act_last date NOT NULL, media_type text NOT NULL, size integer NOT NULL, \
     sha256 text NOT NULL, content bytea NOT NULL, PRIMARY KEY (space, id))";
const GRANTED: &str = "SELECT 1 FROM grants WHERE space = $1 AND rpps = $2 AND (until IS NULL OR until >= current_date)";
const TRACE: &str = "INSERT INTO traces (space, id, document, rpps, purpose, ground, at) \
     VALUES ($1, $2, $3, $4, 'care', 'grant_to_professional', now())";
const CARD: &str = "SELECT title, document_type, author, deposited_at, act_first, act_last, media_type, size, sha256 \
     FROM documents WHERE space = $1 AND id = $2";
const CONTENT: &str = "SELECT media_type, content FROM documents WHERE space = $1 AND id = $2";

/// Makes the tables, with a grant to this reader in each space, and a document.
pub(crate) async fn fill(pool: &PgPool, reader: &Rpps, documents: &[(SpaceId, ItemId)]) -> Result<(), Failure> {
    let (spaces, ids): (Vec<Uuid>, Vec<Uuid>) = documents.iter().map(|(space, id)| (space.uuid(), id.uuid())).unzip();
    pool.execute(TABLES).await?;
    sqlx::query("INSERT INTO grants (space, rpps, until) SELECT space, $2, current_date + 90 FROM UNNEST($1::uuid[]) AS space")
        .bind(&spaces)
        .bind(reader.as_str())
        .execute(pool)
        .await?;
    sqlx::query(
        "INSERT INTO documents (space, id, title, document_type, author, deposited_at, act_first, act_last, media_type, size, sha256, content) \
         SELECT space, id, 'Compte rendu de consultation', '11488-4', $3, now(), current_date, current_date, 'application/pdf', \
         length($4::bytea), encode(sha256($4::bytea), 'hex'), $4 FROM UNNEST($1::uuid[], $2::uuid[]) AS row (space, id)",
    )
    .bind(&spaces)
    .bind(&ids)
    .bind(reader.as_str())
    .bind(document_of(PAGE))
    .execute(pool)
    .await?;
    pool.execute("VACUUM (ANALYZE)").await?;
    Ok(())
}

/// The handlers, for one reader.
pub(crate) fn routes(pool: PgPool, reader: &Rpps) -> Router {
    Router::new()
        .route("/v1/spaces/{space}/documents/{document}", get(show_card))
        .route("/v1/spaces/{space}/documents/{document}/content", get(read_content))
        .with_state((pool, Arc::from(reader.as_str())))
}

type Guarded = (PgPool, Arc<str>);

/// What a person asks for.
#[derive(Serialize)]
struct Card {
    id: Uuid,
    title: String,
    document_type: String,
    author: String,
    deposited_at: DateTime<Utc>,
    act_first: NaiveDate,
    act_last: NaiveDate,
    media_type: String,
    size: i32,
    sha256: String,
}

async fn show_card(State(guarded): State<Guarded>, Path((space, id)): Path<(Uuid, Uuid)>) -> Result<Json<Card>, StatusCode> {
    let row = consulted(&guarded, CARD, space, id).await?;
    card(&row, id).map(Json).map_err(broken)
}

async fn read_content(State(guarded): State<Guarded>, Path((space, id)): Path<(Uuid, Uuid)>) -> Result<Response, StatusCode> {
    let row = consulted(&guarded, CONTENT, space, id).await?;
    let (kind, content): (String, Vec<u8>) = row.try_get(0).and_then(|kind| Ok((kind, row.try_get(1)?))).map_err(broken)?;
    Ok(([(CONTENT_TYPE, kind)], content).into_response())
}

/// The row, once a grant was found and the trace is committed.
async fn consulted((pool, reader): &Guarded, select: &str, space: Uuid, id: Uuid) -> Result<PgRow, StatusCode> {
    let mut transaction = pool.begin().await.map_err(broken)?;
    let granted = sqlx::query(GRANTED).bind(space).bind(&**reader).fetch_optional(&mut *transaction).await.map_err(broken)?;
    granted.ok_or(StatusCode::FORBIDDEN)?;
    let trace = sqlx::query(TRACE).bind(space).bind(Uuid::now_v7()).bind(id).bind(&**reader);
    trace.execute(&mut *transaction).await.map_err(broken)?;
    let row = sqlx::query(select).bind(space).bind(id).fetch_optional(&mut *transaction).await.map_err(broken)?;
    transaction.commit().await.map_err(broken)?;
    row.ok_or(StatusCode::NOT_FOUND)
}

fn card(row: &PgRow, id: Uuid) -> Result<Card, sqlx::Error> {
    Ok(Card {
        id,
        title: row.try_get("title")?,
        document_type: row.try_get("document_type")?,
        author: row.try_get("author")?,
        deposited_at: row.try_get("deposited_at")?,
        act_first: row.try_get("act_first")?,
        act_last: row.try_get("act_last")?,
        media_type: row.try_get("media_type")?,
        size: row.try_get("size")?,
        sha256: row.try_get("sha256")?,
    })
}

fn broken(error: sqlx::Error) -> StatusCode {
    eprintln!("ens-bench: the guarded handler: {error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

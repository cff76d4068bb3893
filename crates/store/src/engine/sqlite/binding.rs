//! What the rows of an append bind on SQLite, whichever statement they go by; the partition, which many rows share, is bound before.

use sqlx::Sqlite as Lite;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;

use crate::engine::numbers::column;
use crate::ground::StoredKey;
use crate::ground::{NewMessage, NewRow, Remembered};

/// A statement that is being bound.
pub(super) type Statement<'q> = Query<'q, Lite, SqliteArguments<'q>>;

/// How many values an event binds, an idempotency key, a message, and the key of a space with its partition.
pub(super) const EVENT: usize = 8;
pub(super) const KEY: usize = 6;
pub(super) const MESSAGE: usize = 6;
pub(super) const SPACE_KEY: usize = 4;

/// `(?, ?), (?, ?)`
pub(super) fn places(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row; rows].join(", ")
}

pub(super) fn bind_event<'q>(statement: Statement<'q>, row: &'q NewRow) -> Statement<'q> {
    statement
        .bind(&row.aggregate_type)
        .bind(&row.aggregate_id)
        .bind(column(row.sequence))
        .bind(&row.event.event_type)
        .bind(&row.event.event_version)
        .bind(&row.event.payload)
        .bind(&row.event.metadata)
        .bind(column(row.position))
}

pub(super) fn bind_key<'q>(statement: Statement<'q>, key: &'q Remembered) -> Statement<'q> {
    statement
        .bind(key.request.key)
        .bind(key.request.digest)
        .bind(key.request.space.uuid())
        .bind(column(key.version_before))
        .bind(column(key.version))
        .bind(column(key.position))
}

pub(super) fn bind_message<'q>(statement: Statement<'q>, message: &'q NewMessage) -> Statement<'q> {
    statement
        .bind(message.message.to_string())
        .bind(message.space.to_string())
        .bind(message.kind)
        .bind(message.channel)
        .bind(&message.content)
        .bind(message.due_at.timestamp_micros())
}

pub(super) fn bind_space_key<'q>(statement: Statement<'q>, key: &'q StoredKey) -> Statement<'q> {
    statement.bind(key.partition.column()).bind(key.space.to_string()).bind(key.generation).bind(key.wrapped.as_deref())
}

/// A list as SQLite takes it: the text of a JSON array.
pub(super) fn array(texts: &[String]) -> String {
    serde_json::Value::from(texts.to_vec()).to_string()
}

/// Bytes as `unhex` reads them.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

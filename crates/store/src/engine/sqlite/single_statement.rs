//! A batch as a single statement: one trip to the thread that holds the file, and no transaction that anybody could leave open.
//!
//! a line of `batch` = the n-th event, idempotency key, message and settled message → triggers of the connection → their tables
//! A statement is written whole or not at all, whoever is gone meanwhile.
//! - a batch that a row stops leaves nothing behind, and the writer goes on

use sqlx::Executor;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use super::binding::{EVENT, KEY, MESSAGE, SPACE_KEY, Statement, bind_event, bind_key, bind_message, bind_space_key, places};
use crate::engine::contract::AtHead;
use crate::engine::numbers::column;
use crate::ground::Batch;
use crate::ground::StoreError;
use crate::ground::StoredKey;

/// Lines of one statement; beyond, what its trips would save is little, and a statement in memory grows with its lines.
const LINES: usize = 128;

/// The columns of a line, part by part.
const COLUMNS: usize = 1 + HEAD + EVENT + KEY + MESSAGE + SETTLED;
const HEAD: usize = 2;
const SETTLED: usize = 1;

/// What the trigger says whose head is somewhere else, under SQLite's code for a trigger's refusal.
const MOVED: (&str, &str) = ("1811", "the head moved");

/// A connection's own view, which holds nothing, and what becomes of a line that is inserted into it. A part that is absent is NULL.
const TRIGGERS: &str = "
CREATE TEMP VIEW batch (partition, head, last,
        aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, position,
        key, digest, space, version_before, version, answered,
        message, addressee, kind, channel, content, due_at, settled)
    AS SELECT 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0;
CREATE TEMP TRIGGER batch_settles INSTEAD OF INSERT ON batch WHEN NEW.settled IS NOT NULL BEGIN
    DELETE FROM outbox WHERE partition = NEW.partition AND message = NEW.settled;
END;
CREATE TEMP TRIGGER batch_posts INSTEAD OF INSERT ON batch WHEN NEW.message IS NOT NULL BEGIN
    INSERT INTO outbox (partition, message, space, kind, channel, content, due_at)
    VALUES (NEW.partition, NEW.message, NEW.addressee, NEW.kind, NEW.channel, NEW.content, NEW.due_at)
    ON CONFLICT (partition, message) DO NOTHING;
END;
CREATE TEMP TRIGGER batch_remembers INSTEAD OF INSERT ON batch WHEN NEW.key IS NOT NULL BEGIN
    INSERT INTO idempotency_keys (key, digest, partition, space, version_before, version, position)
    VALUES (NEW.key, NEW.digest, NEW.partition, NEW.space, NEW.version_before, NEW.version, NEW.answered);
END;
CREATE TEMP TRIGGER batch_logs INSTEAD OF INSERT ON batch WHEN NEW.sequence IS NOT NULL BEGIN
    INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, partition, position)
    VALUES (NEW.aggregate_type, NEW.aggregate_id, NEW.sequence, NEW.event_type, NEW.event_version, NEW.payload, NEW.metadata,
        NEW.partition, NEW.position);
END;
CREATE TEMP TRIGGER batch_moves_the_head INSTEAD OF INSERT ON batch WHEN NEW.head IS NOT NULL BEGIN
    SELECT RAISE(ABORT, 'the head moved')
    WHERE NOT EXISTS (SELECT 1 FROM log_heads WHERE partition = NEW.partition AND position = NEW.head);
    UPDATE log_heads SET position = NEW.last WHERE partition = NEW.partition;
END;
";

/// Gives a connection the view and its triggers. They name tables that the first migrations have yet to make, which SQLite allows.
pub(super) async fn prepare(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    connection.execute(TRIGGERS).await?;
    Ok(())
}

/// Whether a batch is written by one statement.
pub(super) fn fits(batch: &Batch) -> bool {
    lines(batch) <= LINES && batch.new_keys.len() <= LINES
}

/// Writes a batch, if the head is where it says.
///
/// The keys of spaces are a statement before it, committed in their own file: two files are not committed at once, and a key that seals
/// nothing does no harm.
pub(super) async fn write(writer: &SqlitePool, batch: Batch) -> Result<AtHead, StoreError> {
    let mut writer = writer.acquire().await?;
    // Each number of rows is a text of its own to prepare: rounded up, they are few, and stay prepared.
    let (lines, made) = (lines(&batch).next_power_of_two(), batch.new_keys.len().next_power_of_two());
    let mut sql = String::new();
    if !batch.new_keys.is_empty() {
        let rows = places(made, SPACE_KEY);
        sql += &format!(
            "INSERT INTO keys.space_keys (partition, space, generation, wrapped) SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL; "
        );
    }
    sql += &format!("INSERT INTO batch VALUES {}", places(lines, COLUMNS));
    let mut statement = sqlx::query(&sql);
    if !batch.new_keys.is_empty() {
        statement = bind_keys(statement, &batch.new_keys, made);
    }
    let Err(error) = bind_lines(statement, &batch, lines).execute(&mut *writer).await else { return Ok(AtHead::Written) };
    let error = StoreError::at_commit(error);
    if says_moved(&error) { Ok(AtHead::Moved) } else { Err(error) }
}

fn says_moved(error: &StoreError) -> bool {
    matches!(error, StoreError::Database { code, message } if (code.as_str(), message.as_str()) == MOVED)
}

fn lines(batch: &Batch) -> usize {
    // The head is on the first one; what is settled comes after what is posted, which it may be.
    [batch.rows.len(), batch.requests.len(), batch.messages.len() + batch.completed_messages.len()].into_iter().fold(1, usize::max)
}

fn bind_keys<'q>(statement: Statement<'q>, keys: &'q [StoredKey], rows: usize) -> Statement<'q> {
    nothing(keys.iter().fold(statement, bind_space_key), (rows - keys.len()) * SPACE_KEY)
}

fn bind_lines<'q>(mut statement: Statement<'q>, batch: &'q Batch, lines: usize) -> Statement<'q> {
    let partition = batch.partition.column();
    let mut head = Some((column(batch.head), column(batch.last_position())));
    let (mut events, mut keys) = (batch.rows.iter(), batch.requests.iter());
    let (mut messages, mut settled) = (batch.messages.iter(), batch.completed_messages.iter());
    for _ in 0..lines {
        statement = statement.bind(partition);
        statement = match head.take() {
            Some((head, last)) => statement.bind(head).bind(last),
            None => nothing(statement, HEAD),
        };
        statement = match events.next() {
            Some(row) => bind_event(statement, row),
            None => nothing(statement, EVENT),
        };
        statement = match keys.next() {
            Some(key) => bind_key(statement, key),
            None => nothing(statement, KEY),
        };
        statement = match messages.next() {
            Some(message) => nothing(bind_message(statement, message), SETTLED),
            None => nothing(statement, MESSAGE).bind(settled.next().map(|message| message.to_string())),
        };
    }
    statement
}

fn nothing(mut statement: Statement<'_>, columns: usize) -> Statement<'_> {
    for _ in 0..columns {
        statement = statement.bind(None::<i64>);
    }
    statement
}

//! The SQL texts that both engines read alike, and the lists that they are made of.

use crate::partition::Partition;
use crate::reads::RowsOf;
use crate::tables::Table;

pub(crate) const FEED: &str = "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, CAST(payload AS text) AS payload, \
     CAST(metadata AS text) AS metadata, partition, position, recorded_at \
     FROM events WHERE partition = $1 AND position > $2 ORDER BY position LIMIT $3";
/// The events of a partition between two positions: the first excluded, the last included. JSON comes as it is stored, which is text on
/// both engines.
pub(crate) fn span(partition: Partition) -> String {
    format!(
        "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, position, recorded_at \
         FROM events WHERE partition = {partition} AND position > $1 AND position <= $2 ORDER BY position"
    )
}

pub(crate) const HEADS: &str = "SELECT partition, position FROM log_heads ORDER BY partition";
pub(crate) const PARTITIONS: &str = "SELECT count(*) FROM log_heads";
pub(crate) const CHECKPOINTS: &str = "SELECT partition, position FROM checkpoints WHERE name = $1 ORDER BY partition";
pub(crate) const DISCARD: &str = "DELETE FROM outbox WHERE partition = $1 AND message = $2";
pub(crate) const POSTPONE: &str = "UPDATE outbox SET due_at = $3 WHERE partition = $1 AND message = $2 AND handed_over_at IS NULL";
pub(crate) const OUTBOX_DEPTH: &str =
    "SELECT channel, count(*) - count(handed_over_at), count(handed_over_at) FROM outbox GROUP BY channel ORDER BY channel";
pub(crate) const DROP_CHECKPOINTS: &str = "DELETE FROM checkpoints WHERE name = $1";
pub(crate) const RENAME_CHECKPOINTS: &str = "UPDATE checkpoints SET name = $2 WHERE name = $1";

/// The rows of spaces in a table that has one row a space, up to the comparison that each engine writes its own way.
pub(crate) fn rows_of(wanted: &RowsOf<'_>) -> String {
    format!("SELECT {} FROM {} WHERE partition = {} AND space", list(wanted.table.columns), wanted.table.name, wanted.partition)
}

/// Takes a lease that is free or over; `now` and `until` are the engine's instants.
///
/// The comparison is with the proposed row, not with the clock: a distributed PostgreSQL lets no function into it that is not immutable.
pub(crate) fn take_lease(partition: Partition, now: &str, until: &str) -> String {
    format!(
        "INSERT INTO task_leases (partition, task, holder, taken_at, until) VALUES ({partition}, $1, $2, {now}, {until}) \
         ON CONFLICT (partition, task) DO UPDATE SET holder = EXCLUDED.holder, taken_at = EXCLUDED.taken_at, until = EXCLUDED.until \
         WHERE task_leases.until <= EXCLUDED.taken_at RETURNING position"
    )
}

/// Begins the time of a lease anew where the asker still has it.
pub(crate) fn keep_lease(partition: Partition, now: &str, until: &str) -> String {
    format!(
        "UPDATE task_leases SET taken_at = {now}, until = {until}, position = $4 \
         WHERE partition = {partition} AND task = $1 AND holder = $2"
    )
}

/// Ends a lease where the asker still has it.
pub(crate) fn end_lease(partition: Partition) -> String {
    format!("UPDATE task_leases SET until = taken_at, position = $3 WHERE partition = {partition} AND task = $1 AND holder = $2")
}

/// `a, b, c`
pub(crate) fn list(columns: &[&str]) -> String {
    columns.join(", ")
}

/// ` AND `-joined equalities between two sides, each side written by its own function.
pub(crate) fn equal(columns: &[&str], left: impl Fn(&str) -> String, right: impl Fn(&str) -> String) -> String {
    columns.iter().map(|column| format!("{} = {}", left(column), right(column))).collect::<Vec<_>>().join(" AND ")
}

/// What an upsert does with a row that is there already.
pub(crate) fn on_conflict(table: &Table) -> String {
    let rest: Vec<String> = table.rest().map(|column| format!("{column} = EXCLUDED.{column}")).collect();
    let action = if rest.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", rest.join(", ")) };
    format!("ON CONFLICT ({}) DO {action}", list(table.key))
}

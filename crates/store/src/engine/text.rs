//! The SQL texts that both engines read alike, and the lists that they are made of.

use crate::partition::Partition;
use crate::tables::Table;

pub(crate) const FEED: &str = "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, CAST(payload AS text) AS payload, \
     CAST(metadata AS text) AS metadata, partition, position, recorded_at \
     FROM events WHERE partition = $1 AND position > $2 ORDER BY position LIMIT $3";
pub(crate) const HEADS: &str = "SELECT partition, position FROM log_heads ORDER BY partition";
pub(crate) const PARTITIONS: &str = "SELECT count(*) FROM log_heads";
pub(crate) const DISCARD: &str = "DELETE FROM outbox WHERE partition = $1 AND message = $2";
pub(crate) const POSTPONE: &str = "UPDATE outbox SET due_at = $3 WHERE partition = $1 AND message = $2 AND handed_over_at IS NULL";
pub(crate) const OUTBOX_DEPTH: &str =
    "SELECT channel, count(*) - count(handed_over_at), count(handed_over_at) FROM outbox GROUP BY channel ORDER BY channel";
pub(crate) const DROP_CHECKPOINTS: &str = "DELETE FROM checkpoints WHERE name = $1";
pub(crate) const RENAME_CHECKPOINTS: &str = "UPDATE checkpoints SET name = $2 WHERE name = $1";
pub(crate) const DROP_PROGRESS: &str = "DELETE FROM rebuild_progress WHERE name = $1";
pub(crate) const NOTE_PROGRESS: &str = "INSERT INTO rebuild_progress (name, shape, partition, bound, filled, aggregate_type, aggregate_id, facts, leaf) \
     VALUES ($1, $2, $3, $4, $5, '', '', 0, 'filling')";
pub(crate) const PROGRESS: &str = "SELECT partition, bound, filled, aggregate_type, aggregate_id, facts, leaf FROM rebuild_progress \
     WHERE name = $1 AND shape = $2 ORDER BY partition";
pub(crate) const SETTLED: &str = "settled";

/// The next events of a partition for followers.
pub(crate) fn events_of(partition: Partition) -> String {
    format!(
        "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, CAST(payload AS text) AS payload, \
         CAST(metadata AS text) AS metadata, partition, position, recorded_at \
         FROM events WHERE partition = {partition} AND position > $1 ORDER BY position LIMIT $2"
    )
}

/// Events aggregate by aggregate after one of them, where `condition` holds.
pub(crate) fn lives(condition: &str) -> String {
    format!(
        "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, CAST(payload AS text) AS payload, \
         CAST(metadata AS text) AS metadata, partition, position, recorded_at \
         FROM events WHERE (aggregate_type, aggregate_id) > ($1, $2) AND {condition} ORDER BY aggregate_type, aggregate_id, sequence LIMIT $4"
    )
}

pub(crate) fn move_progress(partition: Partition) -> String {
    format!("UPDATE rebuild_progress SET aggregate_type = $2, aggregate_id = $3, facts = $4 WHERE name = $1 AND partition = {partition}")
}

pub(crate) fn settle_progress(partition: Partition) -> String {
    format!("UPDATE rebuild_progress SET leaf = 'settled' WHERE name = $1 AND partition = {partition}")
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

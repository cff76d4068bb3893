//! The SQL texts that both engines read alike, and the lists that they are made of.

use crate::ground::Partition;
use crate::ground::Table;

/// The events of a partition between two positions: the first excluded, the last included. JSON comes as it is stored, which is text on
/// both engines.
pub(crate) fn span(partition: Partition) -> String {
    format!(
        "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, position, recorded_at \
         FROM events WHERE partition = {partition} AND position > $1 AND position <= $2 ORDER BY position"
    )
}

pub(crate) const IDENTITY: &str = "SELECT store, master_check FROM keys.store_identity WHERE only_row = 1";
pub(crate) const KEEP_IDENTITY: &str =
    "INSERT INTO keys.store_identity (only_row, store, master_check) VALUES (1, $1, $2) ON CONFLICT (only_row) DO NOTHING";
pub(crate) const ANY_KEY: &str = "SELECT partition, space, generation, wrapped FROM keys.space_keys WHERE wrapped IS NOT NULL LIMIT 1";

pub(crate) const CAREGIVER_PLACES: &str = "SELECT number, space, taken_at FROM caregiver_places WHERE caregiver = $1 ORDER BY number";
pub(crate) const INSERT_PLACE: &str =
    "INSERT INTO caregiver_places (caregiver, number, space, taken_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
/// Always later than before, so that who saw the place before does not free it.
pub(crate) const RENEW_PLACE: &str = "UPDATE caregiver_places SET taken_at = CASE WHEN taken_at < $3 THEN $3 ELSE taken_at + 1 END \
     WHERE caregiver = $1 AND space = $2";
/// Found by its number, and then compared: an index on the space is not to be tried.
pub(crate) const FREE_PLACE: &str =
    "DELETE FROM caregiver_places WHERE caregiver = $1 AND number = $2 AND taken_at = $4 AND space IS NOT DISTINCT FROM $3";

pub(crate) const HEADS: &str = "SELECT partition, position FROM log_heads ORDER BY partition";
pub(crate) const PARTITIONS: &str = "SELECT count(*) FROM log_heads";
/// A look over all partitions, so it says only where to look; the heads are the list of partitions. One probe of an index each.
pub(crate) const DUE_PARTITIONS: &str = "SELECT q.partition FROM (SELECT h.partition, \
     (SELECT min(o.due_at) FROM outbox o WHERE o.partition = h.partition AND o.channel = $1 AND o.due_at <= $2 \
      AND (o.leased_until IS NULL OR o.leased_until <= $2) AND o.handed_over_at IS NULL) AS oldest FROM log_heads h) q \
     WHERE q.oldest IS NOT NULL ORDER BY q.oldest, q.partition";
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

/// Events as they are stored, whole. Their reader knows the columns by their order (`log_rows.rs`).
pub(crate) const STORED: &str = "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, CAST(payload AS text) AS payload, \
     CAST(metadata AS text) AS metadata, partition, position, recorded_at FROM events";

/// The next events of a partition after `$1`, at most `$2`.
pub(crate) fn events_of(partition: Partition) -> String {
    format!("{STORED} WHERE partition = {partition} AND position > $1 ORDER BY position LIMIT $2")
}

/// Events stream by stream after one of them, where `condition` holds. All streams of a space come one after the other, its life first.
pub(crate) fn lives(condition: &str) -> String {
    format!(
        "{STORED} WHERE (aggregate_id, aggregate_type) > ($1, $2) AND {condition} ORDER BY aggregate_id, aggregate_type, sequence LIMIT $4"
    )
}

pub(crate) fn move_progress(partition: Partition) -> String {
    format!("UPDATE rebuild_progress SET aggregate_type = $2, aggregate_id = $3, facts = $4 WHERE name = $1 AND partition = {partition}")
}

pub(crate) fn settle_progress(partition: Partition) -> String {
    format!("UPDATE rebuild_progress SET leaf = 'settled' WHERE name = $1 AND partition = {partition}")
}

/// Which streams of a partition were written to after `$1`, at most `$2` of their events.
pub(crate) fn written_after(partition: Partition) -> String {
    format!(
        "SELECT aggregate_type, aggregate_id, position FROM events WHERE partition = {partition} AND position > $1 ORDER BY position LIMIT $2"
    )
}

/// The rows of spaces in a table that has one row a space, up to the comparison that each engine writes its own way.
pub(crate) fn rows_of(table: &Table, partition: Partition) -> String {
    format!("SELECT {} FROM {} WHERE partition = {partition} AND space", list(table.columns), table.name)
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

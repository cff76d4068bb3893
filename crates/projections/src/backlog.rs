//! The backlog: how much should have been done by now and is not, and since which day.

use chrono::NaiveDate;
use ens_store::{Arg, Partition, Store, StoreError};
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::Deserialize;

/// Partitions that are counted at once.
const AT_ONCE: usize = 4;

/// What has fallen due and is not done yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many spaces or deadlines.
    pub count: u64,
    /// The day from whose first instant in Paris the oldest of them has been due.
    pub since: Option<NaiveDate>,
}

impl Backlog {
    fn and(self, other: Self) -> Self {
        let since = self.since.into_iter().chain(other.since).min();
        Self { count: self.count.saturating_add(other.count), since }
    }
}

#[derive(Deserialize)]
struct Counted {
    count: u64,
    oldest: Option<NaiveDate>,
}

/// The spaces that should be open on this day and are not, as the rows see it.
///
/// # Errors
/// The store could not be read.
pub async fn openings_backlog(store: &Store, on: NaiveDate) -> Result<Backlog, StoreError> {
    let sql = |partition: Partition| {
        format!(
            "SELECT count(*) AS count, min(last_day) AS oldest FROM openings_due \
             WHERE partition = {partition} AND stage = 'notified' AND last_day < $1"
        )
    };
    let last_days = counted(store, on, sql).await?;
    // The last day of the window still counts: the space falls due on the next.
    Ok(Backlog { since: last_days.since.and_then(|day| day.succ_opt()), ..last_days })
}

/// The deadlines that should be settled on this day and are not, as the rows see it.
///
/// # Errors
/// The store could not be read.
pub async fn deadlines_backlog(store: &Store, on: NaiveDate) -> Result<Backlog, StoreError> {
    let sql = |partition: Partition| {
        format!("SELECT count(*) AS count, min(due_on) AS oldest FROM deadlines WHERE partition = {partition} AND due_on <= $1")
    };
    counted(store, on, sql).await
}

async fn counted(store: &Store, on: NaiveDate, sql: impl Fn(Partition) -> String) -> Result<Backlog, StoreError> {
    let statements: Vec<String> = store.partitions().each().map(sql).collect();
    let counts = stream::iter(statements).map(|sql| async move { store.read_models().select::<Counted>(&sql, &[Arg::Date(on)]).await });
    let add = |sum: Backlog, rows: Vec<Counted>| async move {
        Ok(rows.into_iter().fold(sum, |sum, row| sum.and(Backlog { count: row.count, since: row.oldest })))
    };
    counts.buffer_unordered(AT_ONCE).try_fold(Backlog::default(), add).await
}

//! The tables of read models: what one is, how a rebuilt one takes the place of the old.
//!
//! Rows travel as JSON objects, flat: text, whole numbers, dates, instants, ids; null for nothing; no booleans. A nested value goes into
//! a text column as a JSON string. SQLite keeps instants as the text that they were given as.

use std::borrow::Cow;

use serde_json::Value;

use crate::error::StoreError;
use crate::store::Store;

/// A table of a read model. The names go into SQL as they stand, so they come from the program, never from a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name: the projection's, and its checkpoint's.
    pub name: Cow<'static, str>,
    /// The columns of its primary key.
    pub key: &'static [&'static str],
    /// All its columns, those of the key included.
    pub columns: &'static [&'static str],
}

impl Table {
    /// A table as a migration made it.
    pub const fn new(name: &'static str, key: &'static [&'static str], columns: &'static [&'static str]) -> Self {
        Self { name: Cow::Borrowed(name), key, columns }
    }

    /// The name under which a rebuild fills a fresh copy; it is also the rebuild's checkpoint.
    pub fn rebuilt(&self) -> Self {
        Self { name: Cow::Owned(format!("{}_rebuild", self.name)), key: self.key, columns: self.columns }
    }

    /// The last of several rows with the same key wins, as it would one after the other; one statement may touch a row once only.
    pub(crate) fn last_of_each_key(&self, rows: &[Value]) -> Vec<Value> {
        let mut seen = std::collections::HashSet::with_capacity(rows.len());
        let mut kept: Vec<Value> = rows.iter().rev().filter(|row| seen.insert(self.key_of(row))).cloned().collect();
        kept.reverse();
        kept
    }

    fn key_of(&self, row: &Value) -> String {
        let key: Vec<&Value> = self.key.iter().map(|column| row.get(column).unwrap_or(&Value::Null)).collect();
        format!("{key:?}")
    }

    /// The columns outside the key.
    pub(crate) fn rest(&self) -> impl Iterator<Item = &'static str> {
        let key = self.key;
        self.columns.iter().copied().filter(move |column| !key.contains(column))
    }
}

impl Store {
    /// Makes an empty copy of a table, indexes included, under the name of [`Table::rebuilt`]. A leftover of an interrupted rebuild and
    /// its checkpoints go away first.
    ///
    /// # Errors
    /// The database's; on PostgreSQL the login must own the tables.
    pub async fn fresh_table(&self, live: &Table) -> Result<Table, StoreError> {
        let fresh = live.rebuilt();
        self.engine().copy_table(live, &fresh).await?;
        Ok(fresh)
    }

    /// Puts a rebuilt table and its checkpoints in the place of the live one, all at once; waits for a follower that is at work.
    ///
    /// # Errors
    /// The database's; on PostgreSQL the login must own the tables.
    pub async fn swap(&self, live: &Table, fresh: &Table) -> Result<(), StoreError> {
        self.engine().swap(live, fresh).await
    }

    /// Drops a table that a rebuild made, and its checkpoints.
    ///
    /// # Errors
    /// The database's; on PostgreSQL the login must own the table.
    pub async fn drop_table(&self, table: &Table) -> Result<(), StoreError> {
        self.engine().drop_table(table).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Table;

    #[test]
    fn of_two_rows_with_one_key_the_last_is_kept() {
        let table = Table::new("t", &["a"], &["a", "b"]);
        let rows = [json!({"a": 1, "b": 1}), json!({"a": 2, "b": 2}), json!({"a": 1, "b": 3})];
        assert_eq!(table.last_of_each_key(&rows), [json!({"a": 2, "b": 2}), json!({"a": 1, "b": 3})]);
    }
}

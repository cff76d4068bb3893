//! Rows of read models on their way to a table: any flat serde type, taken apart once into texts in the order of the table's columns.

mod cells;
mod fitting;

use std::collections::HashSet;
use std::fmt::Write as _;

use serde::Serialize;

use cells::{Cell, Kind, RowCells};

use super::error::StoreError;
use super::table::Table;

/// Rows (or keys of rows, the other columns being absent) in the order of a table's columns.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    columns: &'static [&'static str],
    text: String,
    /// Row by row, one a column.
    cells: Vec<Cell>,
}

impl Rows {
    /// No rows yet, for this table.
    pub const fn of(table: &Table) -> Self {
        Self { columns: table.columns, text: String::new(), cells: Vec::new() }
    }

    /// Takes one row apart; columns that it does not name are null.
    ///
    /// # Errors
    /// [`StoreError::Unstorable`] where it is not flat or names a column that the table does not have.
    pub fn push(&mut self, row: &impl Serialize) -> Result<(), StoreError> {
        let first = self.cells.len();
        self.cells.resize(first + self.columns.len(), Cell::default());
        let row_cells = self.cells.get_mut(first..).unwrap_or_default();
        row.serialize(RowCells::new(self.columns, &mut self.text, row_cells)).map_err(|_| StoreError::Unstorable("a row that is not flat"))
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        if self.columns.is_empty() { 0 } else { self.cells.len() / self.columns.len() }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The bytes that the values take.
    pub const fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Forgets the rows and keeps the room.
    pub fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
    }

    /// The last of several rows with the same key wins, as it would one after the other; one statement may touch a row once only.
    pub(crate) fn last_of_each_key(mut self, key: &[&str]) -> Self {
        let key: Vec<usize> = self.columns.iter().enumerate().filter(|(_, column)| key.contains(column)).map(|(at, _)| at).collect();
        let mut seen = HashSet::with_capacity(self.len());
        let mut kept: Vec<&[Cell]> = self.cells.chunks(self.columns.len().max(1)).rev().collect();
        kept.retain(|row| seen.insert(key.iter().map(|at| row.get(*at).and_then(|cell| self.value(cell))).collect::<Vec<_>>()));
        if kept.len() < self.len() {
            let cells = kept.into_iter().rev().flatten().copied().collect();
            self.cells = cells;
        }
        self
    }

    fn value(&self, cell: &Cell) -> Option<&str> {
        match cell.kind {
            Kind::Null => None,
            Kind::Number | Kind::Text => self.text.get(cell.start..cell.end),
        }
    }

    fn each(&self) -> impl Iterator<Item = &[Cell]> {
        self.cells.chunks(self.columns.len().max(1))
    }

    /// Each row as the text of a PostgreSQL composite value: `(7,"…",)`.
    pub(crate) fn composites(&self) -> Vec<String> {
        self.each()
            .map(|row| {
                let mut text = String::with_capacity(row.len() * 8);
                for (number, cell) in row.iter().enumerate() {
                    text.push(if number == 0 { '(' } else { ',' });
                    match cell.kind {
                        Kind::Null => {}
                        Kind::Number => text.push_str(self.value(cell).unwrap_or_default()),
                        Kind::Text => quoted(&mut text, self.value(cell).unwrap_or_default()),
                    }
                }
                text.push(')');
                text
            })
            .collect()
    }

    /// The rows as PostgreSQL's `COPY` reads them in its text format.
    pub(crate) fn copy_lines(&self) -> String {
        let mut lines = String::with_capacity(self.text.len() + self.cells.len() * 3);
        for row in self.each() {
            for (number, cell) in row.iter().enumerate() {
                if number > 0 {
                    lines.push('\t');
                }
                match self.value(cell) {
                    None => lines.push_str("\\N"),
                    Some(value) => escaped(&mut lines, value),
                }
            }
            lines.push('\n');
        }
        lines
    }

    /// The rows as a JSON array of arrays.
    pub(crate) fn json(&self) -> String {
        let mut json = String::with_capacity(self.text.len() + self.cells.len() * 6);
        json.push('[');
        for (number, row) in self.each().enumerate() {
            json.push_str(if number == 0 { "[" } else { ",[" });
            for (number, cell) in row.iter().enumerate() {
                if number > 0 {
                    json.push(',');
                }
                match (cell.kind, self.value(cell)) {
                    (Kind::Null, _) | (_, None) => json.push_str("null"),
                    (Kind::Number, Some(value)) => json.push_str(value),
                    (Kind::Text, Some(value)) => string(&mut json, value),
                }
            }
            json.push(']');
        }
        json.push(']');
        json
    }
}

/// Between quotes, where a quote and a backslash are doubled.
fn quoted(text: &mut String, value: &str) {
    text.push('"');
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            text.push(character);
        }
        text.push(character);
    }
    text.push('"');
}

fn escaped(text: &mut String, value: &str) {
    if !value.contains(['\\', '\t', '\n', '\r']) {
        text.push_str(value);
        return;
    }
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            other => text.push(other),
        }
    }
}

/// As a JSON string.
fn string(json: &mut String, value: &str) {
    json.push('"');
    for character in value.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            control if control < ' ' => {
                // Writing into a String does not fail.
                write!(json, "\\u{:04x}", u32::from(control)).unwrap_or_default();
            }
            other => json.push(other),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use serde::Serialize;
    use serde_json::json;

    use super::super::partition::Partition;
    use super::super::table::Table;
    use super::Rows;

    const TABLE: Table = Table::new("t", &["partition", "a"], &["partition", "a", "day", "words"]);

    #[derive(Serialize)]
    struct Whole {
        partition: Partition,
        a: u64,
        day: Option<NaiveDate>,
        words: &'static str,
    }

    fn rows() -> Rows {
        let mut rows = Rows::of(&TABLE);
        rows.push(&Whole { partition: Partition::new(7), a: 1, day: NaiveDate::from_ymd_opt(2026, 2, 28), words: "a\t\"b\"\\\n" }).unwrap();
        rows.push(&json!({ "words": "", "a": 2, "partition": 7 })).unwrap();
        rows
    }

    #[test]
    fn a_row_is_taken_apart_in_the_order_of_the_columns() {
        let rows = rows();
        assert_eq!((rows.len(), rows.is_empty()), (2, false));
        assert_eq!(rows.composites(), ["(7,1,\"2026-02-28\",\"a\t\"\"b\"\"\\\\\n\")", "(7,2,,\"\")"]);
        assert_eq!(rows.copy_lines(), "7\t1\t2026-02-28\ta\\t\"b\"\\\\\\n\n7\t2\t\\N\t\n");
        let read: serde_json::Value = serde_json::from_str(&rows.json()).unwrap();
        assert_eq!(read, json!([[7, 1, "2026-02-28", "a\t\"b\"\\\n"], [7, 2, null, ""]]));
    }

    #[test]
    fn of_two_rows_with_one_key_the_last_is_kept() {
        let mut rows = rows();
        rows.push(&json!({ "partition": 7, "a": 1, "words": "last" })).unwrap();
        assert_eq!(rows.last_of_each_key(TABLE.key).composites(), ["(7,2,,\"\")", "(7,1,,\"last\")"]);
    }

    #[test]
    fn what_is_not_flat_or_has_another_column_is_refused() {
        let mut rows = Rows::of(&TABLE);
        assert!(rows.push(&json!({ "a": [1] })).is_err());
        assert!(rows.push(&json!({ "other": 1 })).is_err());
        assert!(rows.push(&json!(1)).is_err());
    }
}

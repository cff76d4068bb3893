//! Going through the rows of a partition, in position order, to find what was done to them.
//!
//! - positions of a partition are dense
//! - sequences of an aggregate are dense
//! - an altered row is found
//! - a dropped row is found
//! - swapped rows are found
//! - a log cut short is found
//! - a finding is told once
//!
//! Memory: the tree's few hashes, and 16 bytes for each aggregate of the partition, to know the last sequence of each.

use std::collections::HashMap;
use std::fmt;

use crate::hash::Hash;
use crate::leaf::Row;
use crate::tree::{Head, Tree};

/// What is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A row is missing, repeated or out of order.
    PositionNotDense {
        /// The position that had to come.
        expected: u64,
        /// The one that came.
        found: u64,
    },
    /// One aggregate's events are not 1, 2, 3, …
    SequenceNotDense {
        /// Where the row stands.
        position: u64,
        /// Which aggregate.
        aggregate_id: String,
        /// The sequence that had to come.
        expected: u64,
        /// The one that came.
        found: u64,
    },
    /// The log holds fewer rows than were noted.
    CutShort {
        /// How many were noted.
        noted: u64,
        /// How many there are.
        found: u64,
    },
    /// As many rows as were noted, and not the same.
    RootDiffers {
        /// Under how many rows.
        size: u64,
        /// The root that was noted.
        noted: Hash,
        /// The root of the rows as they are now.
        found: Hash,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PositionNotDense { expected, found } => write!(formatter, "position {found} stands where {expected} had to"),
            Self::SequenceNotDense { position, aggregate_id, expected, found } => {
                write!(formatter, "at position {position}, {aggregate_id} has sequence {found} where {expected} had to come")
            }
            Self::CutShort { noted, found } => write!(formatter, "{found} rows are left of the {noted} that were noted"),
            Self::RootDiffers { size, noted, found } => {
                write!(formatter, "the first {size} rows have root {found}, and {noted} was noted: one of them was altered")
            }
        }
    }
}

impl std::error::Error for Finding {}

/// A walk through the rows of one partition, from the first.
#[derive(Debug, Default)]
pub struct Verifier {
    tree: Tree,
    last_position: u64,
    sequences: HashMap<Aggregate, u32>,
}

/// An aggregate, by the first 12 bytes of the hash of its name: short enough that a partition of a national log fits in memory.
type Aggregate = [u8; 12];

impl Verifier {
    /// A walk that has seen no row yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next row. A finding is told once: the walk goes on from what was found.
    pub fn take(&mut self, row: &Row<'_>) -> Result<(), Finding> {
        let position = self.follow_position(row);
        let sequence = self.follow_sequence(row);
        self.tree.push(row.leaf());
        position.and(sequence)
    }

    fn follow_position(&mut self, row: &Row<'_>) -> Result<(), Finding> {
        let expected = self.last_position.saturating_add(1);
        self.last_position = row.position;
        if row.position == expected { Ok(()) } else { Err(Finding::PositionNotDense { expected, found: row.position }) }
    }

    fn follow_sequence(&mut self, row: &Row<'_>) -> Result<(), Finding> {
        let last = self.sequences.entry(name(row)).or_default();
        let expected = u64::from(*last) + 1;
        *last = u32::try_from(row.sequence).unwrap_or(u32::MAX);
        if row.sequence == expected { Ok(()) } else { Err(not_dense(row, expected)) }
    }

    /// Size and root of what was taken so far: note it, and compare with it later.
    pub fn head(&self) -> Head {
        self.tree.head()
    }

    /// Compares with a head that was noted at the size reached now. Call it when [`Verifier::head`] has that size, or at the end.
    pub fn compare(&self, noted: &Head) -> Result<(), Finding> {
        let head = self.head();
        if head.size < noted.size {
            return Err(Finding::CutShort { noted: noted.size, found: head.size });
        }
        if head != *noted {
            return Err(Finding::RootDiffers { size: head.size, noted: noted.root, found: head.root });
        }
        Ok(())
    }
}

fn not_dense(row: &Row<'_>, expected: u64) -> Finding {
    Finding::SequenceNotDense { position: row.position, aggregate_id: row.aggregate_id.to_owned(), expected, found: row.sequence }
}

fn name(row: &Row<'_>) -> Aggregate {
    let length = (row.aggregate_type.len() as u64).to_be_bytes();
    let hash = Hash::of(&[&length, row.aggregate_type.as_bytes(), row.aggregate_id.as_bytes()]);
    hash.bytes().first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&str; 3] = ["a", "b", "c"];

    /// Twelve rows of three aggregates, in turn.
    fn rows() -> Vec<Row<'static>> {
        (0..12_u64)
            .map(|number| Row {
                position: number + 1,
                aggregate_type: "health_space",
                aggregate_id: IDS[(number % 3) as usize],
                sequence: number / 3 + 1,
                event_type: "CodeLocked",
                event_version: "1.0",
                recorded_at: 1_630_324_800_000_000 + number as i64,
                payload: br#"{"CodeLocked":{"at":"2021-08-30T12:00:00Z"}}"#,
                metadata: b"{}",
            })
            .collect()
    }

    /// What a walk through `rows` finds, compared with the head of the rows as they were.
    fn found(rows: &[Row<'_>]) -> Option<Finding> {
        let noted = walk(&self::rows()).expect("rows as they were").head();
        walk(rows).and_then(|verifier| verifier.compare(&noted)).err()
    }

    fn walk(rows: &[Row<'_>]) -> Result<Verifier, Finding> {
        let mut verifier = Verifier::new();
        rows.iter().try_for_each(|row| verifier.take(row))?;
        Ok(verifier)
    }

    #[test]
    fn an_untouched_log_is_clean() {
        assert_eq!(found(&rows()), None);
    }

    #[test]
    fn positions_of_a_partition_are_dense() {
        let mut rows = rows();
        rows.remove(4);
        assert_eq!(found(&rows), Some(Finding::PositionNotDense { expected: 5, found: 6 }));
        let mut rows = self::rows();
        rows.insert(4, rows[3]);
        assert_eq!(found(&rows), Some(Finding::PositionNotDense { expected: 5, found: 4 }));
    }

    #[test]
    fn sequences_of_an_aggregate_are_dense() {
        for sequence in [0, 1, 3, u64::MAX] {
            let mut rows = rows();
            rows[4].sequence = sequence;
            let finding = Finding::SequenceNotDense { position: 5, aggregate_id: "b".to_owned(), expected: 2, found: sequence };
            assert_eq!(found(&rows), Some(finding));
        }
    }

    #[test]
    fn an_altered_row_is_found() {
        let alter: [fn(&mut Row<'_>); 5] = [
            |row| row.payload = br#"{"CodeLocked":{"at":"2021-08-30T12:00:01Z"}}"#,
            |row| row.metadata = b"{ }",
            |row| row.event_type = "Opposed",
            |row| row.event_version = "1.1",
            |row| row.recorded_at += 1,
        ];
        for alter in alter {
            for at in 0..rows().len() {
                let mut rows = rows();
                alter(&mut rows[at]);
                assert!(matches!(found(&rows), Some(Finding::RootDiffers { size: 12, .. })), "row {at}");
            }
        }
    }

    #[test]
    fn a_dropped_row_is_found() {
        for at in 0..rows().len() - 1 {
            let mut rows = rows();
            rows.remove(at);
            for (row, position) in rows.iter_mut().zip(1..) {
                row.position = position;
            }
            assert!(found(&rows).is_some(), "row {at}, the others moved up");
        }
    }

    #[test]
    fn swapped_rows_are_found() {
        for (left, right) in [(0, 1), (3, 11), (2, 5)] {
            let mut rows = rows();
            rows.swap(left, right);
            for (row, position) in rows.iter_mut().zip(1..) {
                row.position = position;
            }
            assert!(found(&rows).is_some(), "rows {left} and {right}");
        }
    }

    #[test]
    fn a_log_cut_short_is_found() {
        let rows = rows();
        assert_eq!(found(&rows[..11]), Some(Finding::CutShort { noted: 12, found: 11 }));
    }

    #[test]
    fn a_finding_is_told_once() {
        let mut rows = rows();
        rows.remove(4);
        let mut verifier = Verifier::new();
        let findings: Vec<Finding> = rows.iter().filter_map(|row| verifier.take(row).err()).collect();
        let hole = Finding::PositionNotDense { expected: 5, found: 6 };
        let jump = Finding::SequenceNotDense { position: 8, aggregate_id: "b".to_owned(), expected: 2, found: 3 };
        assert_eq!(findings, [hole, jump]);
    }

    #[test]
    fn a_finding_says_where_to_look() {
        let finding = Finding::SequenceNotDense { position: 5, aggregate_id: "b".to_owned(), expected: 2, found: 3 };
        assert_eq!(finding.to_string(), "at position 5, b has sequence 3 where 2 had to come");
    }
}

//! The leaf: how a stored row becomes bytes, and the bytes a hash. Version 1, never to be edited; a change is a version 2.
//!
//! The entry is the eight ASCII bytes `ens-leaf`, the byte `01`, and then eight fields in this order, each as its length in
//! bytes (eight bytes, big-endian) followed by its bytes:
//!
//! | # | Field | Bytes |
//! |---|---|---|
//! | 1 | aggregate type | UTF-8 |
//! | 2 | aggregate id | UTF-8 |
//! | 3 | sequence | eight bytes, unsigned, big-endian |
//! | 4 | event type | UTF-8 |
//! | 5 | event version | UTF-8 |
//! | 6 | recorded at | microseconds since 1970-01-01T00:00:00Z, eight bytes, two's complement, big-endian |
//! | 7 | payload | as stored, sealed values sealed, no space added or taken |
//! | 8 | metadata | as stored |
//!
//! The leaf is SHA-256 over a zero byte and the entry (RFC 6962, section 2.1). Position and partition are not in it: the
//! position is the leaf's place in the tree, and each partition has a tree of its own.
//!
//! - no two different rows have the same entry
//!
//! Test vectors, made by another program than this one:
//!
//! | Row | Leaf |
//! |---|---|
//! | every text empty, sequence 0, recorded at 0 | `9b7c2174fdec1f7c39d1a45e9bdf8ebe70d4e8468d77807f14b9a72adaf8dcdd` |
//! | `health_space`, `01890a5d-ac96-774b-bcce-b302099a8057`, 1, `CodeLocked`, `1.0`, 1630324800000000, `{"CodeLocked":{"at":"2021-08-30T12:00:00Z"}}`, `{}` | `d7871e4e6d2b32c47d7abdb85fa51ce4206247aa09bda54367f591c104c7c1da` |
//! | the same, recorded at -1, event type `É` | `5312cceb0f8b6301f411a7f2daa50cec9e2729a0f81166b7243cb60b66f77ec5` |

use crate::hash::Hash;

/// What the entry of a leaf begins with: a name and the version of the encoding.
const HEADER: &[u8] = b"ens-leaf\x01";

/// One row of the log, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// Its place in the partition, counted from 1.
    pub position: u64,
    /// The kind of thing it happened to.
    pub aggregate_type: &'a str,
    /// Which one.
    pub aggregate_id: &'a str,
    /// Its place in the life of that one, counted from 1.
    pub sequence: u64,
    /// What happened.
    pub event_type: &'a str,
    /// The version of the payload's shape.
    pub event_version: &'a str,
    /// When it was recorded, in microseconds since 1970-01-01T00:00:00Z.
    pub recorded_at: i64,
    /// The payload's bytes, as stored.
    pub payload: &'a [u8],
    /// The metadata's bytes, as stored.
    pub metadata: &'a [u8],
}

impl Row<'_> {
    /// The bytes that stand for this row.
    pub fn entry(&self) -> Vec<u8> {
        let fields: [&[u8]; 8] = [
            self.aggregate_type.as_bytes(),
            self.aggregate_id.as_bytes(),
            &self.sequence.to_be_bytes(),
            self.event_type.as_bytes(),
            self.event_version.as_bytes(),
            &self.recorded_at.to_be_bytes(),
            self.payload,
            self.metadata,
        ];
        let mut entry = HEADER.to_vec();
        for field in fields {
            entry.extend((field.len() as u64).to_be_bytes());
            entry.extend(field);
        }
        entry
    }

    /// The leaf of this row.
    pub fn leaf(&self) -> Hash {
        Hash::of_leaf(&self.entry())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: Row<'_> = Row {
        position: 1,
        aggregate_type: "",
        aggregate_id: "",
        sequence: 0,
        event_type: "",
        event_version: "",
        recorded_at: 0,
        payload: b"",
        metadata: b"",
    };
    const LOCKED: Row<'_> = Row {
        aggregate_type: "health_space",
        aggregate_id: "01890a5d-ac96-774b-bcce-b302099a8057",
        sequence: 1,
        event_type: "CodeLocked",
        event_version: "1.0",
        recorded_at: 1_630_324_800_000_000,
        payload: br#"{"CodeLocked":{"at":"2021-08-30T12:00:00Z"}}"#,
        metadata: b"{}",
        ..EMPTY
    };

    #[test]
    fn the_test_vectors_of_the_documentation_hold() {
        let rows = [EMPTY, LOCKED, Row { recorded_at: -1, event_type: "É", ..LOCKED }];
        let documented: Vec<String> = include_str!("leaf.rs")
            .lines()
            .filter(|line| line.starts_with("//! |"))
            .filter_map(|line| line.rsplit('`').nth(1).filter(|leaf| leaf.len() == 64).map(str::to_owned))
            .collect();
        assert_eq!(rows.map(|row| row.leaf().to_string()).to_vec(), documented);
    }

    #[test]
    fn no_two_different_rows_have_the_same_entry() {
        let changed = [
            Row { aggregate_type: "health_spac", ..LOCKED },
            Row { aggregate_type: "health_space0", aggregate_id: "1890a5d-ac96-774b-bcce-b302099a8057", ..LOCKED },
            Row { sequence: 2, ..LOCKED },
            Row { event_type: "CodeLocked1", event_version: ".0", ..LOCKED },
            Row { recorded_at: 1_630_324_800_000_001, ..LOCKED },
            Row { payload: br#"{"CodeLocked":{"at":"2021-08-30T12:00:00Z"}} "#, ..LOCKED },
            Row { payload: b"", metadata: br#"{"CodeLocked":{"at":"2021-08-30T12:00:00Z"}}{}"#, ..LOCKED },
        ];
        for row in changed {
            assert_ne!(row.entry(), LOCKED.entry(), "{row:?}");
        }
    }

    #[test]
    fn the_position_is_not_in_the_leaf() {
        assert_eq!(Row { position: 7, ..LOCKED }.leaf(), LOCKED.leaf());
    }
}

//! The partition: the unit of order, of proof, of parallel reading and of placement.

use std::fmt;

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

/// One slice of the log, in which positions run 1, 2, 3, … without a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Partition(u16);

impl Partition {
    /// The partition that bears this number, counted from 0.
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// Its number, counted from 0.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The number as `smallint` columns hold it; a database has at most 1024 partitions.
    pub(crate) fn column(self) -> i16 {
        i16::try_from(self.0).unwrap_or(i16::MAX)
    }

    pub(crate) fn from_column(number: i16) -> Result<Self, NotAPartition> {
        u16::try_from(number).map(Self).map_err(|_| NotAPartition("a partition number is negative"))
    }
}

/// A number in the database that names no partition, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAPartition(pub(crate) &'static str);

impl fmt::Display for Partition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// How many partitions a database has, fixed when it is created: PostgreSQL 16, SQLite 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partitions(u16);

impl Partitions {
    pub(crate) fn counted(rows: i64) -> Result<Self, NotAPartition> {
        match u16::try_from(rows) {
            Ok(count) if (1..=1024).contains(&count) => Ok(Self(count)),
            // Too many for a number of 16 bits is too many.
            Ok(_) | Err(_) => Err(NotAPartition("a database has between 1 and 1024 partitions")),
        }
    }

    /// How many there are.
    pub const fn count(self) -> u16 {
        self.0
    }

    /// Each of them, in order.
    pub fn each(self) -> impl Iterator<Item = Partition> {
        (0..self.0).map(Partition)
    }

    /// The partition of a stream, which is that of its space: the first two bytes of SHA-256 of what stands before the first `/` of its
    /// id, big-endian, modulo the count. The trigger that serves the stock writer says the same in SQL.
    pub fn of(self, aggregate_id: &str) -> Partition {
        let space = aggregate_id.split_once('/').map_or(aggregate_id, |(space, _)| space);
        let hash = digest(&SHA256, space.as_bytes());
        let start = hash.as_ref().iter().take(2).fold(0_u16, |number, byte| (number << 8) | u16::from(*byte));
        Partition(start % self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Partition, Partitions};

    const SPACE: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
    const ITEM: &str = "01890a5d-ac96-774b-bcce-b302099a8059";

    #[test]
    fn every_stream_of_a_space_stands_in_the_partition_of_the_space() {
        let partitions = Partitions(16);
        let of_space = partitions.of(SPACE);
        for stream in [format!("{SPACE}/{ITEM}"), format!("{SPACE}/"), format!("{SPACE}/{ITEM}/more")] {
            assert_eq!(partitions.of(&stream), of_space, "{stream}");
        }
        assert_ne!(partitions.of(ITEM), of_space, "the two ids fall into one partition, so this test says nothing");
    }

    #[test]
    fn the_partition_is_the_start_of_a_sha_256_for_ever() {
        // SHA-256 of the id begins with these two bytes: what is in a log can never move to another partition.
        assert_eq!(Partitions(1024).of(SPACE), Partition::new(START % 1024));
        assert_eq!(Partitions(16).of(SPACE), Partition::new(START % 16));
    }

    const START: u16 = 0x87bd;
}

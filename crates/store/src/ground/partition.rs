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

    /// Where an aggregate lives: the first two bytes of SHA-256 of its id, big-endian, modulo the count. The trigger that serves
    /// the stock writer says the same in SQL.
    pub fn of(self, aggregate_id: &str) -> Partition {
        let hash = digest(&SHA256, aggregate_id.as_bytes());
        let start = hash.as_ref().iter().take(2).fold(0_u16, |number, byte| (number << 8) | u16::from(*byte));
        Partition(start % self.0)
    }
}

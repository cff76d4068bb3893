//! The tables of read models: what one is, and the names of those beside it.
//!
//! Rows are flat: text, whole numbers, dates, instants, ids; null for nothing; no booleans. A nested value goes into a text column as a
//! JSON string. SQLite keeps instants as the text that they were given as.

use std::borrow::Cow;

/// A table of a read model. The names go into SQL as they stand, so they come from the program, never from a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name: the projection's, and its checkpoint's.
    pub name: Cow<'static, str>,
    /// The columns of its primary key.
    pub key: &'static [&'static str],
    /// All its columns, those of the key included, in the order in which the table has them.
    pub columns: &'static [&'static str],
}

impl Table {
    /// A table as a migration made it.
    pub const fn new(name: &'static str, key: &'static [&'static str], columns: &'static [&'static str]) -> Self {
        Self { name: Cow::Borrowed(name), key, columns }
    }

    /// The name under which a rebuild fills a fresh copy; it is also the rebuild's checkpoint.
    pub fn rebuilt(&self) -> Self {
        self.named("rebuild")
    }

    /// The name under which the table that a rebuild replaced is kept; it is also its checkpoint.
    pub fn previous(&self) -> Self {
        self.named("previous")
    }

    /// The name under which a comparison fills a fresh copy.
    pub fn checked(&self) -> Self {
        self.named("check")
    }

    fn named(&self, suffix: &str) -> Self {
        Self { name: Cow::Owned(format!("{}_{suffix}", self.name)), ..self.clone() }
    }

    /// The columns outside the key.
    pub(crate) fn rest(&self) -> impl Iterator<Item = &'static str> {
        let key = self.key;
        self.columns.iter().copied().filter(move |column| !key.contains(column))
    }
}

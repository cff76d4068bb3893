//! What a projection is: a name, a row, the kinds of stream that it reads, and a pure fold from one event to changes of rows.

use ens_domain::event::{LogEvent, StreamKind};
use ens_store::{Recorded, Table};

use crate::change::Change;
use crate::row::{Row, RowKey};

/// A projection: it turns events into the rows of one read model. `NAME` is its file, its table and its checkpoint.
pub trait Projection: Send + Sync + 'static {
    /// The name of the file, the table and the checkpoint.
    const NAME: &'static str;
    /// Every column of the table, those of the key among them.
    const COLUMNS: &'static [&'static str];
    /// The kinds of stream that it reads. It passes over events of other kinds, and stops at an event of these kinds that it cannot read.
    const KINDS: &'static [StreamKind] = <Self::Event as LogEvent>::KINDS;
    /// The events that it reads: [`SpaceEvent`](ens_domain::space::SpaceEvent) for the life of a space, or
    /// [`Event`](ens_domain::event::Event) where it reads several kinds.
    type Event: LogEvent;
    /// One row of the table.
    type Row: Row;

    /// What this event changes. Pure: the same event gives the same changes, today and in any rebuild.
    fn project(seen: &Recorded<&Self::Event>) -> Vec<Change<Self::Row>>;

    /// The table that holds the rows.
    fn table() -> Table {
        Table::new(Self::NAME, <Self::Row as Row>::Key::COLUMNS, Self::COLUMNS)
    }
}

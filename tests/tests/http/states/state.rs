//! The states of a space that the tables tell apart, in the order of their columns.

/// Where a space is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum State {
    Created,
    Notified,
    Opposed,
    Open,
    Active,
    Suspended,
    Closed,
    Destroyed,
}

impl State {
    pub(super) const ALL: [Self; 8] =
        [Self::Created, Self::Notified, Self::Opposed, Self::Open, Self::Active, Self::Suspended, Self::Closed, Self::Destroyed];

    /// The head of its column.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Notified => "notified",
            Self::Opposed => "opposed",
            Self::Open => "open",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
            Self::Destroyed => "destroyed",
        }
    }

    /// Whether the space was open at some time.
    pub(super) const fn was_opened(self) -> bool {
        matches!(self, Self::Open | Self::Active | Self::Suspended | Self::Closed | Self::Destroyed)
    }
}

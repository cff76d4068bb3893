//! What the gate looks at of a space: whether it may be entered, whether the holder acts for themselves, and the directory.

use serde::{Deserialize, Serialize};

use super::directory::Directory;
use super::refusal::AccessRefusal;

/// A space on one day, as the gate sees it.
#[derive(Debug, Clone, Copy)]
pub struct SpaceView<'a> {
    /// Whether it may be entered.
    pub availability: Availability,
    /// Whether the holder is a minor on that day.
    pub minor: bool,
    /// Whether a representation stands on that day.
    pub represented: bool,
    /// Whether a medical record that is older than the space has joined it.
    pub legacy_record: bool,
    /// Who may see what.
    pub directory: &'a Directory,
}

/// Whether a space may be entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Not open yet, or the process ended.
    NotOpened,
    /// An opposition stands.
    Opposed,
    /// Open.
    InService,
    /// Suspended by CNAM.
    Suspended,
    /// Closed and archived: the holder and a representative still read it (article R. 1111-36).
    Closed,
    /// Closed by the holder's death.
    HolderDied,
    /// Nobody can read the content any more.
    Destroyed,
}

impl Availability {
    /// Every availability.
    pub const ALL: [Self; 7] =
        [Self::NotOpened, Self::Opposed, Self::InService, Self::Suspended, Self::Closed, Self::HolderDied, Self::Destroyed];

    /// Whether the space is in service.
    ///
    /// # Errors
    /// Why not.
    pub const fn in_service(self) -> Result<(), AccessRefusal> {
        match self {
            Self::NotOpened => Err(AccessRefusal::NotOpened),
            Self::Opposed => Err(AccessRefusal::OpeningOpposed),
            Self::InService => Ok(()),
            Self::Suspended => Err(AccessRefusal::SpaceSuspended),
            Self::Closed => Err(AccessRefusal::SpaceClosed),
            Self::HolderDied => Err(AccessRefusal::HolderDied),
            Self::Destroyed => Err(AccessRefusal::SpaceDestroyed),
        }
    }
}

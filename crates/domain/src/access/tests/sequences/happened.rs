//! What may be asked of a space and of its documents, and a list of what was asked with effect: all that the second writing of the rules knows.

use chrono::{DateTime, Utc};

use crate::access::{EmergencyAccess, Purpose};
use crate::space::terms::Section;

/// Somebody who is let in: professional 1 or 2, a structure, or the care team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom {
    Professional(u8),
    Structure,
    CareTeam,
}

/// Days from the day of the request: the first and the last, where they are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) from: Option<u8>,
    pub(super) until: Option<u8>,
}

/// One thing that is asked, by whoever may ask it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Grant { number: u8, to: Whom, section: Option<Section>, purpose: Purpose, days: Days },
    TakeConsent { number: u8 },
    Revoke(u8),
    Expire(u8),
    Block(u8),
    BlockAsAdministrator,
    Unblock(u8),
    ConsentToTeam,
    WithdrawTeamConsent,
    Join(Whom),
    Leave(Whom),
    Attending(u8),
    EndAttending,
    Appoint(u8),
    Dismiss(u8),
    Refuse(EmergencyAccess),
    Permit(EmergencyAccess),
    Person(OfPerson),
    Life(Turn),
    Paper(usize, Act),
}

/// What is asked about who acts for the person, and about services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfPerson {
    Delegate(Days),
    EndDelegation,
    ConsentToService { purpose: Purpose, section: Section, until: Option<u8> },
    WithdrawService(Purpose),
    DeclareRepresentative(u8),
    EndRepresentation(u8),
}

/// A turn of the life of the space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    ComeOfAge,
    Suspend,
    Lift,
    Close,
    Reopen,
}

/// What is done with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Hide,
    Show,
    HideFromRepresentatives,
    ShowToRepresentatives,
    Announce,
    Withdraw,
}

/// What was asked with effect, oldest first.
#[derive(Debug, Default)]
pub(super) struct Happened(Vec<(DateTime<Utc>, Asked)>);

impl Happened {
    pub(super) fn add(&mut self, at: DateTime<Utc>, asked: Asked) {
        self.0.push((at, asked));
    }

    /// Each with its place, its instant and what it was.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = (usize, DateTime<Utc>, Asked)> {
        self.0.iter().enumerate().map(|(place, (at, asked))| (place, *at, *asked))
    }

    /// The last one of these, and its place.
    pub(super) fn last(&self, is: impl Fn(Asked) -> bool) -> Option<(usize, Asked)> {
        self.all().rev().find(|(_, _, asked)| is(*asked)).map(|(place, _, asked)| (place, asked))
    }

    /// The place of the last one of the first kind, where none of the second came after it.
    pub(super) fn stands(&self, made: impl Fn(Asked) -> bool, ended: impl Fn(Asked) -> bool) -> Option<usize> {
        self.last(|asked| made(asked) || ended(asked)).filter(|(_, asked)| made(*asked)).map(|(place, _)| place)
    }

    /// Whether this happened at all after a place.
    pub(super) fn since(&self, place: usize, is: impl Fn(Asked) -> bool) -> bool {
        self.all().skip(place + 1).any(|(_, _, asked)| is(asked))
    }
}

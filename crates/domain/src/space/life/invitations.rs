//! Invitations to represent a minor, and what became of each.
//!
//! sent --accepted--> used        sent --withdrawn--> over        sent --its last day passes--> lapsed

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::identity::Identity;
use crate::ids::{InvitationId, InviteeId, RepresentationId};
use crate::personal::Personal;

/// An invitation to represent a minor as the second parent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invitation {
    /// Who is invited, by their own space.
    pub invitee: InviteeId,
    /// The same by name; sealed.
    pub person: Personal<Identity>,
    /// The last day on which it may be accepted.
    pub until: NaiveDate,
    /// What became of it.
    pub state: InvitationState,
}

/// What became of an invitation. That it lapsed is told by its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    /// Neither accepted nor withdrawn.
    Sent,
    /// Accepted; this representation came of it.
    Accepted(RepresentationId),
    /// Taken back.
    Withdrawn,
}

impl Invitation {
    /// Whether it may be accepted on this day.
    pub fn stands_on(&self, day: NaiveDate) -> bool {
        self.state == InvitationState::Sent && day <= self.until
    }
}

/// All invitations of a life.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Invitations(BTreeMap<InvitationId, Invitation>);

impl Invitations {
    pub(crate) fn send(&mut self, id: InvitationId, invitation: Invitation) {
        self.0.insert(id, invitation);
    }

    pub(crate) fn settle(&mut self, id: InvitationId, state: InvitationState) {
        if let Some(invitation) = self.0.get_mut(&id) {
            invitation.state = state;
        }
    }

    pub(crate) fn get(&self, id: InvitationId) -> Option<&Invitation> {
        self.0.get(&id)
    }

    /// Those that may be accepted on this day.
    pub(crate) fn standing_on(&self, day: NaiveDate) -> impl Iterator<Item = (InvitationId, &Invitation)> {
        self.0.iter().filter(move |(_, invitation)| invitation.stands_on(day)).map(|(id, invitation)| (*id, invitation))
    }
}

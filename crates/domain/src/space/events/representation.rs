//! Events of the representation: declared, ended, over at eighteen.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::french::{NO_BREAK_SPACE, by_party, date};
use crate::guarded::Guarded;
use crate::identity::Identity;
use crate::ids::{InvitationId, InviteeId, RepresentationId};
use crate::party::Party;
use crate::personal::{Personal, PersonalData};
use crate::space::life::{Invitation, InvitationState, Life, Lock, Representation};
use crate::space::terms::{RepresentationEnd, RepresentationKind, Stage};

use super::names::event_names;

impl PersonalData for InviteeId {
    const KIND: &'static str = "invitee";
}

/// Who acts for the holder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum RepresentationEvent {
    /// Somebody acts for a minor (until `ends_on`, the eighteenth birthday) or a protected adult.
    RepresentationDeclared {
        at: DateTime<Utc>,
        by: Party,
        representation: RepresentationId,
        kind: RepresentationKind,
        representative: Personal<Identity>,
        ends_on: Option<NaiveDate>,
    },
    /// A representation is over.
    RepresentationEnded { at: DateTime<Utc>, representation: RepresentationId, reason: RepresentationEnd },
    /// A representative of a minor invited the second parent, who may accept until the end of `until`.
    SecondParentInvited {
        at: DateTime<Utc>,
        by: Party,
        invitation: InvitationId,
        invitee: Guarded<InviteeId>,
        person: Personal<Identity>,
        until: NaiveDate,
    },
    /// An invitation was taken back.
    InvitationWithdrawn { at: DateTime<Utc>, by: Party, invitation: InvitationId },
    /// The second parent accepted an invitation; the representation is declared with it.
    InvitationAccepted { at: DateTime<Utc>, invitation: InvitationId, representation: RepresentationId },
    /// The holder reached eighteen; every representation of a minor ended with it.
    CameOfAge { at: DateTime<Utc>, on: NaiveDate },
}

event_names!(RepresentationEvent {
    RepresentationDeclared,
    RepresentationEnded,
    SecondParentInvited,
    InvitationWithdrawn,
    InvitationAccepted,
    CameOfAge,
});

impl RepresentationEvent {
    /// The stage after this event: none of them moves the space.
    pub const fn stage(&self) -> Option<Stage> {
        None
    }

    /// The event, as its holder reads it.
    pub fn sentence(&self) -> String {
        match self {
            Self::RepresentationDeclared { kind, ends_on, .. } => declared(*kind, *ends_on),
            Self::RepresentationEnded { reason, .. } => ended(*reason),
            Self::SecondParentInvited { by, until, .. } => {
                format!("Le second parent a été invité {}, jusqu’au {} inclus.", by_party(by), date(*until))
            }
            Self::InvitationWithdrawn { by, .. } => format!("L’invitation du second parent a été retirée {}.", by_party(by)),
            Self::InvitationAccepted { .. } => "Le second parent a accepté l’invitation.".to_owned(),
            Self::CameOfAge { on, .. } => {
                format!("Majorité atteinte le {}. Vous gérez désormais vous-même votre espace de santé.", date(*on))
            }
        }
    }

    /// What the event changes.
    pub(crate) fn apply(self, life: &mut Life) {
        match self {
            Self::RepresentationDeclared { representation, kind, representative, ends_on, .. } => {
                life.representations.declare(representation, Representation { kind, representative, ends_on });
            }
            Self::RepresentationEnded { representation, reason, .. } => {
                life.representations.end(representation);
                match reason {
                    // The code was in the wrong hands.
                    RepresentationEnd::Denied => life.messages.turn_lock(Lock::Used),
                    RepresentationEnd::CameOfAge | RepresentationEnd::Ended => {}
                }
            }
            Self::SecondParentInvited { invitation, invitee, person, until, .. } => {
                if let Some(invitee) = invitee.get() {
                    life.invitations.send(invitation, Invitation { invitee: *invitee, person, until, state: InvitationState::Sent });
                }
            }
            Self::InvitationWithdrawn { invitation, .. } => life.invitations.settle(invitation, InvitationState::Withdrawn),
            Self::InvitationAccepted { invitation, representation, .. } => {
                life.invitations.settle(invitation, InvitationState::Accepted(representation));
            }
            Self::CameOfAge { .. } => life.representations.come_of_age(),
        }
    }
}

fn declared(kind: RepresentationKind, ends_on: Option<NaiveDate>) -> String {
    let who = match kind {
        RepresentationKind::Minor => "Un représentant légal a été déclaré",
        RepresentationKind::ProtectedAdult => "Une personne chargée de la mesure de protection a été déclarée",
    };
    let end = ends_on.map(|day| format!(", jusqu’à la majorité le {}", date(day))).unwrap_or_default();
    format!("{who}{end}.")
}

fn ended(reason: RepresentationEnd) -> String {
    match reason {
        RepresentationEnd::CameOfAge => "Une représentation a pris fin à la majorité.".to_owned(),
        RepresentationEnd::Denied => {
            format!("Une représentation a pris fin{NO_BREAK_SPACE}: le destinataire a déclaré ne pas être le représentant légal.")
        }
        RepresentationEnd::Ended => "Une représentation a pris fin.".to_owned(),
    }
}

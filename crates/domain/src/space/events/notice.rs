//! Events of the prior notice (*information préalable*): received, failed, or impossible.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::french::{NO_BREAK_SPACE, date, to_be_told, undelivered};
use crate::ids::MessageId;
use crate::space::life::Life;
use crate::space::terms::{Channel, NotificationFailure, Stage, UnreachableReason};

use super::names::event_names;

/// What became of the prior notice, from whose receipt the window runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum NoticeEvent {
    /// The notice left by e-mail and was accepted; the window runs from `received_on`.
    NotifiedByEmail { at: DateTime<Utc>, message: MessageId, received_on: NaiveDate, last_day: NaiveDate, code_valid_until: NaiveDate },
    /// The notice left by post; the window runs from `received_on`, presumed from the posting.
    NotifiedByPost {
        at: DateTime<Utc>,
        message: MessageId,
        posted_on: NaiveDate,
        received_on: NaiveDate,
        last_day: NaiveDate,
        code_valid_until: NaiveDate,
    },
    /// The carrier recorded the letter's delivery; the window runs from that day instead of the presumed one.
    DeliveryRecorded { at: DateTime<Utc>, message: MessageId, delivered_on: NaiveDate, last_day: NaiveDate, code_valid_until: NaiveDate },
    /// A sending failed and informed nobody: its window is void; `retry_by` is how the next notice goes, now.
    NotificationFailed {
        at: DateTime<Utc>,
        message: MessageId,
        channel: Channel,
        failure: NotificationFailure,
        retry_by: Option<Channel>,
        /// Where the space now is: created (a notice is owed), unreachable, or still blocked.
        stage: Stage,
    },
    /// No means of telling the person is left: the space waits, and never opens by itself.
    FoundUnreachable { at: DateTime<Utc>, reason: UnreachableReason },
}

event_names!(NoticeEvent { NotifiedByEmail, NotifiedByPost, DeliveryRecorded, NotificationFailed, FoundUnreachable });

impl NoticeEvent {
    /// The stage after this event; nothing where it leaves the space where it is.
    pub const fn stage(&self) -> Option<Stage> {
        match self {
            Self::NotifiedByEmail { .. } => Some(Stage::Notified),
            Self::NotifiedByPost { .. } => Some(Stage::Notified),
            Self::NotificationFailed { stage, .. } => Some(*stage),
            Self::FoundUnreachable { .. } => Some(Stage::Unreachable),
            Self::DeliveryRecorded { .. } => None,
        }
    }

    /// The event, as its holder reads it.
    pub fn sentence(&self) -> String {
        match self {
            Self::NotifiedByEmail { received_on, last_day, .. } => {
                format!("Le courriel d’information a été reçu le {}. {}", date(*received_on), may_oppose(*last_day))
            }
            Self::NotifiedByPost { posted_on, received_on, last_day, .. } => {
                let (posted, received) = (date(*posted_on), date(*received_on));
                let told = may_oppose(*last_day);
                format!("Le courrier d’information a été posté le {posted} et il est réputé reçu le {received}. {told}")
            }
            Self::DeliveryRecorded { delivered_on, last_day, .. } => {
                format!("La remise du courrier d’information a été constatée le {}. {}", date(*delivered_on), may_oppose(*last_day))
            }
            Self::NotificationFailed { channel, failure, retry_by, .. } => {
                let what = undelivered("d’information", *channel, *failure);
                format!("{what}{NO_BREAK_SPACE}: le délai d’opposition correspondant ne compte pas.{}", to_be_told(*retry_by))
            }
            Self::FoundUnreachable { reason, .. } => unreachable(*reason),
        }
    }

    /// What the event changes.
    pub(crate) fn apply(self, life: &mut Life) {
        let messages = &mut life.messages;
        match self {
            Self::NotifiedByEmail { message, received_on, last_day, code_valid_until, .. }
            | Self::DeliveryRecorded { message, delivered_on: received_on, last_day, code_valid_until, .. } => {
                messages.receive(message, received_on, code_valid_until);
                messages.receive_notice(last_day);
            }
            Self::NotifiedByPost { message, posted_on, received_on, last_day, code_valid_until, .. } => {
                messages.post(message, posted_on);
                messages.receive(message, received_on, code_valid_until);
                messages.receive_notice(last_day);
            }
            Self::NotificationFailed { message, channel, retry_by, .. } => {
                messages.fail(message, channel);
                messages.void_notice();
                messages.owe_notice(retry_by);
            }
            Self::FoundUnreachable { reason, .. } => messages.give_up_notice(reason),
        }
    }
}

fn may_oppose(last_day: NaiveDate) -> String {
    format!("Vous pouvez vous opposer à l’ouverture jusqu’au {} inclus.", date(last_day))
}

fn unreachable(reason: UnreachableReason) -> String {
    let why = match reason {
        UnreachableReason::NoContact => "Aucune adresse n’est connue pour vous informer",
        UnreachableReason::EmailFailed => "Le courriel n’est pas arrivé et aucune adresse postale n’est connue",
        UnreachableReason::LetterReturned => "Le courrier est revenu à l’expéditeur",
    };
    format!("{why}{NO_BREAK_SPACE}: votre espace de santé ne s’ouvrira pas de lui-même.")
}

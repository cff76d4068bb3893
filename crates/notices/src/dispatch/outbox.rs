//! The outbox as both channels use it: claim messages, load their spaces, record what became of them, put off what failed.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::space::HealthSpace;
use ens_domain::space::terms::{Channel, MessageKind, ReaderMessages, Stage};
use ens_store::{Claimed, CommandContext, CommandEnvelope, KeyRing, Rejection, StoreError};
use serde::Deserialize;

use super::pace::Pace;
use crate::content::{InformationTo, MessageContent};
use crate::reference::MessageRef;

/// The outbox, at the dispatcher's pace.
#[derive(Clone)]
pub(super) struct Outbox {
    /// Where the outbox and the spaces are.
    pub(super) context: CommandContext,
    /// How much is claimed at once, and how long a failed try waits.
    pub(super) pace: Pace,
}

/// The spaces of claimed messages, and the keys that unseal what is theirs.
pub(super) struct LoadedSpaces {
    spaces: HashMap<SpaceId, HealthSpace>,
    /// The spaces' keys.
    pub(super) keys: KeyRing,
}

impl Outbox {
    /// Takes messages of a channel for this process alone, until their lease is over.
    pub(super) async fn claim(&self, channel: Channel) -> Result<Vec<Claimed>, StoreError> {
        let most = match channel {
            Channel::Email => self.pace.mails,
            Channel::Post => self.pace.letters,
        };
        // A lease that is too long for chrono's durations never ends.
        let lease = Duration::from_std(self.pace.lease).unwrap_or(Duration::MAX);
        self.context.store.outbox().claim(channel, self.context.now(), most, lease).await
    }

    /// Loads the spaces of these messages, with their keys.
    pub(super) async fn load(&self, claims: &[Claimed]) -> Result<LoadedSpaces, StoreError> {
        let mut ids: Vec<SpaceId> = claims.iter().map(|claimed| claimed.space).collect();
        ids.sort_unstable();
        ids.dedup();
        let keys = self.context.store.log().key_ring(&ids).await?;
        let states = self.context.store.log().states(&ids).await?;
        let spaces = ids.into_iter().zip(states).filter_map(|(id, found)| found.map(|loaded| (id, loaded.space))).collect();
        Ok(LoadedSpaces { spaces, keys })
    }

    /// Executes commands that each end a message. A command that a rule refuses ends its message too: otherwise the message would be sent
    /// again, and the command refused again, for ever.
    pub(super) async fn record(&self, envelopes: Vec<(MessageRef, CommandEnvelope)>) -> Result<(), StoreError> {
        let (references, envelopes): (Vec<MessageRef>, Vec<CommandEnvelope>) = envelopes.into_iter().unzip();
        let answers = self.context.store.commands().execute_all(envelopes, &self.context.policy).await;
        let (mut refused, mut recorded) = (Vec::new(), Ok(()));
        for (reference, answer) in references.into_iter().zip(answers) {
            match answer {
                Ok(_) => {}
                Err(Rejection::Store(error)) => recorded = Err(error),
                Err(rejection) => {
                    tracing::warn!(%reference, %rejection, "the space refuses what became of its message");
                    refused.push((reference.message, reference.space));
                }
            }
        }
        self.discard(&refused).await?;
        recorded
    }

    /// Takes messages out of the outbox without telling their spaces.
    pub(super) async fn discard(&self, messages: &[(MessageId, SpaceId)]) -> Result<(), StoreError> {
        self.context.store.outbox().discard_all(messages).await.map(drop)
    }

    /// When to try again, with jitter, so that a server that comes back does not get every message at once; `None` past the deadline.
    pub(super) fn next_try(&self, claimed: &Claimed) -> Result<Option<DateTime<Utc>>, StoreError> {
        let now = self.context.now();
        let deadline = reference(claimed).ordered_at() + self.pace.deadline;
        if now >= deadline {
            return Ok(None);
        }
        let [chance] = self.context.store.entropy().bytes::<1>()?;
        Ok(Some((now + self.pace.wait(claimed.attempts, chance)).min(deadline)))
    }
}

impl LoadedSpaces {
    /// The message's space, if it still waits for the message.
    pub(super) fn waiting_for(&self, claimed: &Claimed) -> Option<&HealthSpace> {
        let space = self.spaces.get(&claimed.space)?;
        let waits = match claimed.kind {
            MessageKind::Notice | MessageKind::Code => space.expects(claimed.message).is_some(),
            MessageKind::TechnicalBlock => space.stage() == Some(Stage::Blocked),
            MessageKind::Suspension => space.stage() == Some(Stage::Suspended),
            MessageKind::NewReader => is_in_service(space) && space.reader_messages() == ReaderMessages::Wanted,
            MessageKind::EmergencyReading | MessageKind::WrongPatient | MessageKind::AnnouncementInvitation => {
                is_in_service(space) || !is_to_holder(claimed)
            }
        };
        waits.then_some(space)
    }
}

/// The reference of a claimed message.
pub(super) const fn reference(claimed: &Claimed) -> MessageRef {
    MessageRef { space: claimed.space, message: claimed.message }
}

/// Messages with a code start clocks, so what becomes of them is recorded in their space. What becomes of the others is not.
pub(super) const fn carries_code(kind: MessageKind) -> bool {
    match kind {
        MessageKind::Notice | MessageKind::Code => true,
        MessageKind::TechnicalBlock
        | MessageKind::Suspension
        | MessageKind::EmergencyReading
        | MessageKind::WrongPatient
        | MessageKind::AnnouncementInvitation
        | MessageKind::NewReader => false,
    }
}

/// Whether the message may go by post where its e-mail fails: what professionals are told does not, nor what was asked for by e-mail.
pub(super) fn may_go_by_post(claimed: &Claimed) -> bool {
    claimed.kind != MessageKind::NewReader && is_to_holder(claimed)
}

/// Whether the message is for the holder's side, as all are but some of those after the fact.
fn is_to_holder(claimed: &Claimed) -> bool {
    let content = MessageContent::deserialize(&claimed.content);
    !matches!(content, Ok(MessageContent::Information { to: InformationTo::Professional { .. }, .. }))
}

fn is_in_service(space: &HealthSpace) -> bool {
    matches!(space.stage(), Some(Stage::Open | Stage::Active))
}

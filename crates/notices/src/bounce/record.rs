//! Recording a bounce: the delivery status notification (RFC 3464) that came back is reported to the space of its message.
//!
//! raw message --read--> references + actions --ours, failed--> `RecordEmailFailed`     delayed, delivered, relayed: nothing
//! - only a reference of ours is believed, and all references in one bounce agree
//! - a delay is not a failure
//! - the same bounce twice changes nothing

use ens_domain::space::commands::RecordEmailFailed;
use ens_domain::space::terms::NotificationFailure;
use ens_store::{CommandContext, CommandEnvelope, Outcome, Rejection};

use super::error::{BounceError, Unreadable};
use super::report::{Action, Report};
use crate::reference::MessageRef;
use crate::settings::MailSettings;

/// What a bounce changed.
#[derive(Debug)]
pub enum Bounced {
    /// The failure is told to the space; without events where the space knew, or waits for another message.
    Recorded(Outcome),
    /// It reports a delay or a delivery: nothing failed for good.
    NothingFailed,
}

/// Tells a space that its message bounced.
///
/// # Errors
/// A [`BounceError`] that says why it is no bounce of ours.
pub async fn record(context: &CommandContext, settings: &MailSettings, raw: &[u8]) -> Result<Bounced, BounceError> {
    let report = Report::read(raw, settings)?;
    match report.action {
        Action::Failed => record_failure(context, report.reference).await.map(Bounced::Recorded),
        Action::Delayed | Action::Delivered | Action::Relayed | Action::Expanded => Ok(Bounced::NothingFailed),
    }
}

async fn record_failure(context: &CommandContext, reference: MessageRef) -> Result<Outcome, BounceError> {
    let command = RecordEmailFailed { at: context.now(), message: reference.message, failure: NotificationFailure::Bounced };
    let envelope = CommandEnvelope::new(reference.space, command).completing(reference.message);
    context.store.commands().execute(envelope, &context.policy).await.map_err(|rejection| match rejection {
        Rejection::NoSuchSpace => Unreadable::UnknownReference.into(),
        Rejection::Refused(refusal) => BounceError::Refused(refusal),
        Rejection::Store(error) => BounceError::Store(error),
        Rejection::Stale { .. } | Rejection::KeyReused => Unreadable::Contradiction.into(),
    })
}

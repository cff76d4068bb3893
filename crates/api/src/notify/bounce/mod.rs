//! Bounces: a delivery status notification (RFC 3464) that came back to our return path, told to the space it is about.
//!
//! raw message --read--> references + actions --ours, failed--> `RecordEmailFailed`     delayed, delivered, relayed: nothing
//! - only a reference of ours is believed, and all references in one bounce agree
//! - a delay is not a failure
//! - the same bounce twice changes nothing

use ens_domain::event::Refusal;
use ens_domain::space::commands::RecordEmailFailed;
use ens_domain::space::terms::NotificationFailure;
use ens_store::{CommandEnvelope, Outcome, Rejection, StoreError};

pub use report::{Action, Report};

use super::mail::PostmarkError;
use super::reference::MessageRef;
use crate::app::App;

mod report;

/// What a bounce changed.
#[derive(Debug)]
pub enum Bounced {
    /// The failure is told to the space; without events where the space knew, or waits for another message.
    Recorded(Outcome),
    /// It reports a delay or a delivery: nothing failed for good.
    NothingFailed,
}

/// A message that is no bounce of ours.
#[derive(Debug, thiserror::Error)]
pub enum BounceError {
    /// Not an Internet message at all.
    #[error("not an e-mail message")]
    NotAMessage,
    /// No `message/delivery-status` part.
    #[error("not a delivery status notification: expected a multipart/report with a message/delivery-status part (RFC 3464)")]
    NotAReport,
    /// A delivery status without a recipient's action.
    #[error("the delivery status names no recipient's action")]
    NoAction,
    /// An action with a status of another class.
    #[error("the delivery status contradicts itself")]
    Contradiction,
    /// Nothing in it that we gave out.
    #[error("no reference of ours: expected one in the return path, the envelope id or the returned Message-ID")]
    NoReference,
    /// It names several of our messages.
    #[error("several references of ours: one bounce is about one message")]
    SeveralReferences,
    /// A reference of the right shape that we never gave out.
    #[error("the reference names no message that was sent")]
    UnknownReference,
    /// The bounce address of the settings is none.
    #[error(transparent)]
    Postmark(#[from] PostmarkError),
    /// The space said no.
    #[error("the space refuses it: {0}")]
    Refused(Refusal),
    /// The store could not take it; it may be posted again.
    #[error("the store could not take it")]
    Store(#[source] StoreError),
}

/// Tells a space that its message bounced.
///
/// # Errors
/// A [`BounceError`] that says why it is no bounce of ours.
pub async fn record(app: &App, raw: &[u8]) -> Result<Bounced, BounceError> {
    let report = Report::read(raw, &app.settings.mail)?;
    match report.action {
        Action::Failed => record_failure(app, report.reference).await.map(Bounced::Recorded),
        Action::Delayed | Action::Delivered | Action::Relayed | Action::Expanded => Ok(Bounced::NothingFailed),
    }
}

async fn record_failure(app: &App, reference: MessageRef) -> Result<Outcome, BounceError> {
    let command = RecordEmailFailed { at: app.now(), message: reference.message, failure: NotificationFailure::Bounced };
    let order = CommandEnvelope::new(reference.space, command).completing(reference.message);
    app.store.commands().execute(order, &app.policy).await.map_err(|rejection| match rejection {
        Rejection::NoSuchSpace => BounceError::UnknownReference,
        Rejection::Refused(refusal) => BounceError::Refused(refusal),
        Rejection::Store(error) => BounceError::Store(error),
        Rejection::Stale { .. } | Rejection::KeyReused => BounceError::Contradiction,
    })
}

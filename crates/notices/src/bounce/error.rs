//! Why a message is not recorded as a bounce.

use ens_domain::event::Refusal;
use ens_store::StoreError;

/// A message that is not recorded.
#[derive(Debug, thiserror::Error)]
pub enum BounceError {
    /// The message is no bounce of ours: sending it again changes nothing.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The space said no.
    #[error("the space refuses it: {0}")]
    Refused(Refusal),
    /// The store could not take it; it may be posted again.
    #[error("the store could not take it")]
    Store(#[source] StoreError),
}

/// What makes a message no bounce of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
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
}

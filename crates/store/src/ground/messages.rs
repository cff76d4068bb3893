//! Messages to persons, as the outbox holds them: on their way in, claimed, counted.

use chrono::{DateTime, Utc};
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::space::terms::{Channel, MessageKind};
use serde_json::Value;

use super::error::StoreError;

/// A message to be stored with the events of a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Its id, stable over every retry.
    pub message: MessageId,
    /// What it is about.
    pub kind: MessageKind,
    /// How it goes.
    pub channel: Channel,
    /// What the template needs: JSON; `Personal` values in it are sealed before they are stored.
    pub content: Value,
    /// Not before this instant.
    pub due_at: DateTime<Utc>,
}

/// A message that this worker may send, until the lease is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// Its id.
    pub message: MessageId,
    /// Whose it is.
    pub space: SpaceId,
    /// What it is about.
    pub kind: MessageKind,
    /// How it goes.
    pub channel: Channel,
    /// The draft's content, `Personal` values sealed: open them with a key ring.
    pub content: Value,
    /// How many times it has been claimed, this time included.
    pub attempts: u32,
}

/// How many messages wait on one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Which channel.
    pub channel: Channel,
    /// Not yet handed over.
    pub waiting: u64,
    /// Given to the carrier, not yet reported posted.
    pub handed_over: u64,
}

/// How a channel stands in the `channel` column.
pub(crate) const fn channel_word(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Post => "post",
    }
}

/// How a kind stands in the `kind` column.
pub(crate) const fn kind_word(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Notice => "notice",
        MessageKind::Code => "code",
        MessageKind::TechnicalBlock => "technical_block",
        MessageKind::Suspension => "suspension",
        MessageKind::EmergencyReading => "emergency_reading",
        MessageKind::WrongPatient => "wrong_patient",
        MessageKind::AnnouncementInvitation => "announcement_invitation",
        MessageKind::NewReader => "new_reader",
    }
}

/// A row of the outbox as an engine reads it.
pub(crate) struct OutboxRow {
    pub(crate) message: MessageId,
    pub(crate) space: SpaceId,
    pub(crate) kind: String,
    pub(crate) channel: String,
    pub(crate) content: String,
    pub(crate) attempts: i32,
}

impl OutboxRow {
    /// The message that the row holds.
    pub(crate) fn claimed(self) -> Result<Claimed, StoreError> {
        Ok(Claimed {
            message: self.message,
            space: self.space,
            kind: kind(&self.kind)?,
            channel: channel(&self.channel)?,
            content: serde_json::from_str(&self.content).map_err(|_| StoreError::Malformed("an outbox row does not hold JSON"))?,
            attempts: u32::try_from(self.attempts).unwrap_or_default(),
        })
    }
}

/// The channel that a column's word names.
pub(crate) fn channel(word: &str) -> Result<Channel, StoreError> {
    [Channel::Email, Channel::Post]
        .into_iter()
        .find(|channel| channel_word(*channel) == word)
        .ok_or(StoreError::Malformed("an unknown channel"))
}

fn kind(word: &str) -> Result<MessageKind, StoreError> {
    MessageKind::ALL.into_iter().find(|kind| kind_word(*kind) == word).ok_or(StoreError::Malformed("an unknown kind of message"))
}

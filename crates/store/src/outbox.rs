//! The outbox: messages that an append left to be sent, claimed by one worker at a time.
//!
//! waiting --claim--> leased --settled with its order--> gone          leased --lease over--> waiting
//! leased --hand over (content cleared)--> with the carrier --settled--> gone
//! Everything goes partition by partition: one look over all of them says where something is due, and each takes its own statement.
//! - the oldest message of all partitions leaves first
//! - what was claimed before an error is not lost to it

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::space::terms::{Channel, MessageKind};
use serde_json::Value;

use crate::engine::Claim;
use crate::error::StoreError;
use crate::partition::Partition;
use crate::store::Store;

/// A message to be stored with an order.
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
    /// The draft's content, `Personal` values sealed: open them with [`Store::key_ring`] or [`Store::open_personal`].
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

impl Store {
    /// Takes up to `limit` messages of a channel that are due, for the time of `lease`; two workers never get the same one while its lease runs.
    ///
    /// The partition whose oldest message is due longest comes first. Each partition is a transaction of its own, so an error after the
    /// first is logged and what was taken until then is answered.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim(&self, channel: Channel, now: DateTime<Utc>, limit: u32, lease: Duration) -> Result<Vec<Claimed>, StoreError> {
        let mut claimed: Vec<Claimed> = Vec::new();
        for partition in self.engine().due_partitions(channel, now).await? {
            let room = limit.saturating_sub(u32::try_from(claimed.len()).unwrap_or(u32::MAX));
            if room == 0 {
                break;
            }
            let claim = Claim { partition, channel, now, limit: room, leased_until: now + lease };
            match self.engine().claim(&claim).await {
                Ok(more) => claimed.extend(more),
                Err(error) if claimed.is_empty() => return Err(error),
                Err(error) => {
                    tracing::warn!(%partition, %error, "a partition of the outbox could not be claimed");
                    break;
                }
            }
        }
        claimed.sort_unstable_by_key(|claimed| claimed.message);
        Ok(claimed)
    }

    /// Lets a claimed message wait until `next_at`.
    ///
    /// # Errors
    /// The database's. A message that is gone is left gone.
    pub async fn postpone(&self, message: MessageId, space: SpaceId, next_at: DateTime<Utc>) -> Result<(), StoreError> {
        self.postpone_all(&[(message, space, next_at)]).await
    }

    /// Lets claimed messages wait, each until its own instant; one statement a partition.
    ///
    /// # Errors
    /// The database's; partitions before the one that failed are done. Messages that are gone are left gone.
    pub async fn postpone_all(&self, messages: &[(MessageId, SpaceId, DateTime<Utc>)]) -> Result<(), StoreError> {
        let mut placed: BTreeMap<Partition, Vec<(MessageId, DateTime<Utc>)>> = BTreeMap::new();
        for (message, space, next_at) in messages {
            placed.entry(self.partition_of(*space)).or_default().push((*message, *next_at));
        }
        for (partition, waits) in placed {
            self.engine().postpone(partition, &waits).await?;
        }
        Ok(())
    }

    /// Notes that a carrier has the message: its content is cleared, its row waits for the carrier's report.
    ///
    /// # Errors
    /// The database's. A message that is gone is left gone.
    pub async fn hand_over(&self, message: MessageId, space: SpaceId) -> Result<(), StoreError> {
        self.hand_over_all(&[(message, space)]).await
    }

    /// Notes that a carrier has these messages; one statement a partition.
    ///
    /// # Errors
    /// The database's; partitions before the one that failed are done. Messages that are gone are left gone.
    pub async fn hand_over_all(&self, messages: &[(MessageId, SpaceId)]) -> Result<(), StoreError> {
        for (partition, messages) in self.by_partition(messages) {
            self.engine().hand_over(partition, &messages).await?;
        }
        Ok(())
    }

    /// Takes a message out that nobody wants any more.
    ///
    /// # Errors
    /// The database's. A message that is gone is left gone.
    pub async fn discard(&self, message: MessageId, space: SpaceId) -> Result<(), StoreError> {
        self.discard_all(&[(message, space)]).await
    }

    /// Takes messages out that nobody wants any more; one statement a partition.
    ///
    /// # Errors
    /// The database's; partitions before the one that failed are done. Messages that are gone are left gone.
    pub async fn discard_all(&self, messages: &[(MessageId, SpaceId)]) -> Result<(), StoreError> {
        for (partition, messages) in self.by_partition(messages) {
            self.engine().discard(partition, &messages).await?;
        }
        Ok(())
    }

    /// Sends a message by another channel, due at once.
    ///
    /// # Errors
    /// The database's. A message that is gone is left gone.
    pub async fn reroute(&self, message: MessageId, space: SpaceId, channel: Channel) -> Result<(), StoreError> {
        self.engine().reroute(self.partition_of(space), message, channel).await
    }

    fn by_partition(&self, messages: &[(MessageId, SpaceId)]) -> BTreeMap<Partition, Vec<MessageId>> {
        let mut placed: BTreeMap<Partition, Vec<MessageId>> = BTreeMap::new();
        for (message, space) in messages {
            placed.entry(self.partition_of(*space)).or_default().push(*message);
        }
        placed
    }

    /// How many messages wait, by channel.
    ///
    /// # Errors
    /// The database's.
    pub async fn outbox_depth(&self) -> Result<Vec<Depth>, StoreError> {
        self.engine().outbox_depth().await
    }
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
    [MessageKind::Notice, MessageKind::Code, MessageKind::TechnicalBlock, MessageKind::Suspension]
        .into_iter()
        .find(|kind| kind_word(*kind) == word)
        .ok_or(StoreError::Malformed("an unknown kind of message"))
}

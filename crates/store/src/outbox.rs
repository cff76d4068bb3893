//! The outbox: messages that an append left to be sent, claimed by one worker at a time.
//!
//! waiting --claim--> leased --completed with a command--> gone          leased --lease over--> waiting
//! leased --hand over (content cleared)--> with the carrier --completed--> gone
//! Everything goes partition by partition: one query over all of them says where something is due, and each takes its own statement.
//! - the oldest message of all partitions leaves first
//! - what was claimed before an error is not lost to it

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::space::terms::Channel;

use crate::engine::Claim;
use crate::ground::{Claimed, Depth, Partition, StoreError};
use crate::shared::Shared;

/// The outbox of a store.
#[derive(Clone)]
pub struct Outbox {
    shared: Shared,
}

impl Outbox {
    pub(crate) const fn of(shared: Shared) -> Self {
        Self { shared }
    }

    /// Takes up to `limit` messages of a channel that are due, for the time of `lease`; two workers never get the same one while its lease runs.
    ///
    /// The partition whose oldest message is due longest comes first. Each partition is a transaction of its own, so an error after the
    /// first is logged and what was taken until then is answered.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim(&self, channel: Channel, now: DateTime<Utc>, limit: u32, lease: Duration) -> Result<Vec<Claimed>, StoreError> {
        let mut claimed: Vec<Claimed> = Vec::new();
        for partition in self.shared.engine().due_partitions(channel, now).await? {
            let room = limit.saturating_sub(u32::try_from(claimed.len()).unwrap_or(u32::MAX));
            if room == 0 {
                break;
            }
            let claim = Claim { partition, channel, now, limit: room, leased_until: now + lease };
            match self.shared.engine().claim(&claim).await {
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
            placed.entry(self.shared.partition_of(*space)).or_default().push((*message, *next_at));
        }
        for (partition, waits) in placed {
            self.shared.engine().postpone(partition, &waits).await?;
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
            self.shared.engine().hand_over(partition, &messages).await?;
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
            self.shared.engine().discard(partition, &messages).await?;
        }
        Ok(())
    }

    /// Sends a message by another channel, due at once.
    ///
    /// # Errors
    /// The database's. A message that is gone is left gone.
    pub async fn reroute(&self, message: MessageId, space: SpaceId, channel: Channel) -> Result<(), StoreError> {
        self.shared.engine().reroute(self.shared.partition_of(space), message, channel).await
    }

    fn by_partition(&self, messages: &[(MessageId, SpaceId)]) -> BTreeMap<Partition, Vec<MessageId>> {
        let mut placed: BTreeMap<Partition, Vec<MessageId>> = BTreeMap::new();
        for (message, space) in messages {
            placed.entry(self.shared.partition_of(*space)).or_default().push(*message);
        }
        placed
    }

    /// How many messages wait, by channel.
    ///
    /// # Errors
    /// The database's.
    pub async fn depth(&self) -> Result<Vec<Depth>, StoreError> {
        self.shared.engine().outbox_depth().await
    }
}

//! Which persons are owed the prior notice, and by which channel: one row from the moment it is owed until a code is issued for it.

use chrono::{DateTime, Utc};
use ens_domain::ids::SpaceId;
use ens_domain::space::SpaceEvent;
use ens_domain::space::terms::{Channel, CodePurpose};
use ens_domain::space::{AdmissionEvent, ClosingEvent, CodeEvent, NoticeEvent, OpeningEvent, OppositionEvent};
use ens_store::{Arg, Partition, Recorded, Store, StoreError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::change::Change;
use crate::projection::Projection;
use crate::row::{Row, SpaceKey};

/// Which persons are owed the prior notice, and by which channel.
#[derive(Debug)]
pub struct NoticesDue;

/// One notice that is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeDue {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// How the notice goes.
    pub channel: Channel,
    /// Since when it has been owed.
    pub since: DateTime<Utc>,
}

impl Row for NoticeDue {
    type Key = SpaceKey;

    fn key(&self) -> SpaceKey {
        SpaceKey { partition: self.partition, space: self.space }
    }
}

impl Projection for NoticesDue {
    const NAME: &'static str = "notices_due";
    const COLUMNS: &'static [&'static str] = &["partition", "space", "channel", "since"];
    type Event = SpaceEvent;
    type Row = NoticeDue;

    fn project(seen: &Recorded<&SpaceEvent>) -> Vec<Change<NoticeDue>> {
        let key = SpaceKey::of(seen);
        let owed = |at: &DateTime<Utc>, channel: Channel| NoticeDue { partition: key.partition, space: key.space, channel, since: *at };
        match seen.event {
            SpaceEvent::Admission(AdmissionEvent::SpaceCreated { at, notice_by: Some(channel), .. })
            | SpaceEvent::Admission(AdmissionEvent::ContactsDeclared { at, notice_by: Some(channel), .. })
            | SpaceEvent::Notice(NoticeEvent::NotificationFailed { at, retry_by: Some(channel), .. })
            | SpaceEvent::Opening(OpeningEvent::OpeningUnblocked { at, notice_by: Some(channel), .. }) => {
                vec![Change::Put(owed(at, *channel))]
            }
            SpaceEvent::Code(CodeEvent::CodeIssued { purpose: CodePurpose::Notice, .. })
            | SpaceEvent::Notice(NoticeEvent::FoundUnreachable { .. })
            | SpaceEvent::Opposition(OppositionEvent::Opposed { .. })
            | SpaceEvent::Opening(
                OpeningEvent::OpeningBlocked { .. } | OpeningEvent::OpenedByCnam { .. } | OpeningEvent::Activated { .. },
            )
            | SpaceEvent::Closing(ClosingEvent::DeathRecorded { .. }) => vec![Change::Remove(key)],
            SpaceEvent::Admission(
                AdmissionEvent::SpaceCreated { notice_by: None, .. }
                | AdmissionEvent::ContactsDeclared { notice_by: None, .. }
                | AdmissionEvent::InsReplaced { .. },
            )
            | SpaceEvent::Notice(
                NoticeEvent::NotificationFailed { retry_by: None, .. }
                | NoticeEvent::NotifiedByEmail { .. }
                | NoticeEvent::NotifiedByPost { .. }
                | NoticeEvent::DeliveryRecorded { .. },
            )
            | SpaceEvent::Code(
                CodeEvent::CodeIssued { purpose: CodePurpose::Reissue, .. }
                | CodeEvent::CodeReceived { .. }
                | CodeEvent::CodeUndelivered { .. }
                | CodeEvent::WrongCodeEntered { .. }
                | CodeEvent::CodeLocked { .. },
            )
            | SpaceEvent::Opposition(OppositionEvent::OppositionWithdrawn { .. })
            | SpaceEvent::Opening(OpeningEvent::OpeningUnblocked { notice_by: None, .. } | OpeningEvent::LegacyRecordJoined { .. })
            | SpaceEvent::Closing(ClosingEvent::Closed { .. } | ClosingEvent::Reopened { .. })
            | SpaceEvent::Access(_)
            | SpaceEvent::Directory(_)
            | SpaceEvent::Information(_)
            | SpaceEvent::Representation(_)
            | SpaceEvent::Suspension(_)
            | SpaceEvent::Destruction(_) => Vec::new(),
        }
    }
}

/// The notices owed in one partition, in the order of the ids, after the space that ended the page before.
///
/// # Errors
/// The store could not be read.
pub async fn notices_due(store: &Store, partition: Partition, after: Option<SpaceId>, limit: u32) -> Result<Vec<NoticeDue>, StoreError> {
    let after = after.map_or(Uuid::nil(), SpaceId::uuid);
    let sql = format!(
        "SELECT partition, space, channel, since FROM notices_due WHERE partition = {partition} AND space > $1 ORDER BY space LIMIT $2"
    );
    store.read_models().select(&sql, &[Arg::Uuid(after), Arg::Int(i64::from(limit))]).await
}

//! The read model `space_status`: one row per space with its state, the dates and reasons of that state, its code and its receipt.
//!
//! `space_summary.rs` computes what the person is told from this row and the day.

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::calendar::paris;
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::space::terms::{
    BlockReason, Channel, ClosingGround, DestructionGround, MedicalRecordOrigin, OppositionChannel, Stage, SuspensionGround,
    UnreachableReason,
};
use ens_domain::space::{
    AdmissionEvent, ClosingEvent, CodeEvent, DestructionEvent, NoticeEvent, OpeningEvent, OppositionEvent, Receipt, SpaceEvent,
    SuspensionEvent,
};
use ens_store::{Partition, Recorded, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::projection::Projection;
use crate::row::{Row, SpaceKey};

/// Where one space is.
#[derive(Debug)]
pub struct SpaceStatus;

/// What a provisional code can still do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeState {
    /// No code was issued, or the last one was void.
    None,
    /// Issued; its message is on its way.
    Sent,
    /// Received; valid until `code_valid_until`.
    Received,
    /// Too many wrong ones were entered.
    Locked,
    /// Used, once.
    Used,
}

/// One space: all that its person needs to know, and nothing that says who the person is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusRow {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// The sequence of the last event that this row reflects.
    pub version: u64,
    /// The position of that event in the partition.
    pub position: u64,
    /// Where the space is in its life.
    pub stage: Stage,
    /// Since when it is there.
    pub since: DateTime<Utc>,
    /// How the last notice went, or is to go.
    pub notice_channel: Option<Channel>,
    /// When the notice was received; the window runs from that day.
    pub received_on: Option<NaiveDate>,
    /// The last day of the window.
    pub last_day: Option<NaiveDate>,
    /// What the last provisional code can still do.
    pub code_state: CodeState,
    /// The message that carried it.
    pub code_message: Option<MessageId>,
    /// The last day on which it is valid.
    pub code_valid_until: Option<NaiveDate>,
    /// Wrong entries that lock it.
    pub wrong_codes_left: Option<u8>,
    /// From when a new one may be asked for.
    pub reissue_from: Option<DateTime<Utc>>,
    /// The number on the receipt of the opposition that stands.
    pub receipt_number: Option<String>,
    /// The day on that receipt.
    pub receipt_day: Option<NaiveDate>,
    /// How that opposition was made.
    pub opposed_via: Option<OppositionChannel>,
    /// What blocks the opening.
    pub block_reason: Option<BlockReason>,
    /// Why nobody could be told.
    pub unreachable_reason: Option<UnreachableReason>,
    /// When the space was opened.
    pub opened_on: Option<NaiveDate>,
    /// Where its medical record comes from.
    pub medical_record: Option<MedicalRecordOrigin>,
    /// When the holder signed up.
    pub activated_at: Option<DateTime<Utc>>,
    /// Why the space is suspended.
    pub suspension_ground: Option<SuspensionGround>,
    /// The last day in which its closing may be opposed.
    pub suspension_last_day: Option<NaiveDate>,
    /// Why it was closed.
    pub closing_ground: Option<ClosingGround>,
    /// The last day of the archive.
    pub archived_until: Option<NaiveDate>,
    /// The day of the destruction that was expressly asked for.
    pub destroy_on: Option<NaiveDate>,
    /// Why the content was destroyed.
    pub destruction_ground: Option<DestructionGround>,
    /// Whether the holder lives, as far as CNAM was told: `living` or `dead`.
    pub holder: HolderState,
}

/// Whether the holder lives, as far as CNAM was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolderState {
    /// Nobody said otherwise.
    Living,
    /// A death was recorded.
    Dead,
}

impl Row for StatusRow {
    type Key = SpaceKey;

    fn key(&self) -> SpaceKey {
        SpaceKey { partition: self.partition, space: self.space }
    }
}

impl StatusRow {
    /// A space that was just created, at the event `seen`.
    fn created(seen: &Recorded<&SpaceEvent>, notice_channel: Option<Channel>) -> Self {
        let SpaceKey { partition, space } = SpaceKey::of(seen);
        Self {
            partition,
            space,
            version: seen.sequence,
            position: seen.position,
            stage: seen.event.stage().unwrap_or(Stage::Created),
            since: seen.event.at(),
            notice_channel,
            received_on: None,
            last_day: None,
            code_state: CodeState::None,
            code_message: None,
            code_valid_until: None,
            wrong_codes_left: None,
            reissue_from: None,
            receipt_number: None,
            receipt_day: None,
            opposed_via: None,
            block_reason: None,
            unreachable_reason: None,
            opened_on: None,
            medical_record: None,
            activated_at: None,
            suspension_ground: None,
            suspension_last_day: None,
            closing_ground: None,
            archived_until: None,
            destroy_on: None,
            destruction_ground: None,
            holder: HolderState::Living,
        }
    }

    /// A notice is owed by this channel, if by any; whatever was wrong before no longer stands in its way.
    fn notice_owed(&mut self, channel: Option<Channel>) {
        if channel.is_some() {
            self.notice_channel = channel;
            self.unreachable_reason = None;
        }
    }

    /// The notice reached the person: the window runs.
    fn informed(&mut self, channel: Channel, received_on: NaiveDate, last_day: NaiveDate) {
        self.notice_channel = Some(channel);
        self.received_on = Some(received_on);
        self.last_day = Some(last_day);
    }

    /// The notice informed nobody: its window is void, and its code too.
    fn notice_void(&mut self, message: MessageId, retry_by: Option<Channel>) {
        self.received_on = None;
        self.last_day = None;
        self.code_void(message);
        self.notice_owed(retry_by);
    }

    /// The code that this message carried reached nobody; a newer code is another matter.
    fn code_void(&mut self, message: MessageId) {
        if self.code_message == Some(message) {
            self.code_state = CodeState::None;
            self.code_valid_until = None;
        }
    }

    /// One reason to wait is gone; another may still stand.
    fn unblocked(&mut self, mended: BlockReason, stage: Stage, notice_by: Option<Channel>, last_day: Option<NaiveDate>) {
        if stage == Stage::Blocked {
            self.block_reason = Some(match mended {
                BlockReason::Technical => BlockReason::NotTheRepresentative,
                BlockReason::NotTheRepresentative => BlockReason::Technical,
            });
            return;
        }
        self.block_reason = None;
        self.received_on = last_day.and(self.received_on);
        self.last_day = last_day;
        self.notice_owed(notice_by);
    }

    /// A fresh code; the one before is revoked.
    fn code_issued(&mut self, message: MessageId, wrong_codes_allowed: u8, reissue_from: DateTime<Utc>) {
        self.code_state = CodeState::Sent;
        self.code_message = Some(message);
        self.code_valid_until = None;
        self.wrong_codes_left = Some(wrong_codes_allowed);
        self.reissue_from = Some(reissue_from);
    }

    /// The message that carried the code was received; an older message changes nothing about a newer code.
    fn code_received(&mut self, message: MessageId, valid_until: NaiveDate) {
        if self.code_message == Some(message) {
            self.code_valid_until = Some(valid_until);
            if self.code_state == CodeState::Sent {
                self.code_state = CodeState::Received;
            }
        }
    }

    /// On the web and on the phone the code was the proof, and is used up.
    fn code_used(&mut self, via: OppositionChannel) {
        match via {
            OppositionChannel::Web | OppositionChannel::Phone => self.code_state = CodeState::Used,
            OppositionChannel::Desk | OppositionChannel::Letter => {}
        }
    }

    fn opposed(&mut self, via: OppositionChannel, receipt: &Receipt) {
        self.code_used(via);
        self.opposed_via = Some(via);
        self.receipt_number = Some(receipt.number.clone());
        self.receipt_day = Some(receipt.on);
    }

    fn opposition_withdrawn(&mut self, via: OppositionChannel) {
        self.code_used(via);
        self.opposed_via = None;
        self.receipt_number = None;
        self.receipt_day = None;
    }

    fn opened(&mut self, opened_on: NaiveDate, medical_record: MedicalRecordOrigin) {
        self.opened_on = Some(opened_on);
        self.medical_record = Some(medical_record);
        self.block_reason = None;
        self.unreachable_reason = None;
    }

    /// The holder signed up; before the opening, that opens the space.
    fn activated(&mut self, at: DateTime<Utc>, medical_record: Option<MedicalRecordOrigin>) {
        self.code_state = CodeState::Used;
        self.activated_at = Some(at);
        if let Some(medical_record) = medical_record {
            self.opened(paris::day_of(at), medical_record);
        }
    }

    fn suspended(&mut self, ground: Option<SuspensionGround>, last_day: Option<NaiveDate>) {
        self.suspension_ground = ground;
        self.suspension_last_day = last_day;
    }

    fn closed(&mut self, ground: Option<ClosingGround>, archived_until: Option<NaiveDate>) {
        self.suspended(None, None);
        self.closing_ground = ground;
        self.archived_until = archived_until;
        self.destroy_on = None;
    }
}

impl Projection for SpaceStatus {
    const NAME: &'static str = "space_status";
    const COLUMNS: &'static [&'static str] = &[
        "partition",
        "space",
        "version",
        "position",
        "stage",
        "since",
        "notice_channel",
        "received_on",
        "last_day",
        "code_state",
        "code_message",
        "code_valid_until",
        "wrong_codes_left",
        "reissue_from",
        "receipt_number",
        "receipt_day",
        "opposed_via",
        "block_reason",
        "unreachable_reason",
        "opened_on",
        "medical_record",
        "activated_at",
        "suspension_ground",
        "suspension_last_day",
        "closing_ground",
        "archived_until",
        "destroy_on",
        "destruction_ground",
        "holder",
    ];
    type Event = SpaceEvent;
    type Row = StatusRow;

    fn project(seen: &Recorded<&SpaceEvent>) -> Vec<Change<StatusRow>> {
        if let Some(row) = begun(seen) {
            return vec![Change::Put(row)];
        }
        let (stage, at) = (seen.event.stage(), seen.event.at());
        let (version, position) = (seen.sequence, seen.position);
        let event = (*seen.event).clone();
        vec![Change::amend(SpaceKey::of(seen), move |row: &mut StatusRow| {
            row.version = version;
            row.position = position;
            if let Some(stage) = stage.filter(|stage| *stage != row.stage) {
                row.stage = stage;
                row.since = at;
            }
            amend(row, event);
        })]
    }
}

/// The row of a space that begins with this event, or begins anew.
fn begun(seen: &Recorded<&SpaceEvent>) -> Option<StatusRow> {
    if let SpaceEvent::Admission(AdmissionEvent::SpaceCreated { notice_by, .. }) = seen.event {
        return Some(StatusRow::created(seen, *notice_by));
    }
    let SpaceEvent::Destruction(DestructionEvent::SpaceRenewed { at, .. }) = seen.event else { return None };
    let mut row = StatusRow::created(seen, None);
    row.opened(paris::day_of(*at), MedicalRecordOrigin::Created);
    Some(row)
}

/// What the event says beyond the stage.
fn amend(row: &mut StatusRow, event: SpaceEvent) {
    match event {
        SpaceEvent::Admission(AdmissionEvent::SpaceCreated { .. }) | SpaceEvent::Destruction(DestructionEvent::SpaceRenewed { .. }) => {}
        SpaceEvent::Notice(NoticeEvent::FoundUnreachable { reason, .. }) => row.unreachable_reason = Some(reason),
        SpaceEvent::Admission(AdmissionEvent::ContactsDeclared { notice_by, .. }) => row.notice_owed(notice_by),
        SpaceEvent::Code(CodeEvent::CodeIssued { message, wrong_codes_allowed, reissue_from, .. }) => {
            row.code_issued(message, wrong_codes_allowed, reissue_from);
        }
        SpaceEvent::Code(CodeEvent::CodeReceived { message, code_valid_until, .. }) => row.code_received(message, code_valid_until),
        SpaceEvent::Code(CodeEvent::WrongCodeEntered { left, .. }) => row.wrong_codes_left = Some(left),
        SpaceEvent::Code(CodeEvent::CodeLocked { .. }) => row.code_state = CodeState::Locked,
        SpaceEvent::Notice(NoticeEvent::NotifiedByEmail { message, received_on, last_day, code_valid_until, .. }) => {
            row.informed(Channel::Email, received_on, last_day);
            row.code_received(message, code_valid_until);
        }
        SpaceEvent::Notice(NoticeEvent::NotifiedByPost { message, received_on, last_day, code_valid_until, .. })
        | SpaceEvent::Notice(NoticeEvent::DeliveryRecorded { message, delivered_on: received_on, last_day, code_valid_until, .. }) => {
            row.informed(Channel::Post, received_on, last_day);
            row.code_received(message, code_valid_until);
        }
        SpaceEvent::Code(CodeEvent::CodeUndelivered { message, .. }) => row.code_void(message),
        SpaceEvent::Notice(NoticeEvent::NotificationFailed { message, retry_by, .. }) => row.notice_void(message, retry_by),
        SpaceEvent::Opposition(OppositionEvent::Opposed { via, receipt, .. }) => row.opposed(via, &receipt),
        SpaceEvent::Opposition(OppositionEvent::OppositionWithdrawn { via, .. }) => row.opposition_withdrawn(via),
        SpaceEvent::Opening(OpeningEvent::OpeningBlocked { reason, .. }) => row.block_reason = Some(reason),
        SpaceEvent::Opening(OpeningEvent::OpeningUnblocked { reason, stage, notice_by, last_day, .. }) => {
            row.unblocked(reason, stage, notice_by, last_day)
        }
        SpaceEvent::Opening(OpeningEvent::OpenedByCnam { opened_on, medical_record, .. }) => row.opened(opened_on, medical_record),
        SpaceEvent::Opening(OpeningEvent::Activated { at, medical_record, .. }) => row.activated(at, medical_record),
        SpaceEvent::Opening(OpeningEvent::LegacyRecordJoined { .. }) => row.medical_record = Some(MedicalRecordOrigin::Joined),
        SpaceEvent::Suspension(SuspensionEvent::Suspended { ground, last_day, .. }) => row.suspended(Some(ground), Some(last_day)),
        SpaceEvent::Suspension(SuspensionEvent::ClosingOpposed { .. } | SuspensionEvent::SuspensionLifted { .. }) => {
            row.suspended(None, None)
        }
        SpaceEvent::Closing(ClosingEvent::DeathRecorded { .. }) => row.holder = HolderState::Dead,
        SpaceEvent::Closing(ClosingEvent::Closed { ground, archived_until, .. }) => row.closed(Some(ground), Some(archived_until)),
        SpaceEvent::Closing(ClosingEvent::Reopened { .. }) => row.closed(None, None),
        SpaceEvent::Destruction(DestructionEvent::DestructionRequested { destroy_on, .. }) => row.destroy_on = Some(destroy_on),
        SpaceEvent::Destruction(DestructionEvent::DestructionCancelled { .. }) => row.destroy_on = None,
        SpaceEvent::Destruction(DestructionEvent::Destroyed { ground, .. }) => row.destruction_ground = Some(ground),
        SpaceEvent::Admission(AdmissionEvent::InsReplaced { .. })
        | SpaceEvent::Access(_)
        | SpaceEvent::Directory(_)
        | SpaceEvent::Information(_)
        | SpaceEvent::Representation(_) => {}
    }
}

/// One space, as the events seen so far leave it; nothing where no event of it was seen.
///
/// # Errors
/// The store could not be read.
pub async fn space_status(store: &Store, space: SpaceId) -> Result<Option<StatusRow>, StoreError> {
    store.read_models().row_of(&SpaceStatus::table(), space).await
}

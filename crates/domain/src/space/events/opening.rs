//! Events of the opening: held back, done by CNAM or by the holder who signs up.

use serde::{Deserialize, Serialize};

use crate::party::Party;
use crate::space::terms::BlockReason;
use crate::space::terms::Channel;
use crate::space::terms::MedicalRecordOrigin;
use crate::space::terms::OpeningGround;
use crate::space::terms::Stage;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;

use super::names::event_names;

/// The opening was blocked, unblocked, or happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum OpeningEvent {
    /// The opening cannot go on until this is mended.
    OpeningBlocked { at: DateTime<Utc>, by: Party, reason: BlockReason },
    /// `reason` was mended: the space is back in `stage`; `notice_by` where somebody must be told first.
    OpeningUnblocked {
        at: DateTime<Utc>,
        by: Party,
        reason: BlockReason,
        stage: Stage,
        notice_by: Option<Channel>,
        /// The end of the window that still counts, where the space is notified again.
        last_day: Option<NaiveDate>,
    },
    /// CNAM opened the space, and with it the medical record (articles R. 1111-28 and L. 1111-14).
    OpenedByCnam { at: DateTime<Utc>, opened_on: NaiveDate, ground: OpeningGround, medical_record: MedicalRecordOrigin },
    /// The holder signed up with the code; before the opening, this opens the space (`medical_record` is then said here).
    Activated { at: DateTime<Utc>, by: Party, medical_record: Option<MedicalRecordOrigin> },
}

event_names!(OpeningEvent { OpeningBlocked, OpeningUnblocked, OpenedByCnam, Activated });

impl OpeningEvent {
    /// The stage after this event; nothing where it leaves the space where it is.
    pub const fn stage(&self) -> Option<Stage> {
        match self {
            Self::OpeningBlocked { .. } => Some(Stage::Blocked),
            Self::OpeningUnblocked { stage, .. } => Some(*stage),
            Self::OpenedByCnam { .. } => Some(Stage::Open),
            Self::Activated { .. } => Some(Stage::Active),
        }
    }
}

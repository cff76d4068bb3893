//! Events of the opening: held back, done by CNAM or by the holder who signs up.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::paris;
use crate::french::{NO_BREAK_SPACE, date, to_be_told};
use crate::party::Party;
use crate::space::life::{LegacyRecord, Life, Lock};
use crate::space::terms::{BlockReason, Channel, MedicalRecordOrigin, OpeningGround, Stage};

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
    /// CNAM let a medical record join that is older than the space, and that the opening did not know of.
    LegacyRecordJoined { at: DateTime<Utc>, created_on: NaiveDate },
}

event_names!(OpeningEvent { OpeningBlocked, OpeningUnblocked, OpenedByCnam, Activated, LegacyRecordJoined });

impl OpeningEvent {
    /// The stage after this event; nothing where it leaves the space where it is.
    pub const fn stage(&self) -> Option<Stage> {
        match self {
            Self::OpeningBlocked { .. } => Some(Stage::Blocked),
            Self::OpeningUnblocked { stage, .. } => Some(*stage),
            Self::OpenedByCnam { .. } => Some(Stage::Open),
            Self::Activated { .. } => Some(Stage::Active),
            Self::LegacyRecordJoined { .. } => None,
        }
    }

    /// The event, as its holder reads it.
    pub fn sentence(&self) -> String {
        match self {
            Self::OpeningBlocked { reason, .. } => blocked(*reason),
            Self::OpeningUnblocked { notice_by, .. } => format!("L’ouverture peut reprendre.{}", to_be_told(*notice_by)),
            Self::OpenedByCnam { opened_on, ground, medical_record, .. } => opened(*opened_on, *ground, *medical_record),
            Self::Activated { by, medical_record, .. } => activated(by, *medical_record),
            Self::LegacyRecordJoined { created_on, .. } => {
                format!("Votre dossier médical partagé, créé le {}, a rejoint votre espace.", date(*created_on))
            }
        }
    }

    /// What the event changes.
    pub(crate) fn apply(self, life: &mut Life) {
        match self {
            Self::OpeningBlocked { reason, .. } => {
                life.phase.preparation_mut().into_iter().for_each(|preparation| preparation.block(reason));
                match reason {
                    BlockReason::Technical => {}
                    // The person who was told was the wrong one: neither their window nor their code counts.
                    BlockReason::NotTheRepresentative => {
                        life.messages.void_notice();
                        life.messages.turn_lock(Lock::Used);
                    }
                }
            }
            Self::OpeningUnblocked { reason, notice_by, .. } => {
                life.phase.preparation_mut().into_iter().for_each(|preparation| preparation.unblock(reason));
                life.messages.owe_notice(notice_by);
            }
            Self::OpenedByCnam { opened_on, medical_record, .. } => {
                life.phase.open(opened_on);
                life.come_with(medical_record);
            }
            Self::Activated { at, medical_record, .. } => {
                life.phase.activate(paris::day_of(at));
                medical_record.into_iter().for_each(|origin| life.come_with(origin));
                life.messages.turn_lock(Lock::Used);
            }
            Self::LegacyRecordJoined { created_on, .. } => life.legacy_record = LegacyRecord::Joined { created_on },
        }
    }
}

fn blocked(reason: BlockReason) -> String {
    match reason {
        BlockReason::NotTheRepresentative => {
            format!("Le destinataire a déclaré ne pas être le représentant légal{NO_BREAK_SPACE}: l’ouverture est arrêtée.")
        }
        BlockReason::Technical => "Un incident technique empêche l’ouverture. Elle reprendra dès qu’il sera réparé.".to_owned(),
    }
}

fn record(origin: MedicalRecordOrigin) -> &'static str {
    match origin {
        MedicalRecordOrigin::Created => "Un dossier médical partagé a été créé.",
        MedicalRecordOrigin::Joined => "Votre dossier médical partagé, plus ancien, l’a rejoint.",
    }
}

fn opened(opened_on: NaiveDate, ground: OpeningGround, origin: MedicalRecordOrigin) -> String {
    let why = match ground {
        OpeningGround::WindowOver => "le délai d’opposition étant écoulé",
        OpeningGround::OppositionWithdrawn => "l’opposition ayant été retirée",
    };
    format!("Votre espace de santé a été ouvert par l’Assurance maladie le {}, {why}. {}", date(opened_on), record(origin))
}

fn activated(by: &Party, origin: Option<MedicalRecordOrigin>) -> String {
    let who = if *by == Party::Representative { "Votre représentant a activé" } else { "Vous avez activé" };
    let opened = origin.map(|origin| format!(" Cela l’a ouvert. {}", record(origin))).unwrap_or_default();
    format!("{who} votre espace de santé.{opened}")
}

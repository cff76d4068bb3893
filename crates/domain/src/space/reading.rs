//! What every reader asks of an event: when, under which name, where the space now is, what was refused.
//!
//! `apply`, the read models and the histories share these answers, so that none of them can disagree on a stage.
//! - the stage of the folded events is the stage of the space

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;

use super::events::SpaceEvent;
use super::refusal::SpaceRefusal;
use super::terms::Stage;

macro_rules! every_event {
    ($($name:ident),+ $(,)?) => {
        /// The names of all events of a space's life, in the order of the contract.
        pub const EVENT_NAMES: &[&str] = &[$(stringify!($name)),+];

        impl SpaceEvent {
            /// The name under which the event is stored: that of its variant, for ever.
            pub const fn event_type_str(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => stringify!($name)),+
                }
            }

            /// When it happened.
            pub const fn at(&self) -> DateTime<Utc> {
                match self {
                    $(Self::$name { at, .. })|+ => *at,
                }
            }
        }
    };
}

every_event!(
    SpaceCreated,
    FoundUnreachable,
    ContactsDeclared,
    InsReplaced,
    CodeIssued,
    CodeReceived,
    CodeUndelivered,
    WrongCodeEntered,
    CodeLocked,
    NotifiedByEmail,
    NotifiedByPost,
    DeliveryRecorded,
    NotificationFailed,
    Opposed,
    OppositionWithdrawn,
    OpeningBlocked,
    OpeningUnblocked,
    OpenedByCnam,
    Activated,
    AccessGranted,
    AccessRevoked,
    AccessExpired,
    ProfessionalBlocked,
    ProfessionalUnblocked,
    RepresentationDeclared,
    RepresentationEnded,
    CameOfAge,
    Suspended,
    ClosingOpposed,
    SuspensionLifted,
    DeathRecorded,
    Closed,
    Reopened,
    DestructionRequested,
    DestructionCancelled,
    Destroyed,
    SpaceRenewed,
);

/// The version in which every event of a space's life is written today.
pub const EVENT_VERSION: &str = "1.0";

impl SpaceEvent {
    /// The stage after this event, or `None` where it leaves the space where it is.
    pub const fn stage(&self) -> Option<Stage> {
        match self {
            Self::SpaceCreated { .. } => Some(Stage::Created),
            Self::FoundUnreachable { .. } => Some(Stage::Unreachable),
            Self::ContactsDeclared { notice_by, .. } => match notice_by {
                Some(_) => Some(Stage::Created),
                None => None,
            },
            Self::NotifiedByEmail { .. } | Self::NotifiedByPost { .. } => Some(Stage::Notified),
            Self::Opposed { .. } => Some(Stage::Opposed),
            Self::OpeningBlocked { .. } => Some(Stage::Blocked),
            Self::OpenedByCnam { .. } | Self::SpaceRenewed { .. } => Some(Stage::Open),
            Self::Activated { .. } => Some(Stage::Active),
            Self::Suspended { .. } => Some(Stage::Suspended),
            Self::Closed { .. } => Some(Stage::Closed),
            Self::Destroyed { .. } => Some(Stage::Destroyed),
            Self::NotificationFailed { stage, .. }
            | Self::OpeningUnblocked { stage, .. }
            | Self::ClosingOpposed { stage, .. }
            | Self::SuspensionLifted { stage, .. }
            | Self::DeathRecorded { stage, .. }
            | Self::Reopened { stage, .. } => Some(*stage),
            Self::InsReplaced { .. }
            | Self::CodeIssued { .. }
            | Self::CodeReceived { .. }
            | Self::CodeUndelivered { .. }
            | Self::WrongCodeEntered { .. }
            | Self::CodeLocked { .. }
            | Self::DeliveryRecorded { .. }
            // The opening, or the block that still stands, follows in the same decision and says the stage.
            | Self::OppositionWithdrawn { .. }
            | Self::AccessGranted { .. }
            | Self::AccessRevoked { .. }
            | Self::AccessExpired { .. }
            | Self::ProfessionalBlocked { .. }
            | Self::ProfessionalUnblocked { .. }
            | Self::RepresentationDeclared { .. }
            | Self::RepresentationEnded { .. }
            | Self::CameOfAge { .. }
            | Self::DestructionRequested { .. }
            | Self::DestructionCancelled { .. } => None,
        }
    }

    /// The refusal that this event records: an attempt that failed is a fact, and the one who tried must hear it.
    pub const fn refusal(&self) -> Option<SpaceRefusal> {
        if let Self::WrongCodeEntered { left, .. } = self {
            return Some(SpaceRefusal::WrongCode { left: *left });
        }
        if let Self::CodeLocked { .. } = self {
            return Some(SpaceRefusal::CodeLocked);
        }
        None
    }
}

impl DomainEvent for SpaceEvent {
    fn event_type(&self) -> String {
        self.event_type_str().to_owned()
    }

    fn event_version(&self) -> String {
        EVENT_VERSION.to_owned()
    }
}

//! What may be asked of a space: one type a request, imperative, carrying its instant, its party and the ids to give.
//!
//! The requests live with their decisions, in a file a noun.

use chrono::{DateTime, Utc};

pub use super::access::{BlockProfessional, ExpireAccess, GrantAccess, RevokeAccess, UnblockProfessional};
pub use super::admission::{CreateSpace, DeclareContacts, ReplaceIns};
pub use super::closing::{Close, RecordDeath, Reopen};
pub use super::codes::ReissueCode;
pub use super::destruction::{CancelDestruction, Destroy, RenewSpace, RequestDestruction};
pub use super::notice::{RecordEmailFailed, RecordEmailSent, RecordLetterDelivered, RecordLetterPosted, RecordLetterReturned, SendNotice};
pub use super::opening::{Activate, MendTechnicalBlock, Open, ReportTechnicalBlock};
pub use super::opposition::{Oppose, Proof, WithdrawOpposition};
pub use super::representation::{ComeOfAge, DeclareRepresentative, DenyRepresentation, EndRepresentation, NewRepresentation};
pub use super::suspension::{CloseSuspended, LiftSuspension, OpposeClosing, Suspend};

macro_rules! space_commands {
    ($($command:ident),+ $(,)?) => {
        /// Any request to a space.
        #[derive(Debug, Clone, PartialEq)]
        pub enum SpaceCommand {
            $(#[doc = concat!("See [`", stringify!($command), "`].")] $command($command)),+
        }

        impl SpaceCommand {
            /// The instant at which it is asked: the only clock that a decision knows.
            pub const fn at(&self) -> DateTime<Utc> {
                match self {
                    $(Self::$command(command) => command.at),+
                }
            }

            /// The name of the request, for logs and metrics.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$command(_) => stringify!($command)),+
                }
            }
        }

        $(impl From<$command> for SpaceCommand {
            fn from(command: $command) -> Self {
                Self::$command(command)
            }
        })+
    };
}

space_commands!(
    CreateSpace,
    DeclareContacts,
    ReplaceIns,
    SendNotice,
    ReissueCode,
    RecordEmailSent,
    RecordEmailFailed,
    RecordLetterPosted,
    RecordLetterDelivered,
    RecordLetterReturned,
    Oppose,
    WithdrawOpposition,
    DenyRepresentation,
    ReportTechnicalBlock,
    MendTechnicalBlock,
    Open,
    Activate,
    GrantAccess,
    RevokeAccess,
    ExpireAccess,
    BlockProfessional,
    UnblockProfessional,
    DeclareRepresentative,
    EndRepresentation,
    ComeOfAge,
    Suspend,
    OpposeClosing,
    LiftSuspension,
    CloseSuspended,
    RecordDeath,
    Close,
    Reopen,
    RequestDestruction,
    CancelDestruction,
    Destroy,
    RenewSpace,
);

impl SpaceCommand {
    /// Whether it may be the first thing that is asked of a space.
    pub const fn may_begin(&self) -> bool {
        matches!(self, Self::CreateSpace(_))
    }
}

//! What may be asked of a space: one type a command, imperative, carrying its instant, its party and the ids to give.
//!
//! The commands live with their decisions, in a file a noun, which lists them in its group.

use chrono::{DateTime, Utc};

use crate::policy::Policy;

use super::command_group::InGroup;
use super::events::SpaceEvent;
use super::life::Life;
use super::refusal::SpaceRefusal;

pub use super::access::*;
pub use super::admission::*;
pub use super::closing::*;
pub use super::codes::*;
pub use super::destruction::*;
pub use super::directory::*;
pub use super::information::*;
pub use super::notice::*;
pub use super::opening::*;
pub use super::opposition::*;
pub use super::representation::*;
pub use super::suspension::*;

/// A group of commands on a space.
pub trait Group {
    /// The same, as a command on a space.
    fn of_space(self) -> SpaceCommand;
}

impl<C> From<C> for SpaceCommand
where
    C: InGroup,
    C::Group: Group,
{
    fn from(command: C) -> Self {
        command.in_group().of_space()
    }
}

macro_rules! space_commands {
    ($($group:ident($commands:ident)),+ $(,)?) => {
        /// Any command on a space.
        #[derive(Debug, Clone, PartialEq)]
        pub enum SpaceCommand {
            /// See [`CreateSpace`].
            CreateSpace(CreateSpace),
            $(#[doc = concat!("See [`", stringify!($commands), "`].")] $group($commands)),+
        }

        impl SpaceCommand {
            /// The instant at which it is asked: the only clock that a decision knows.
            pub const fn at(&self) -> DateTime<Utc> {
                match self {
                    Self::CreateSpace(command) => command.at,
                    $(Self::$group(command) => command.at()),+
                }
            }

            /// The name of the command, for logs and metrics.
            pub const fn name(&self) -> &'static str {
                match self {
                    Self::CreateSpace(_) => "CreateSpace",
                    $(Self::$group(command) => command.name()),+
                }
            }

            pub(super) fn decide(self, life: Option<&Life>, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
                match self {
                    Self::CreateSpace(command) => command.decide(life),
                    $(Self::$group(command) => command.decide(life.ok_or(SpaceRefusal::NoSuchSpace)?, policy)),+
                }
            }
        }

        $(impl Group for $commands {
            fn of_space(self) -> SpaceCommand {
                SpaceCommand::$group(self)
            }
        })+
    };
}

space_commands!(
    Admission(AdmissionCommand),
    Notice(NoticeCommand),
    Code(CodeCommand),
    Opposition(OppositionCommand),
    Opening(OpeningCommand),
    Access(AccessCommand),
    Directory(DirectoryCommand),
    Representation(RepresentationCommand),
    Suspension(SuspensionCommand),
    Closing(ClosingCommand),
    Destruction(DestructionCommand),
    Information(InformationCommand),
);

impl From<CreateSpace> for SpaceCommand {
    fn from(command: CreateSpace) -> Self {
        Self::CreateSpace(command)
    }
}

impl SpaceCommand {
    /// Whether it may be the first thing that is asked of a space.
    pub const fn may_begin(&self) -> bool {
        matches!(self, Self::CreateSpace(_))
    }
}

//! The enum of all commands on one noun of the life, such as an opposition, made from the list of their names.

/// A command that belongs to one group.
pub trait InGroup {
    /// The group.
    type Group;

    /// The same command, as one of its group.
    fn in_group(self) -> Self::Group;
}

/// Declares a group: its enum, and what every command answers for itself.
macro_rules! command_group {
    ($(#[$meta:meta])+ $group:ident { $($command:ident),+ $(,)? }) => {
        $(#[$meta])+
        #[derive(Debug, Clone, PartialEq)]
        pub enum $group {
            $(#[doc = concat!("See [`", stringify!($command), "`].")] $command($command)),+
        }

        impl $group {
            pub(super) const fn at(&self) -> ::chrono::DateTime<::chrono::Utc> {
                match self {
                    $(Self::$command(command) => command.at),+
                }
            }

            pub(super) const fn name(&self) -> &'static str {
                match self {
                    $(Self::$command(_) => stringify!($command)),+
                }
            }

            pub(super) fn decide(
                self,
                life: &$crate::space::life::Life,
                policy: &$crate::policy::Policy,
            ) -> Result<Vec<$crate::space::events::SpaceEvent>, $crate::space::refusal::SpaceRefusal> {
                match self {
                    $(Self::$command(command) => command.decide(life, policy)),+
                }
            }
        }

        $(impl $crate::space::command_group::InGroup for $command {
            type Group = $group;

            fn in_group(self) -> $group {
                $group::$command(self)
            }
        })+
    };
}
pub(super) use command_group;

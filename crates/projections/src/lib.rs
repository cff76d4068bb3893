//! The read models: one question each, answered from rows that a pure fold of the log keeps.
//!
//! log --feed, partition by partition--> `project` --changes--> fold in memory --one transaction: rows and checkpoint--> table --query--> answer
//! - a projection's name is its file, its table and its checkpoint
//!
//! Every date comes from a fact, never from today's policy.

mod all;
pub mod authorisations;
pub mod campaign_progress;
mod change;
mod compare;
pub mod deadlines;
pub mod follower;
pub mod health;
pub mod history;
pub mod notices_due;
pub mod openings_due;
pub mod overdue;
mod plan;
mod projection;
mod reached;
pub mod rebuild;
pub mod space_status;
pub mod standing;
mod step;
#[cfg(test)]
mod tests;
mod token;

pub use all::{Question, Stopped, question, questions};
pub use change::{Amendment, Change, Fold, NothingToAmend, Writes, rows_to_load};
pub use compare::{Difference, compare};
pub use ens_domain::french;
pub use follower::{FollowOptions, Followers, Lag, NotLevel};
pub use health::{Fault, FaultKind, Health};
pub use projection::{Projection, Row, RowKey, SpaceKey};
pub use reached::{Reached, first_behind, reached};
pub use rebuild::{RebuildError, Rebuilt, Watch, drop_previous, rebuild, rebuild_watched, roll_back};

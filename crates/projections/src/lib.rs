//! The read models: rows that a pure fold of the log keeps, and the queries that read them.
//!
//! log --page by page, partition by partition--> `project` --changes--> folded in memory --one transaction: rows and checkpoint--> table --query--> answer
//! - a projection's name is its file, its table and its checkpoint
//!
//! Every date comes from an event, never from today's policy.

mod all;
pub mod backlog;
mod change;
mod compare;
mod follow;
mod health;
mod json_text;
mod life;
mod newest_first;
mod page;
mod projection;
mod read_model;
mod rebuild;
mod row;
mod sections;
#[cfg(test)]
mod tests;
mod token;
mod wait;

pub use all::{read_model, read_models};
pub use change::{Amendment, Change, Fold, GroupAmendment, NothingToAmend, RowGroup, Writes, groups_to_load, rows_to_load};
pub use compare::{Difference, compare};
pub use follow::{FollowOptions, Followers, NotCaughtUp, ReadModelLag};
pub use health::{Fault, FaultKind, Health, PassedOver};
pub use life::*;
pub use newest_first::PageEnd;
pub use projection::Projection;
pub use read_model::{FoldError, ReadModel};
pub use rebuild::{FoldProgress, RebuildError, Rebuilt, drop_previous, rebuild, rebuild_watched, roll_back};
pub use row::{ItemKey, Row, RowKey, SpaceKey};
pub use sections::*;
pub use wait::{Waited, first_behind, wait_for_position};

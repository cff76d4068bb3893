//! The write side of Ens: log, feed, keys, sealing, registry, outbox and bus behind one door, on PostgreSQL and SQLite.
//!
//! ```no_run
//! # async fn example() -> Result<(), ens_store::StoreError> {
//! use ens_store::{Entropy, MasterKey, Store, StoreOptions};
//!
//! let master = MasterKey::generate(&Entropy::os())?;
//! let store = Store::open("sqlite::memory:", StoreOptions::new(master)).await?;
//! for partition in store.partitions().each() {
//!     let page = store.feed(partition, 0, 500).await?;
//!     println!("partition {partition}: {} events", page.len());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What it promises
//!
//! 1. What was acknowledged is durable and never changes.
//! 2. One aggregate's sequence is 1, 2, 3, … without a hole; of two writers on one version, one gets [`Conflict`] with the version that won.
//! 3. Positions of a partition are 1, 2, 3, …; no reader skips or repeats one, whatever is slow, killed or rolled back.
//! 4. A batch is all or nothing per command.
//! 5. A reader that fails says so: no error looks like the end of the log.
//! 6. A command with an idempotency key takes effect once, and answers the same again.
//! 7. Both engines give the same events, byte for byte in payload, for the same commands.
//!
//! # Errors
//!
//! Every operation answers [`StoreError`]; the bus answers [`Rejection`], which sets a rule's refusal apart from the store's trouble.
//! [`StoreError::is_transient`] says whether asking again may help. [`StoreError::OutcomeUnknown`] is the one case in which the work may
//! have been done: an order with an idempotency key can be repeated safely. No error repeats a stored or bound value.
//!
//! # Layers
//!
//! [`Store`] holds all that both engines share; `engine` below it holds statements and transactions, in files of the same names for
//! PostgreSQL and SQLite, and decides nothing.

mod append;
mod as_of;
mod bus;
mod citus;
mod clock;
mod context;
mod engine;
mod entropy;
mod error;
mod feed;
mod follow;
mod history;
mod keys;
mod lease;
mod master;
mod open;
mod order;
mod outbox;
mod partition;
mod reads;
mod registry;
mod rows;
mod seal;
mod sealed;
mod select;
mod site;
mod store;
mod stored;
mod tables;
mod walk;

pub use as_of::AsOf;
pub use bus::Loaded;
pub use citus::Layout;
pub use clock::Clock;
pub use context::{CommandContext, TimeOrdered};
pub use entropy::Entropy;
pub use error::StoreError;
pub use feed::Span;
pub use follow::Follow;
pub use lease::Lease;
pub use master::{MasterKey, NotAMasterKey};
pub use open::{KeyRing, OpenError};
pub use order::{Answered, Idempotency, Order, Outcome, Rejection};
pub use outbox::{Claimed, Depth, Draft};
pub use partition::{Partition, Partitions};
pub use registry::{Known, Linked, Reserved};
pub use rows::Rows;
pub use sealed::Sealed;
pub use select::Arg;
pub use site::{After, Leaf, Progress, Purpose, Site, Swap};
pub use store::{Store, StoreOptions};
pub use stored::{Appended, Conflict, DecodeError, EventRow, NewEvent, Recorded, StoredEvent, Write};
pub use tables::Table;

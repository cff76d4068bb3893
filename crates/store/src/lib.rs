//! The write side of Ens: the log, the command queue, the outbox and the tables of the read models, on PostgreSQL and SQLite.
//!
//! ```no_run
//! # async fn example() -> Result<(), ens_store::StoreError> {
//! use ens_store::{Entropy, MasterKey, Store, StoreOptions};
//!
//! let master = MasterKey::generate(&Entropy::os())?;
//! let store = Store::open("sqlite::memory:", StoreOptions::new(master)).await?;
//! for partition in store.partitions().each() {
//!     let page = store.log().feed(partition, 0, 500).await?;
//!     println!("partition {partition}: {} events", page.len());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What it promises
//!
//! 1. What was acknowledged is durable and never changes.
//! 2. One stream's sequence is 1, 2, 3, … without a hole; of two writers on one version, one gets [`Conflict`] with the version that won.
//! 3. Positions of a partition are 1, 2, 3, …; no reader skips or repeats one, whatever is slow, killed or rolled back.
//! 4. A batch is all or nothing per command.
//! 5. A reader that fails says so: no error looks like the end of the log.
//! 6. A command with an idempotency key takes effect once, and answers the same again.
//! 7. Both engines give the same events, byte for byte in payload, for the same commands.
//!
//! # Errors
//!
//! Every operation answers [`StoreError`]; the command queue answers [`Rejection`], which sets a rule's refusal apart from the store's trouble.
//! [`StoreError::is_transient`] says whether asking again may help. [`StoreError::OutcomeUnknown`] is the one case in which the work may
//! have been done: a command with an idempotency key can be repeated safely. No error repeats a stored or bound value.
//!
//! # Layers
//!
//! ```text
//! store                                        opened once; five doors
//! log · queue · outbox · read_models · content what each door does, on either engine
//! sealing                                      keys and seals
//! shared                                       the engine and the keys of one store
//! engine/postgres · engine/sqlite              statements and transactions; they decide nothing
//! ground                                       plain types and errors
//! ```
//! A file names only what stands below it.

mod caregiver_places;
mod citus;
mod clock;
mod clock_check;
mod content;
mod context;
mod engine;
mod ground;
mod last_seen;
mod lease;
mod log;
mod outbox;
mod queue;
#[doc(hidden)]
pub mod raw;
mod read_models;
mod registry;
mod sealed;
mod sealing;
mod shared;
mod store;
mod store_identity;

pub use caregiver_places::{CaregiverPlaces, PlaceTaken};
pub use citus::Layout;
pub use clock::Clock;
pub use content::{
    ContentFate, ContentPlace, ContentRef, ContentStream, Contents, NewContent, PutError, S3Bucket, StoredContent, SweepOrder, SweepTask,
    Swept,
};
pub use context::{CommandContext, TimeOrdered};
pub use ground::{
    After, Answered, Appended, Arg, Claimed, ClockFault, CommandEnvelope, Conflict, DecodeError, Depth, Draft, Entropy, EventRow,
    Idempotency, Leaf, NewEvent, OpenError, Outcome, Partition, Partitions, Progress, Recorded, Rejection, Rows, Span, StoreError,
    StoredEvent, Table, Write,
};
pub use lease::Lease;
pub use log::{AsOf, Loaded, LoadedStream, Log};
pub use outbox::Outbox;
pub use queue::Commands;
pub use read_models::{Follow, Purpose, ReadModels, Swap, TableRebuild};
pub use registry::{Known, Linked, Reserved};
pub use sealed::Sealed;
pub use sealing::{KeyRing, MasterKey, NotAMasterKey};
pub use store::{Store, StoreOptions};

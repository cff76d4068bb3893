//! The ground of the store: plain types and errors, which every other file may name and which name no other file of the store.

mod arg;
mod backoff;
mod batch;
mod caregiver_place;
mod entropy;
mod envelope;
mod error;
mod events;
mod identity;
mod lease;
mod messages;
mod partition;
mod rebuild;
mod rows;
mod span;
mod table;

pub use arg::Arg;
pub(crate) use backoff::back_off;
pub(crate) use batch::{Batch, DecidedOn, NewMessage, NewRow, Priority, Remembered, Request, StoredKey, count};
pub(crate) use caregiver_place::{CaregiverDigest, CaregiverPlace, PLACES};
pub use entropy::Entropy;
pub use envelope::{Answered, CommandEnvelope, Idempotency, Outcome, Rejection};
pub use error::{ClockFault, OpenError, StoreError};
pub use events::{Appended, Conflict, DecodeError, EventRow, NewEvent, Recorded, StoredEvent, Write};
pub(crate) use identity::StoreIdentity;
pub(crate) use lease::Claimant;
pub use messages::{Claimed, Depth, Draft};
pub(crate) use messages::{OutboxRow, channel, channel_word, kind_word};
pub use partition::{Partition, Partitions};
pub(crate) use rebuild::Begun;
pub use rebuild::{After, Leaf, Progress};
pub use rows::Rows;
pub use span::Span;
pub(crate) use span::Take;
pub use table::Table;

//! What an outsider builds to check the log of Ens: it needs the rows and the roots, and trusts nothing else of ours.
//!
//! stored row --encoding, version 1--> leaf --RFC 6962--> root of the partition --compared with--> a root noted before
//!
//! A row that was altered, dropped or swapped is found; one that was added leaves every earlier root provable; a destroyed
//! space leaves the log verifiable, because what is hashed is what is stored, and that is sealed.
//!
//! One tree a partition; the leaf at index *n* is the row at position *n* + 1. [`leaf`] writes the encoding down, with test
//! vectors; [`tree`] keeps a root in logarithmic memory; [`proof`] shows that a row is under a root and that a root grew out
//! of an older one; [`verify`] goes through the rows of a partition.
//!
//! ```
//! use ens_audit::{Row, Verifier};
//!
//! let mut verifier = Verifier::new();
//! verifier.take(&Row {
//!     position: 1,
//!     aggregate_type: "health_space",
//!     aggregate_id: "01890a5d-ac96-774b-bcce-b302099a8057",
//!     sequence: 1,
//!     event_type: "CodeLocked",
//!     event_version: "1.0",
//!     recorded_at: 1_630_324_800_000_000,
//!     payload: br#"{"CodeLocked":{"at":"2021-08-30T12:00:00Z"}}"#,
//!     metadata: b"{}",
//! })?;
//! let noted = verifier.head();
//! assert_eq!(noted.size, 1);
//! verifier.compare(&noted)?;
//! # Ok::<(), ens_audit::Finding>(())
//! ```

pub mod hash;
pub mod leaf;
pub mod proof;
pub mod tree;
pub mod verify;

pub use hash::Hash;
pub use leaf::Row;
pub use tree::{Head, Tree};
pub use verify::{Finding, Verifier};

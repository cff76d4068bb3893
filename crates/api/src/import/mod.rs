//! The import of insured persons: read line by line, checked, created in batches.

pub use batch::{Batch, Verdict};
pub use fields::{BadField, Fields};
pub use lines::LONGEST_LINE;
pub use person::{Admitted, Person};
pub use stream::{BadLine, ImportError, ImportReport, import, import_watched};

mod batch;
mod fields;
mod lines;
mod person;
mod stream;

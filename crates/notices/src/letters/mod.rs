//! What becomes of letters, as the carrier reports it: from a file, or from a folder that is watched.

pub use folder::{StatusFolder, WatchError};
pub use import::import_statuses;
pub use line::LetterStatus;
pub use report::{BadStatus, StatusField, StatusImportError, StatusReport};

mod folder;
mod import;
mod line;
mod lines;
mod report;

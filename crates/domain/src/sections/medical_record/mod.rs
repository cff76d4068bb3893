//! The medical record (*dossier médical partagé*, DMP): its documents, each a stream of its own with all its versions.
//!
//! ```text
//!  nothing --deposited--> current <--archived, unarchived--> archived          current | archived --replaced, corrected--> the same
//!  current | archived --withdrawn by the author--> withdrawn                   withdrawn --moved out--> moved out
//!  current | archived --moved out by the author--> moved out                   current | archived --deleted, the holder's own--> deleted
//! ```
//!
//! The gate decides who may do what, and is asked before anything is said of a document; the rules here are what it does not know. Who is
//! hidden from, whether it is pinned, whether it awaits an announcement: each of these stands beside the others, and none moves the document.
//! - nothing is done with a document but in a space that is open and in use
//! - the holders side deposits the types of the patient and nobody else does
//! - nothing is recorded for the time in which the person opposed
//! - a document that is gone stays gone
//! - no version is ever lost
//! - what awaits an announcement is never shown to the holder before its day
//! - what is hidden is never shown to a stranger

mod act;
mod announcement;
mod asked;
mod authorship;
mod bytes;
mod commands;
mod content;
mod events;
mod handling;
mod legacy;
mod refusal;
mod state;
#[cfg(test)]
mod tests;
mod title;

use super::item::{DecisionContext, Item, aggregate_of_item};

pub use act::{ActDays, ActDaysError};
pub use announcement::AnnouncementDays;
pub use bytes::{ContentDigest, ContentDigestError, ContentSize, ContentSizeError};
pub use commands::*;
pub use content::{Content, MediaType, MediaTypeError};
pub use events::DocumentEvent;
pub use legacy::LegacyDocument;
pub use refusal::DocumentRefusal;
pub use state::{Document, Standing};
pub use title::{DocumentTitle, DocumentTitleError};

impl Item for Document {
    fn decide(&self, command: DocumentCommand, context: &DecisionContext<'_>) -> Result<Vec<DocumentEvent>, DocumentRefusal> {
        command.decide(self, context.space, context.policy)
    }
}

aggregate_of_item!(Document, "document", DocumentCommand, DocumentEvent, DocumentRefusal);

//! Routes on what a space contains: one file a section, with its declarations, its bodies and its handlers.

use crate::http::gate::Declaration;

pub(crate) use explanations::{ReachBody, ReadersBody};

mod accesses;
mod consulting;
mod deposits;
mod document_answers;
mod document_changes;
mod document_contents;
mod documents;
mod explanations;
mod legacy_documents;
mod measures;

/// Every route of this folder.
pub(super) fn routes() -> Vec<Declaration> {
    [measures::routes(), documents::routes(), document_changes::routes(), accesses::routes(), explanations::routes()]
        .into_iter()
        .flatten()
        .collect()
}

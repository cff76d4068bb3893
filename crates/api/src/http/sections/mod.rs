//! Routes on what a space contains: one file a section, with its declarations, its bodies and its handlers.

use crate::http::gate::Declaration;

mod measures;

/// Every route of this folder.
pub(super) fn routes() -> Vec<Declaration> {
    measures::routes()
}

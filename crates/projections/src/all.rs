//! Every read model, those of the life before those of the sections.

use crate::read_model::ReadModel;
use crate::{life, sections};

/// Every read model, in the order in which a report shows them.
pub fn read_models() -> impl Iterator<Item = &'static dyn ReadModel> + Clone {
    life::READ_MODELS.iter().chain(sections::READ_MODELS).copied()
}

/// The read model of that name.
pub fn read_model(name: &str) -> Option<&'static dyn ReadModel> {
    read_models().find(|read_model| read_model.name() == name)
}

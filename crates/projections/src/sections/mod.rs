//! Read models of what a space contains, one for each section, and the list of them: a new one is listed here.

pub mod accesses;
pub mod documents;
pub mod measures;
pub mod messages_due;
pub mod readers_due;

use std::marker::PhantomData;

use crate::read_model::{Of, ReadModel};

pub(crate) const READ_MODELS: &[&dyn ReadModel] = &[
    &Of::<measures::Measures>(PhantomData),
    &Of::<documents::Documents>(PhantomData),
    &Of::<accesses::Accesses>(PhantomData),
    &Of::<messages_due::MessagesDue>(PhantomData),
];

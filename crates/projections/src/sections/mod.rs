//! Read models of what a space contains: one for each section.

pub mod measures;

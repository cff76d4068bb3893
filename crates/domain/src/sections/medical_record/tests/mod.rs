//! The rules of the medical record, one test a rule and named by it: for every request allowed, refused and quiet.

mod authorship;
mod deposit;
mod gone;
mod grammar;
mod handling;
mod legacy;
mod opposition;
mod persons;
mod random;
mod sealed;
mod service;
mod wording;

//! The service over HTTP, through a real server on loopback: who may, what is answered, what is refused, and what a stranger learns.

mod access;
mod after_opening;
mod before_opening;
mod campaign;
mod coded;
mod conditions;
mod creation;
mod documents;
mod engines;
mod log;
mod messages;
mod probes;
mod problems;
mod reading;
mod world;

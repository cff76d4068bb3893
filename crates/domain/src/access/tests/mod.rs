//! The rules of access, one test a rule and named by it, on spaces that are built without a log.

mod directory;
mod documents;
mod emergencies;
mod explanations;
mod holder_sides;
mod legacy_records;
mod of_spaces;
mod order;
mod professionals;
mod properties;
mod scene;
mod sequences;
mod services;
mod words;

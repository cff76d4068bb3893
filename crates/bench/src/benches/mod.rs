//! The benches: each prepares its ground, holds its contests and answers with rows.

pub(crate) mod access;
pub(crate) mod append;
pub(crate) mod commands;
pub(crate) mod consult;
pub(crate) mod deposits;
pub(crate) mod growth;
pub(crate) mod http;
pub(crate) mod mixed;
pub(crate) mod openings;
pub(crate) mod plot;
pub(crate) mod rebuild;
pub(crate) mod replay;

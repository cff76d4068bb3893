//! The peers and the bare limits, each set up as its own documentation does.

pub(crate) mod bare;
pub(crate) mod consult;
pub(crate) mod deposits;
pub(crate) mod http;
pub(crate) mod plain;
pub(crate) mod postgres;
pub(crate) mod refusal;
pub(crate) mod sqlite;

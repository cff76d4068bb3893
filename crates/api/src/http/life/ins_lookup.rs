//! From an INS that a client sent to the digest that the registry knows; the INS itself is not kept.

use ens_domain::ins::{Ins, InsAuthority, InsDigest, InsError, InsStatus};

use crate::app::App;

/// The digest of a matricule. Authority and status are no part of it.
pub(super) fn ins_digest(app: &App, matricule: &str) -> Result<InsDigest, InsError> {
    let ins = Ins::parse(matricule, InsAuthority::Nir, InsStatus::Provisional)?;
    Ok(ins.digest(app.store.index_key()))
}

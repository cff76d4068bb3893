//! Development tokens: what `ens token` prints, signed by the key in the data folder that production refuses.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};

use crate::config::{TokenKey, TokenSettings};

use super::claims::Claims;

/// A token that could not be signed.
#[derive(Debug, thiserror::Error)]
#[error("the development key does not sign: {0}")]
pub struct MintError(#[from] jsonwebtoken::errors::Error);

/// A token that this service accepts, from `now` for `lifetime`. The machine's clock checks it, whatever the service's own says.
///
/// # Errors
/// [`MintError`] where the key was altered.
pub fn mint(key: &TokenKey, tokens: &TokenSettings, claims: Claims, now: DateTime<Utc>, lifetime: TimeDelta) -> Result<String, MintError> {
    let claims = claims.issued(&tokens.issuer, &tokens.audience, now, now + lifetime);
    Ok(encode(&Header::new(Algorithm::EdDSA), &claims, &EncodingKey::from_ed_der(key.private_der()))?)
}

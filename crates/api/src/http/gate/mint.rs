//! Development tokens: what `ens token` prints, signed by the key in the data folder that production refuses.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;
use uuid::Uuid;

use crate::config::{TokenKey, TokenSettings};

use super::claims::Claims;

/// A token that could not be signed.
#[derive(Debug, thiserror::Error)]
#[error("the development key does not sign: {0}")]
pub struct MintError(#[from] jsonwebtoken::errors::Error);

/// The claims of a token, as they are signed.
#[derive(Serialize)]
struct Signed<'a> {
    #[serde(flatten)]
    claims: Claims,
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: Uuid,
}

/// A token that a service accepts which accepts development tokens, from `now` for `lifetime`. The machine's clock checks it, whatever the
/// service's own says.
///
/// # Errors
/// [`MintError`] where the key was altered.
pub fn mint(key: &TokenKey, tokens: &TokenSettings, claims: Claims, now: DateTime<Utc>, lifetime: TimeDelta) -> Result<String, MintError> {
    let (iss, aud) = (tokens.issuer.as_str(), tokens.audience.as_str());
    let signed = Signed { claims, iss, aud, iat: now.timestamp(), exp: (now + lifetime).timestamp(), jti: Uuid::now_v7() };
    Ok(encode(&Header::new(Algorithm::EdDSA), &signed, &EncodingKey::from_ed_der(key.private_der()))?)
}

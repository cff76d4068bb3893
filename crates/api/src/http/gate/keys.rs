//! The public keys that sign valid tokens: EdDSA, ES256 or RS256, from PEM files or a JSON Web Key Set.
//!
//! - the key decides how a token is checked; the token does not
//! - a token without a signature is no token
//! - a token under a shared secret is no token

use std::fmt;
use std::path::PathBuf;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};

use crate::config::{TokenKey, TokenSettings};

use super::claims::{Claims, ClaimsError};

/// By how many seconds two clocks may disagree.
const LEEWAY_SECONDS: u64 = 30;

/// The trusted keys, with the issuer and the audience that a token must name.
#[derive(Clone)]
pub struct Keys {
    trusted: Vec<Trusted>,
    issuer: String,
    audience: String,
}

#[derive(Clone)]
struct Trusted {
    kid: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

/// Keys that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A file cannot be read.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not a public key that we check with.
    #[error("{origin}: expected a public key in PEM: Ed25519, P-256 or RSA")]
    NotAKey {
        /// Where it came from.
        origin: String,
    },
    /// Not a key set, or a key in it that we do not check with.
    #[error("{origin}: expected a JSON Web Key Set of Ed25519, P-256 or RSA public keys")]
    NotAKeySet {
        /// Where it came from.
        origin: String,
    },
}

/// Why a token is refused. Never says what the token held.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// Not a token, or under no key that we know.
    #[error("not signed by a key that is configured here")]
    Unknown,
    /// Its last second is over.
    #[error("expired")]
    Expired,
    /// Another issuer's, or for another audience.
    #[error("issued by or for somebody else")]
    Foreign,
    /// A claim that the role needs is missing.
    #[error("{0}")]
    Claims(#[from] ClaimsError),
}

impl Keys {
    /// The keys that an operator configured; empty until one is added.
    ///
    /// # Errors
    /// [`KeysError`] names the file to mend.
    pub fn from_settings(settings: &TokenSettings) -> Result<Self, KeysError> {
        let mut keys = Self::none(&settings.issuer, &settings.audience);
        for path in &settings.keys {
            keys.add_pem(&path.display().to_string(), &read(path)?)?;
        }
        if let Some(path) = &settings.jwks {
            keys.add_key_set(&path.display().to_string(), &read(path)?)?;
        }
        Ok(keys)
    }

    /// No key: every token is refused until one is added.
    pub fn none(issuer: &str, audience: &str) -> Self {
        Self { trusted: Vec::new(), issuer: issuer.to_owned(), audience: audience.to_owned() }
    }

    /// Whether there is no key.
    pub const fn is_empty(&self) -> bool {
        self.trusted.is_empty()
    }

    /// Adds the development key.
    #[must_use]
    pub fn with_development(mut self, key: &TokenKey) -> Self {
        let key = DecodingKey::from_ed_der(key.public_bytes());
        self.trusted.push(Trusted { kid: None, algorithm: Algorithm::EdDSA, key });
        self
    }

    /// Adds a public key in PEM.
    ///
    /// # Errors
    /// [`KeysError::NotAKey`] for anything but an Ed25519, P-256 or RSA public key.
    pub fn add_pem(&mut self, origin: &str, pem: &[u8]) -> Result<(), KeysError> {
        let ed = DecodingKey::from_ed_pem(pem).map(|key| (Algorithm::EdDSA, key));
        let found = ed
            .or_else(|_| DecodingKey::from_ec_pem(pem).map(|key| (Algorithm::ES256, key)))
            .or_else(|_| DecodingKey::from_rsa_pem(pem).map(|key| (Algorithm::RS256, key)));
        let (algorithm, key) = found.map_err(|_| KeysError::NotAKey { origin: origin.to_owned() })?;
        self.trusted.push(Trusted { kid: None, algorithm, key });
        Ok(())
    }

    /// Adds every key of a set.
    ///
    /// # Errors
    /// [`KeysError::NotAKeySet`] for anything but Ed25519, P-256 and RSA public keys.
    pub fn add_key_set(&mut self, origin: &str, json: &[u8]) -> Result<(), KeysError> {
        let refused = || KeysError::NotAKeySet { origin: origin.to_owned() };
        let set: JwkSet = serde_json::from_slice(json).map_err(|_| refused())?;
        for jwk in &set.keys {
            let algorithm = algorithm_of(jwk).ok_or_else(refused)?;
            let key = DecodingKey::from_jwk(jwk).map_err(|_| refused())?;
            self.trusted.push(Trusted { kid: jwk.common.key_id.clone(), algorithm, key });
        }
        Ok(())
    }

    /// The claims of a valid token.
    ///
    /// # Errors
    /// [`TokenRefused`] says why the token is not valid.
    pub fn verify(&self, token: &str) -> Result<Claims, TokenRefused> {
        let header = decode_header(token).map_err(|_| TokenRefused::Unknown)?;
        let fits = |trusted: &&Trusted| {
            trusted.algorithm == header.alg && (header.kid.is_none() || trusted.kid.is_none() || trusted.kid == header.kid)
        };
        let mut refused = TokenRefused::Unknown;
        for trusted in self.trusted.iter().filter(fits) {
            match decode::<Claims>(token, &trusted.key, &self.validation(trusted.algorithm)) {
                Ok(decoded) => return Ok(decoded.claims),
                Err(error) => refused = why(error.kind()).unwrap_or(refused),
            }
        }
        Err(refused)
    }

    /// The last second in which these claims are valid.
    pub(super) const fn last_second(claims: &Claims) -> i64 {
        claims.exp.saturating_add_unsigned(LEEWAY_SECONDS)
    }

    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation
    }
}

/// Why a well signed token is refused; `None` where another key may know it.
fn why(kind: &ErrorKind) -> Option<TokenRefused> {
    if matches!(kind, ErrorKind::ExpiredSignature | ErrorKind::ImmatureSignature) {
        Some(TokenRefused::Expired)
    } else if matches!(kind, ErrorKind::InvalidIssuer | ErrorKind::InvalidAudience) {
        Some(TokenRefused::Foreign)
    } else {
        None
    }
}

fn algorithm_of(jwk: &Jwk) -> Option<Algorithm> {
    if let AlgorithmParameters::OctetKeyPair(pair) = &jwk.algorithm {
        (pair.curve == EllipticCurve::Ed25519).then_some(Algorithm::EdDSA)
    } else if let AlgorithmParameters::EllipticCurve(key) = &jwk.algorithm {
        (key.curve == EllipticCurve::P256).then_some(Algorithm::ES256)
    } else {
        matches!(jwk.algorithm, AlgorithmParameters::RSA(_)).then_some(Algorithm::RS256)
    }
}

fn read(path: &std::path::Path) -> Result<Vec<u8>, KeysError> {
    std::fs::read(path).map_err(|source| KeysError::File { path: path.to_owned(), source })
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keys").field("trusted", &self.trusted.len()).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

//! `KeySet` holds the public keys of one issuer, each with the algorithms that it may be used with, and verifies signatures.
//!
//! - the key decides how a token is checked; the token does not
//! - a key for another use is never used
//! - a weak key is never used

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::crypto;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use serde_json::Value;

use super::algorithm::SignatureAlgorithm::{self, EdDsa, Es256, Ps256, Rs256};
use super::refusal::TokenRefused;
use super::signed_token::SignedToken;

/// The shortest modulus of RSA, in bytes (2048 bits).
const SHORTEST_MODULUS: usize = 256;
/// Keys of one set at most: a token without the id of a key is tried with each.
const MOST_KEYS: usize = 64;

/// The keys of one issuer.
#[derive(Clone, Default)]
pub(super) struct KeySet(Vec<TrustedKey>);

#[derive(Clone)]
struct TrustedKey {
    kid: Option<String>,
    algorithms: Vec<SignatureAlgorithm>,
    key: DecodingKey,
}

impl KeySet {
    /// How many keys there are.
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    /// The keys of a JSON Web Key Set that are for checking signatures; the others are passed over. `None` where it is no set.
    pub(super) fn of_json(set: &Value) -> Option<Self> {
        let keys = set.get("keys")?.as_array()?.iter().take(MOST_KEYS);
        Some(Self(keys.filter_map(TrustedKey::of_json).collect()))
    }

    /// Every key of a set; `None` unless each is for checking signatures.
    pub(super) fn of_json_without_others(set: &Value) -> Option<Self> {
        let keys = set.get("keys")?.as_array()?;
        keys.iter().map(TrustedKey::of_json).collect::<Option<Vec<_>>>().map(Self)
    }

    /// A public key in PEM: Ed25519, P-256 or RSA.
    pub(super) fn of_pem(pem: &[u8]) -> Option<Self> {
        let found = DecodingKey::from_ed_pem(pem).map(|key| (EdDsa, key));
        let found = found.or_else(|_| DecodingKey::from_ec_pem(pem).map(|key| (Es256, key)));
        let found = found.or_else(|_| DecodingKey::from_rsa_pem(pem).map(|key| (Rs256, key)));
        // A text that is none of the three is no key, whatever each of the three readers says.
        let (algorithm, key) = found.ok()?;
        Some(Self(vec![TrustedKey { kid: None, algorithms: vec![algorithm], key }]))
    }

    /// An Ed25519 key, by its 32 bytes.
    pub(super) fn of_ed25519(public: &[u8]) -> Self {
        Self(vec![TrustedKey { kid: None, algorithms: vec![EdDsa], key: DecodingKey::from_ed_der(public) }])
    }

    /// Adds the keys of another set.
    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether a key has the id and the algorithm that the token names.
    pub(super) fn has_key_of(&self, token: &SignedToken<'_>) -> bool {
        self.0.iter().any(|key| key.fits(token))
    }

    /// Verifies the signature of a token.
    ///
    /// # Errors
    /// [`TokenRefused::UnknownKey`] where no key has its id and algorithm, [`TokenRefused::Signature`] where none of them made it.
    pub(super) fn verify(&self, token: &SignedToken<'_>) -> Result<(), TokenRefused> {
        if !self.has_key_of(token) {
            return Err(TokenRefused::UnknownKey);
        }
        let mut fitting = self.0.iter().filter(|key| key.fits(token));
        if fitting.any(|key| key.has_signed(token)) { Ok(()) } else { Err(TokenRefused::Signature) }
    }
}

impl TrustedKey {
    fn of_json(json: &Value) -> Option<Self> {
        // A key that the library cannot read is a key that cannot be used.
        let jwk: Jwk = serde_json::from_value(json.clone()).ok()?;
        let algorithms = algorithms_of(&jwk)?;
        // As above.
        let key = DecodingKey::from_jwk(&jwk).ok()?;
        Some(Self { kid: jwk.common.key_id, algorithms, key })
    }

    /// A key without an id fits any id: its algorithm and its signature decide.
    fn fits(&self, token: &SignedToken<'_>) -> bool {
        let named = token.kid.is_none() || self.kid.is_none() || self.kid == token.kid;
        named && self.algorithms.contains(&token.algorithm)
    }

    fn has_signed(&self, token: &SignedToken<'_>) -> bool {
        let algorithm = token.algorithm.of_library();
        crypto::verify(token.signature, token.signed.as_bytes(), &self.key, algorithm).unwrap_or(false)
    }
}

/// The algorithms that a key is for; `None` for a key that is not for checking signatures, or that is too weak.
fn algorithms_of(jwk: &Jwk) -> Option<Vec<SignatureAlgorithm>> {
    let signs = jwk.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
    let verifies = jwk.common.key_operations.as_ref().is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    let of_kind: &[SignatureAlgorithm] = if let AlgorithmParameters::OctetKeyPair(pair) = &jwk.algorithm {
        if pair.curve == EllipticCurve::Ed25519 && is_whole(&pair.x) { &[EdDsa] } else { &[] }
    } else if let AlgorithmParameters::EllipticCurve(key) = &jwk.algorithm {
        let whole = is_whole(&key.x) && is_whole(&key.y);
        if key.curve == EllipticCurve::P256 && whole { &[Es256] } else { &[] }
    } else if let AlgorithmParameters::RSA(key) = &jwk.algorithm {
        if is_strong(&key.n) { &[Rs256, Ps256] } else { &[] }
    } else {
        &[]
    };
    let named =
        |algorithm: &SignatureAlgorithm| jwk.common.key_algorithm.is_none_or(|name| name == KeyAlgorithm::from(algorithm.of_library()));
    let algorithms: Vec<SignatureAlgorithm> = of_kind.iter().copied().filter(named).collect();
    (signs && verifies && !algorithms.is_empty()).then_some(algorithms)
}

/// Whether a coordinate has the 32 bytes of its curve.
fn is_whole(coordinate: &str) -> bool {
    URL_SAFE_NO_PAD.decode(coordinate).is_ok_and(|bytes| bytes.len() == 32)
}

/// Whether a modulus is long enough; zeros before it do not count.
fn is_strong(modulus: &str) -> bool {
    URL_SAFE_NO_PAD.decode(modulus).is_ok_and(|bytes| bytes.iter().skip_while(|byte| **byte == 0).count() >= SHORTEST_MODULUS)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rsa(bytes: usize, change: &Value) -> Value {
        let mut key = json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(vec![0xC5; bytes]), "e": "AQAB", "kid": "k" });
        key.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        key
    }

    fn algorithms(key: &Value) -> Option<Vec<SignatureAlgorithm>> {
        TrustedKey::of_json(key).map(|key| key.algorithms)
    }

    #[test]
    fn a_key_for_another_use_is_never_used() {
        assert_eq!(algorithms(&rsa(256, &json!({}))), Some(vec![Rs256, Ps256]));
        assert_eq!(algorithms(&rsa(256, &json!({ "use": "sig", "alg": "PS256", "key_ops": ["verify"] }))), Some(vec![Ps256]));
        for other in [json!({ "use": "enc" }), json!({ "use": "x" }), json!({ "key_ops": ["encrypt"] }), json!({ "key_ops": [] })] {
            assert_eq!(algorithms(&rsa(256, &other)), None, "{other}");
        }
        for alg in ["RSA-OAEP", "HS256", "RS384", "ES256", "none", "x"] {
            assert_eq!(algorithms(&rsa(256, &json!({ "alg": alg }))), None, "{alg}");
        }
    }

    #[test]
    fn a_weak_key_is_never_used() {
        assert_eq!(algorithms(&rsa(255, &json!({}))), None);
        let padded = URL_SAFE_NO_PAD.encode([vec![0; 128], vec![0xC5; 128]].concat());
        assert_eq!(algorithms(&rsa(256, &json!({ "n": padded }))), None);
        assert_eq!(algorithms(&json!({ "kty": "oct", "k": "c2VjcmV0" })), None);
        let short = URL_SAFE_NO_PAD.encode([1; 31]);
        assert_eq!(algorithms(&json!({ "kty": "OKP", "crv": "Ed25519", "x": short })), None);
        assert_eq!(algorithms(&json!({ "kty": "EC", "crv": "P-256", "x": short, "y": short })), None);
        let long = URL_SAFE_NO_PAD.encode([1; 48]);
        assert_eq!(algorithms(&json!({ "kty": "EC", "crv": "P-384", "x": long, "y": long })), None);
    }

    #[test]
    fn keys_that_are_not_ours_to_read_are_passed_over() {
        let set = json!({ "keys": [rsa(256, &json!({})), { "kty": "new" }, 1, rsa(256, &json!({ "use": "enc" }))] });
        assert_eq!(KeySet::of_json(&set).unwrap().len(), 1);
        assert!(KeySet::of_json_without_others(&set).is_none());
        assert!(KeySet::of_json(&json!({ "keys": {} })).is_none() && KeySet::of_json(&json!([])).is_none());
        let many = json!({ "keys": vec![rsa(256, &json!({})); MOST_KEYS + 1] });
        assert_eq!(KeySet::of_json(&many).unwrap().len(), MOST_KEYS);
    }
}

//! `SignedToken` is a token taken apart (JWS in compact form, RFC 7515), before anything of it is believed.
//!
//! - a token has three parts and no more
//! - a header that changes how a token is read is refused
//! - an address or a key in the header is never looked at

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::algorithm::SignatureAlgorithm;
use super::refusal::TokenRefused;
use super::strict_json;

/// The longest token that is read; the sentence of [`TokenRefused::TooLong`] says it too.
const LONGEST: usize = 16_384;
/// The longest id of a key.
const LONGEST_KID: usize = 256;
/// Members of a header that change what the other parts mean. Nothing of the kind is done here.
const EXTENSIONS: [&str; 5] = ["crit", "b64", "cty", "zip", "enc"];
/// What a header may say of the type of an access token.
const TYPES: [&str; 3] = ["jwt", "at+jwt", "application/at+jwt"];

/// A token whose signature was not checked.
pub(super) struct SignedToken<'a> {
    /// What the signature covers.
    pub(super) signed: &'a str,
    /// The signature in base64url.
    pub(super) signature: &'a str,
    /// What the header says of the signature; the key has the last word.
    pub(super) algorithm: SignatureAlgorithm,
    /// The key's id.
    pub(super) kid: Option<String>,
    /// The claims.
    pub(super) claims: Map<String, Value>,
}

impl<'a> SignedToken<'a> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// [`TokenRefused`] where it has another form than the tokens that are read here.
    pub(super) fn parse(token: &'a str) -> Result<Self, TokenRefused> {
        if token.len() > LONGEST {
            return Err(TokenRefused::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenRefused::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenRefused::Malformed)?;
        let header = part(header)?;
        let algorithm = header.get("alg").and_then(Value::as_str).ok_or(TokenRefused::Malformed)?;
        let algorithm = SignatureAlgorithm::named(algorithm).ok_or(TokenRefused::Algorithm)?;
        if EXTENSIONS.iter().any(|name| header.contains_key(*name)) {
            return Err(TokenRefused::Extension);
        }
        if !header.get("typ").is_none_or(is_access_token) {
            return Err(TokenRefused::Kind);
        }
        let kid = match header.get("kid") {
            None => None,
            Some(Value::String(kid)) if kid.len() <= LONGEST_KID => Some(kid.clone()),
            Some(_) => return Err(TokenRefused::Malformed),
        };
        Ok(Self { signed, signature, algorithm, kid, claims: part(payload)? })
    }

    /// Who the token says has issued it.
    pub(super) fn issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }
}

fn is_access_token(kind: &Value) -> bool {
    kind.as_str().is_some_and(|kind| TYPES.iter().any(|known| kind.eq_ignore_ascii_case(known)))
}

/// A part in base64url without padding, as a JSON object.
fn part(text: &str) -> Result<Map<String, Value>, TokenRefused> {
    let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenRefused::Malformed)?;
    strict_json::object(&json).ok_or(TokenRefused::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, payload: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
    }

    fn refusal(token: &str) -> Option<TokenRefused> {
        SignedToken::parse(token).err()
    }

    #[test]
    fn a_token_has_three_parts_and_no_more() {
        let fine = token(r#"{"alg":"ES256"}"#, "{}");
        assert_eq!(refusal(&fine), None);
        for odd in ["", ".", "..", "a.b", &format!("{fine}.x"), &format!(".{fine}"), &fine.replace('.', " ")] {
            assert_eq!(refusal(odd), Some(TokenRefused::Malformed), "{odd}");
        }
        assert_eq!(refusal(&"a".repeat(LONGEST + 1)), Some(TokenRefused::TooLong));
        assert!(TokenRefused::TooLong.to_string().contains(&LONGEST.to_string()));
    }

    #[test]
    fn a_header_that_changes_how_a_token_is_read_is_refused() {
        for name in EXTENSIONS {
            assert_eq!(refusal(&token(&format!(r#"{{"alg":"ES256","{name}":["exp"]}}"#), "{}")), Some(TokenRefused::Extension), "{name}");
        }
        for kind in [r#""dpop+jwt""#, r#""logout+jwt""#, "1", "null"] {
            assert_eq!(refusal(&token(&format!(r#"{{"alg":"ES256","typ":{kind}}}"#), "{}")), Some(TokenRefused::Kind), "{kind}");
        }
        for name in ["none", "None", "HS256", "HS512", "RS512", "es256", "ES256K", ""] {
            assert_eq!(refusal(&token(&format!(r#"{{"alg":"{name}"}}"#), "{}")), Some(TokenRefused::Algorithm), "{name}");
        }
        for header in [r#"{"kid":"x"}"#, r#"{"alg":1}"#, r#"{"alg":"ES256","kid":1}"#, r#"{"alg":"ES256","alg":"ES256"}"#, "[]"] {
            assert_eq!(refusal(&token(header, "{}")), Some(TokenRefused::Malformed), "{header}");
        }
    }

    #[test]
    fn an_address_or_a_key_in_the_header_is_never_looked_at() {
        let header = r#"{"alg":"ES256","kid":"k","jku":"https://x","x5u":"https://x","jwk":{"kty":"oct"},"x5c":["x"]}"#;
        let text = token(header, r#"{"iss":"x"}"#);
        let token = SignedToken::parse(&text).ok().unwrap();
        assert_eq!((token.kid.as_deref(), token.issuer()), (Some("k"), Some("x")));
    }
}

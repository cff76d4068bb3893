//! Idempotency keys: the client names a request, so that repeating it takes effect once.
//!
//! key + caller --digest--> the store's key        key + method, path, body --keyed digest--> the digest of the content
//!
//! Requests with a code have no caller. There the content is part of the key: a key with two contents would tell a stranger whether the
//! first was about somebody who exists. Without the client's key the content cannot be guessed from its digest.
//! - the client's key is never stored
//! - one caller's key is not another's

use axum::http::HeaderMap;
use ens_domain::ids::ItemId;
use ens_store::{CommandEnvelope, Idempotency};
use ring::{digest, hmac};

use crate::problem::{Problem, ProblemType};

const HEADER: &str = "idempotency-key";
const LONGEST: usize = 255;

/// The header's value: 1 to 255 printable characters, in quotes or not.
fn given(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    let refused = || {
        Problem::new(ProblemType::MALFORMED)
            .detail("Idempotency-Key: expected 1 to 255 printable ASCII characters, such as a UUID of version 7")
    };
    let text = value.to_str().map_err(|_| refused())?.trim();
    let text = text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(text);
    if text.is_empty() || text.len() > LONGEST { Err(refused()) } else { Ok(Some(text.to_owned())) }
}

/// What makes two requests the same.
pub(crate) struct RequestContent<'a> {
    /// The digest of the caller; `None` without a token.
    pub(crate) caller: Option<&'a [u8]>,
    /// The method.
    pub(crate) method: &'a str,
    /// The path.
    pub(crate) path: &'a str,
    /// The body.
    pub(crate) body: &'a [u8],
}

/// What the store needs to recognise a repeated request; `None` where the client gave no key.
pub(crate) fn read(headers: &HeaderMap, content: &RequestContent<'_>) -> Result<Option<Idempotency>, Problem> {
    Ok(given(headers)?.map(|key| {
        let mut asked = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()));
        for part in [content.method.as_bytes(), b"\0", content.path.as_bytes(), b"\0", content.body] {
            asked.update(part);
        }
        let mut digest = [0; 32];
        digest.copy_from_slice(asked.sign().as_ref());
        let mut name = digest::Context::new(&digest::SHA256);
        name.update(b"ens idempotency key 1\0");
        name.update(content.caller.unwrap_or(&digest));
        name.update(b"\0");
        name.update(key.as_bytes());
        Idempotency::new(key, digest).renamed(hex(name.finish().as_ref()))
    }))
}

/// The key of one of the commands that a request becomes: that of the request, for this item.
pub(crate) fn for_item(key: Idempotency, item: ItemId) -> Idempotency {
    let name = digest::digest(&digest::SHA256, format!("ens idempotency key of an item 1\0{}\0{item}", key.key).as_bytes());
    key.renamed(hex(name.as_ref()))
}

/// The envelope under its idempotency key, if it has one.
pub(crate) fn under_key(envelope: CommandEnvelope, idempotency: Option<Idempotency>) -> CommandEnvelope {
    CommandEnvelope { idempotency, ..envelope }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMED: &str = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";

    fn headers(key: &str) -> HeaderMap {
        HeaderMap::from_iter([(HEADER.parse().unwrap(), key.parse().unwrap())])
    }

    fn content(caller: Option<&'static [u8]>, body: &'static [u8]) -> RequestContent<'static> {
        RequestContent { caller, method: "POST", path: "/v1/spaces", body }
    }

    fn key(text: &str, caller: &'static [u8], body: &'static [u8]) -> Idempotency {
        read(&headers(text), &content(Some(caller), body)).unwrap().unwrap()
    }

    #[test]
    fn the_same_request_of_the_same_caller_is_the_same() {
        assert_eq!(key("a", b"me", b"{}"), key("\"a\"", b"me", b"{}"));
    }

    #[test]
    fn another_body_is_another_request_under_the_same_key() {
        let (first, second) = (key("a", b"me", b"{}"), key("a", b"me", b"[]"));
        assert_eq!(first.key, second.key);
        assert_ne!(first.digest, second.digest);
    }

    #[test]
    fn one_callers_key_is_not_anothers() {
        assert_ne!(key("a", b"me", b"{}").key, key("a", b"you", b"{}").key);
    }

    #[test]
    fn the_clients_key_is_never_stored() {
        let stored = key("aCanaryOfAKey", b"me", b"{}");
        assert!(!stored.key.contains("Canary") && !stored.digest.windows(6).any(|part| part == b"Canary"));
    }

    #[test]
    fn a_key_that_tells_when_it_was_made_still_belongs_to_one_caller() {
        let (mine, yours) = (key(TIMED, b"me", b"{}"), key(TIMED, b"you", b"{}"));
        assert!(mine.key != yours.key && !mine.key.contains("017f22e2"));
        // What says when it was made is kept apart from the name.
        assert_ne!(mine, Idempotency::new(mine.key.clone(), mine.digest));
    }

    #[test]
    fn two_contents_without_a_token_never_meet() {
        let public = |body| read(&headers("a"), &content(None, body)).unwrap().unwrap();
        assert_ne!(public(b"{}").key, public(b"[]").key);
        assert_eq!(public(b"{}"), public(b"{}"));
    }

    #[test]
    fn each_item_of_a_request_has_a_key_of_its_own() {
        let [first, second] = [1, 2].map(|number| for_item(key("a", b"me", b"{}"), ItemId::from(uuid::Uuid::from_u128(number))));
        assert!(first.key != second.key && first.key != key("a", b"me", b"{}").key);
        assert_eq!(first.digest, second.digest);
    }

    #[test]
    fn a_key_is_short_and_not_empty() {
        assert!(read(&headers(&"x".repeat(256)), &content(None, b"")).is_err());
        assert!(read(&headers("\"\""), &content(None, b"")).is_err());
        assert!(read(&HeaderMap::new(), &content(None, b"")).unwrap().is_none());
    }
}

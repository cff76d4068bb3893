//! The types of problem that any route can answer: stable name, status, title and remedy.
//!
//! What the rules of the domain refuse has types of its own, one list for each enum of refusals (`space_refusals.rs`).

use axum::http::StatusCode;

/// A type of problem (RFC 9457). A client matches on its name, which never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProblemType {
    /// The last part of the type's URI, stable for ever.
    pub slug: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// The type in words.
    pub title: &'static str,
    /// What the client should do.
    pub remedy: &'static str,
}

/// The status that a request gets from the time limit, before it becomes a problem.
pub const TOO_SLOW: StatusCode = StatusCode::GATEWAY_TIMEOUT;

macro_rules! general_types {
    ($($name:ident = $slug:literal, $status:ident, $title:literal, $remedy:literal;)*) => {
        impl ProblemType {
            $(
                #[doc = concat!("`", $slug, "`: ", $title, ".")]
                pub const $name: &'static Self = &Self { slug: $slug, status: StatusCode::$status, title: $title, remedy: $remedy };
            )*

            /// Every type of this file.
            pub(super) const GENERAL: &'static [&'static Self] = &[$(Self::$name),*];
        }
    };
}

general_types! {
    // The request itself.
    MALFORMED = "malformed-request", BAD_REQUEST, "the request cannot be read", "mend the syntax that the detail names";
    INVALID_FIELDS = "invalid-fields", UNPROCESSABLE_ENTITY, "fields have to be mended", "mend each field of `errors` and send again";
    BODY_TOO_LARGE = "body-too-large", PAYLOAD_TOO_LARGE, "the body is too large", "send less at once, or use the import";
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "this media type is not read here",
        "send the content type that /openapi.json names for this route";
    RANGE_NOT_SATISFIABLE = "range-not-satisfiable", RANGE_NOT_SATISFIABLE, "the content has no such bytes", "ask for bytes from 0 up to `size`";
    METHOD_NOT_ALLOWED = "method-not-allowed", METHOD_NOT_ALLOWED, "this method is not known here", "use one of `Allow`";
    // Who asks.
    UNAUTHENTICATED = "unauthenticated", UNAUTHORIZED, "no valid token",
        "send `Authorization: Bearer` with a valid, unexpired token of the configured issuer";
    ISSUER_UNAVAILABLE = "issuer-unavailable", SERVICE_UNAVAILABLE, "the issuer of the token does not answer",
        "try again after `Retry-After` seconds with the same token";
    FORBIDDEN = "forbidden", FORBIDDEN, "this role may not", "ask somebody with one of the roles that the route names";
    NOT_FOUND = "not-found", NOT_FOUND, "nothing here that you may reach", "check the address; a space is found by POST /v1/spaces/search";
    CODE_NOT_ACCEPTED = "code-not-accepted", FORBIDDEN, "these traits and this code cannot be accepted together",
        "check both; after several attempts ask for a new code by POST /v1/codes, or call the support line";
    // When.
    PRECONDITION_REQUIRED = "precondition-required", PRECONDITION_REQUIRED, "this needs If-Match",
        "read the space, and send its ETag as If-Match";
    STALE_VERSION = "stale-version", PRECONDITION_FAILED, "the space has changed since",
        "read the space again, decide again, send its new ETag";
    KEY_REUSED = "idempotency-key-reused", UNPROCESSABLE_ENTITY, "this Idempotency-Key was used for another request",
        "use a new key for a new request, and the same only to repeat the same one";
    TOO_MANY_REQUESTS = "too-many-requests", TOO_MANY_REQUESTS, "too many requests from this address", "wait for `Retry-After` seconds";
    READ_MODEL_BEHIND = "read-model-behind", SERVICE_UNAVAILABLE, "the answer does not reflect that position yet",
        "try again after `Retry-After` seconds, or allow a longer wait by `Prefer: wait`";
    // What a request asks of the registry and of messages.
    INS_TAKEN = "ins-taken", CONFLICT, "another space bears this INS", "have the national identity service settle whose it is";
    CAREGIVER_HELPS_ENOUGH = "caregiver-helps-enough", CONFLICT, "this caregiver helps as many persons as they may",
        "have the caregiver help somebody else no longer, then try again; `at_most` says how many they may help";
    NOT_A_BOUNCE = "not-a-bounce", UNPROCESSABLE_ENTITY, "not a delivery status notification of ours",
        "send the report as it came (message/rfc822, RFC 3464)";
    // Us.
    TOOK_TOO_LONG = "took-too-long", SERVICE_UNAVAILABLE, "this took too long", "try again with the same Idempotency-Key";
    OVERLOADED = "overloaded", SERVICE_UNAVAILABLE, "more commands wait already than this process takes",
        "try again after `Retry-After` seconds with the same Idempotency-Key; nothing was begun";
    UNAVAILABLE = "unavailable", SERVICE_UNAVAILABLE, "the store does not answer", "try again with the same Idempotency-Key";
    INTERNAL = "internal", INTERNAL_SERVER_ERROR, "something of ours went wrong", "report `instance` to the operator";
}

impl ProblemType {
    /// The type as a client reads it.
    pub fn uri(&self) -> String {
        format!("urn:ens:problem:{}", self.slug)
    }

    /// When to try again where nothing more precise is known, in seconds.
    pub(super) fn retry_after(&self) -> Option<u64> {
        (self.status == StatusCode::SERVICE_UNAVAILABLE).then_some(1)
    }

    /// Whether the client only has to wait, and nothing of ours went wrong.
    pub(crate) fn tells_to_wait(&self) -> bool {
        self == Self::READ_MODEL_BEHIND || self == Self::OVERLOADED || self == Self::ISSUER_UNAVAILABLE
    }

    /// The type of an answer that has a status and no problem, such as the framework's own refusals; `None` for a success.
    pub(super) fn of_status(status: StatusCode) -> Option<&'static Self> {
        match status {
            StatusCode::NOT_FOUND => Some(Self::NOT_FOUND),
            StatusCode::METHOD_NOT_ALLOWED => Some(Self::METHOD_NOT_ALLOWED),
            StatusCode::PAYLOAD_TOO_LARGE => Some(Self::BODY_TOO_LARGE),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(Self::UNSUPPORTED_MEDIA_TYPE),
            StatusCode::UNPROCESSABLE_ENTITY => Some(Self::INVALID_FIELDS),
            TOO_SLOW => Some(Self::TOOK_TOO_LONG),
            status if status.is_client_error() => Some(Self::MALFORMED),
            status if status.is_server_error() => Some(Self::INTERNAL),
            _ => None,
        }
    }
}

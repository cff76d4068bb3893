//! Parameters that many routes take, as the OpenAPI document shows them. The extractors of this folder read them.

use utoipa::IntoParams;
use uuid::Uuid;

/// What every change of an existing space brings.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; `request.rs` reads the headers themselves")]
pub(crate) struct ChangeHeaders {
    /// The ETag of the space as it was read, or `*`. Without it: 428; another version: 412.
    #[param(rename = "If-Match", required = true, example = "\"7\"")]
    if_match: String,
    /// Makes repeating this request safe: it takes effect once and answers the same again.
    #[param(rename = "Idempotency-Key", required = false)]
    idempotency_key: Option<String>,
}

/// What a creation may bring.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; `request.rs` reads the header itself")]
pub(crate) struct CreationHeaders {
    /// makes repeating this request safe; best a UUID of version 7
    #[param(rename = "Idempotency-Key", required = false)]
    idempotency_key: Option<String>,
}

/// What a read may bring.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; `position.rs` reads the headers themselves")]
pub(crate) struct ReadHeaders {
    /// A position that a write answered: the answer reflects it.
    #[param(rename = "Ens-Position", required = false, example = "3:1729")]
    ens_position: Option<String>,
    /// How many seconds to wait for that, such as `wait=5`; without it, 503 at once.
    #[param(rename = "Prefer", required = false)]
    prefer: Option<String>,
}

/// Which space.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; `request.rs` reads the path itself")]
pub(crate) struct SpacePath {
    /// The id of the space.
    space: Uuid,
}

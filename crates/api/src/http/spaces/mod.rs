//! One person's space, asked and answered over HTTP: a file a section, each with its bodies, its handlers and their routes.

use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::app::App;

mod access;
mod closing;
mod codes;
mod creation;
mod destruction;
mod opposition;
mod person;
mod reading;
mod representation;
mod search;
mod suspension;

pub(super) mod import;

/// Every route of this section but the import, which is never cut short.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(creation::routes())
        .merge(search::routes())
        .merge(reading::routes())
        .merge(codes::routes())
        .merge(opposition::routes())
        .merge(person::routes())
        .merge(representation::routes())
        .merge(access::routes())
        .merge(suspension::routes())
        .merge(closing::routes())
        .merge(destruction::routes())
}

/// What every change of an existing space brings.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; `request.rs` reads the headers themselves")]
pub(super) struct ChangeHeaders {
    /// The ETag of the space as it was read, or `*`. Without it: 428; another version: 412.
    #[param(rename = "If-Match", required = true, example = "\"7\"")]
    if_match: String,
    /// Makes repeating this request safe: it takes effect once and answers the same again.
    #[param(rename = "Idempotency-Key", required = false)]
    idempotency_key: Option<String>,
}

/// What a read may bring.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; `position.rs` reads the headers themselves")]
pub(super) struct ReadHeaders {
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
pub(super) struct SpacePath {
    /// The id of the space.
    space: Uuid,
}

//! Sends a new provisional code for a space if the given birth date is the holder's, and hides from the client whether it was.
//!
//! The route itself is in `public_code_routes.rs`, which finds the space by INS.

use chrono::NaiveDate;
use ens_domain::ids::SpaceId;
use ens_domain::party::Party;
use ens_domain::space::HealthSpace;
use ens_notices::envelopes;
use ens_store::{Idempotency, OpenError, Rejection, StoreError};

use crate::app::App;
use crate::http::wire::under_key;
use crate::problem::Problem;

/// Sends a new code where the birth date is the holder's; a refusal by a rule is not told to the client.
///
/// # Errors
/// The store's alone.
pub(super) async fn reissue_to(app: &App, space: SpaceId, born_on: NaiveDate, key: Option<Idempotency>) -> Result<(), Problem> {
    let Some(loaded) = app.store.log().state(space).await? else {
        return Ok(());
    };
    if !is_born_on(app, space, &loaded.space, born_on).await? {
        return Ok(());
    }
    let envelope = envelopes::reissue(app, &loaded.space, Party::Holder)?.with_metadata("role", "public");
    match app.store.commands().execute(under_key(envelope, key), &app.policy).await {
        Ok(_) | Err(Rejection::Refused(_) | Rejection::NoSuchSpace | Rejection::Stale { .. } | Rejection::KeyReused) => Ok(()),
        // Only a space that exists can be contended: that may not show.
        Err(Rejection::Store(error @ StoreError::Contended { .. })) => {
            tracing::warn!(%error, "a code that was asked for could not be issued");
            Ok(())
        }
        Err(Rejection::Store(error)) => Err(Problem::from(error)),
    }
}

async fn is_born_on(app: &App, space: SpaceId, state: &HealthSpace, born_on: NaiveDate) -> Result<bool, StoreError> {
    let Some(identity) = state.identity() else {
        return Ok(false);
    };
    match app.store.log().open_personal(space, identity).await {
        Ok(identity) => Ok(identity.born_on() == born_on),
        // The space was destroyed: nobody is known under it any more.
        Err(StoreError::Open(OpenError::Destroyed)) => Ok(false),
        Err(error) => Err(error),
    }
}

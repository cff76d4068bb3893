//! Issuing the notices that are owed: a code and a message for each space, in batches, partition by partition, in the order of the ids.
//!
//! - a space whose notice is already on its way gets no second one; whoever else is issuing
//! - a space that cannot be told holds up no other

use ens_domain::ids::SpaceId;
use ens_projections::notices_due::notices_due;
use ens_store::{Rejection, StoreError};

use tokio::task::coop::consume_budget;

use crate::app::App;
use crate::notify::orders;

use super::clock;

/// Spaces loaded together.
const BATCH: u32 = 500;

/// What a round of issuing did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Issued {
    /// Notices ordered.
    pub issued: u64,
    /// Spaces that no longer owed one: the read model was behind, or somebody else was first.
    pub quiet: u64,
    /// Spaces that refused.
    pub refused: u64,
}

/// Issues about `limit` of the notices that are owed.
///
/// # Errors
/// The store's; what was issued before stays issued.
pub async fn issue_due(app: &App, limit: u32) -> Result<Issued, StoreError> {
    clock::trusted(app).await?;
    let mut done = Issued::default();
    for partition in app.store.partitions().each() {
        let mut after = None;
        while done.issued < u64::from(limit) {
            let page = notices_due(&app.store, partition, after, BATCH).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.space);
            let spaces: Vec<SpaceId> = page.iter().map(|due| due.space).collect();
            issue(app, &spaces, &mut done).await?;
        }
    }
    if done.issued > 0 {
        metrics::counter!("ens_notices_issued_total").increment(done.issued);
    }
    Ok(done)
}

async fn issue(app: &App, spaces: &[SpaceId], done: &mut Issued) -> Result<(), StoreError> {
    let mut orders = Vec::with_capacity(spaces.len());
    for loaded in app.store.log().states(spaces).await?.into_iter().flatten() {
        // Writing a page of orders takes milliseconds; who clicks may be waiting on this thread.
        consume_budget().await;
        match loaded.space.notice_due() {
            // The draft's channel is the one of this version; another version is looked at again in the next round.
            Some(channel) => orders.push(orders::notice(app, &loaded.space, channel)?.expecting(loaded.version)),
            None => done.quiet += 1,
        }
    }
    for answer in app.store.commands().execute_all(orders, &app.policy).await {
        match answer {
            Ok(outcome) if outcome.is_quiet() => done.quiet += 1,
            Ok(_) => done.issued += 1,
            Err(Rejection::Stale { .. }) => done.quiet += 1,
            Err(Rejection::Store(error)) => return Err(error),
            Err(Rejection::Refused(_) | Rejection::NoSuchSpace | Rejection::KeyReused) => done.refused += 1,
        }
    }
    Ok(())
}

//! Issuing the prior notices that are owed: a code and a message for each space, in batches, partition by partition, by space id.
//!
//! - a space whose notice is already on its way gets no second one; whoever else is issuing
//! - a space that cannot be told holds up no other

use ens_domain::ids::SpaceId;
use ens_projections::notices_due::notices_due;
use ens_store::{CommandContext, Rejection, StoreError};
use tokio::task::coop::consume_budget;

use crate::envelopes;

/// Spaces loaded together.
const BATCH: u32 = 500;

/// What became of the notices that were owed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Issued {
    /// Notices that are now in the outbox.
    pub issued: u64,
    /// Spaces that were not owed one any more: the read model was behind, or another process was first.
    pub quiet: u64,
    /// Spaces that refused.
    pub refused: u64,
}

/// Issues about `limit` of the notices that are owed.
///
/// # Errors
/// The store's; what was issued before stays issued.
pub async fn issue_due(context: &CommandContext, limit: u32) -> Result<Issued, StoreError> {
    context.trust_clock().await?;
    let mut done = Issued::default();
    for partition in context.store.partitions().each() {
        let mut after = None;
        while done.issued < u64::from(limit) {
            let page = notices_due(&context.store, partition, after, BATCH).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.space);
            let spaces: Vec<SpaceId> = page.iter().map(|due| due.space).collect();
            issue(context, &spaces, &mut done).await?;
        }
    }
    if done.issued > 0 {
        metrics::counter!("ens_notices_issued_total").increment(done.issued);
    }
    Ok(done)
}

async fn issue(context: &CommandContext, spaces: &[SpaceId], done: &mut Issued) -> Result<(), StoreError> {
    let mut envelopes = Vec::with_capacity(spaces.len());
    for loaded in context.store.log().states(spaces).await?.into_iter().flatten() {
        // Preparing a page of commands takes milliseconds, during which a request may wait for this thread.
        consume_budget().await;
        match loaded.space.notice_due() {
            // The channel was chosen for this version of the space; if it has changed since, the next round looks again.
            Some(channel) => envelopes.push(envelopes::notice(context, &loaded.space, channel)?.expecting(loaded.version)),
            None => done.quiet += 1,
        }
    }
    for answer in context.store.commands().execute_all(envelopes, &context.policy).await {
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

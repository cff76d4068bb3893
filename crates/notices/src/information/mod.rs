//! Information after the fact: those whom a reading or a document concerns are told, each once. What is owed is the read model `messages_due`.
//!
//! row of what is due --who is concerned?--> `SendInformation` + messages, in one transaction --> outbox        nobody to tell: noted all the same
//! - what is owed is told once whoever else is telling
//! - a space that cannot be told of something holds up no other

mod concerned;
mod envelope;

use std::collections::HashMap;

use ens_domain::calendar::paris;
use ens_domain::ids::SpaceId;
use ens_domain::space::telling::{Addressee, TellingOutcome};
use ens_domain::space::{InformationEvent, SpaceEvent};
use ens_projections::messages_due::{MessageDue, messages_due};
use ens_store::{Answered, CommandContext, CommandEnvelope, Loaded, Outcome, Rejection, StoreError};
use tokio::task::coop::consume_budget;

use self::concerned::Occasions;
use self::envelope::Envelopes;
use crate::professional_mailboxes::ProfessionalMailboxes;

/// Rows taken together.
const BATCH: u32 = 200;

/// What became of what was owed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Informed {
    /// Occasions that are settled now.
    pub settled: u64,
    /// Occasions that were settled before, or whose space changed meanwhile: the next round looks again.
    pub quiet: u64,
    /// Occasions that wait, because their space is suspended or cannot be told.
    pub waiting: u64,
}

/// Tells who is owed a message after the fact.
pub struct Information<'a> {
    /// Where, when and under which policy.
    pub context: &'a CommandContext,
    /// How professionals are reached.
    pub mailboxes: &'a ProfessionalMailboxes,
}

impl Information<'_> {
    /// Settles about `limit` of what is owed today.
    ///
    /// # Errors
    /// The store's; what was settled before stays settled.
    pub async fn send_due(&self, limit: u32) -> Result<Informed, StoreError> {
        self.context.trust_clock().await?;
        let (mut done, today) = (Informed::default(), paris::day_of(self.context.now()));
        for partition in self.context.store.partitions().each() {
            let mut after = None;
            while done.settled < u64::from(limit) {
                let page = messages_due(&self.context.store, partition, today, after.as_ref(), BATCH).await?;
                self.settle(&page, &mut done).await?;
                after = page.into_iter().next_back();
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(done)
    }

    async fn settle(&self, page: &[MessageDue], done: &mut Informed) -> Result<(), StoreError> {
        let envelopes = self.envelopes(page, done).await?;
        for answer in self.context.store.commands().execute_all(envelopes, &self.context.policy).await {
            match answer {
                Ok(outcome) if outcome.answered == Answered::Again || outcome.is_quiet() => done.quiet += 1,
                Ok(outcome) => {
                    done.settled += 1;
                    count(&outcome);
                }
                Err(Rejection::Stale { .. } | Rejection::KeyReused) => done.quiet += 1,
                Err(Rejection::Store(error)) => return Err(error),
                Err(Rejection::Refused(_) | Rejection::NoSuchSpace) => done.waiting += 1,
            }
        }
        Ok(())
    }

    /// The commands that these rows ask for. Those of one space expect the same version of it, so one is taken in a round.
    async fn envelopes(&self, page: &[MessageDue], done: &mut Informed) -> Result<Vec<CommandEnvelope>, StoreError> {
        let spaces = self.spaces(page).await?;
        let (occasions, tellings) = (Occasions { context: self.context }, Envelopes { context: self.context, mailboxes: self.mailboxes });
        let mut envelopes = Vec::new();
        for due in page {
            consume_budget().await;
            let Some(loaded) = spaces.get(&due.space) else { continue };
            let found = occasions.of(due).await?;
            done.quiet += u64::from(found.is_empty());
            for concerned in found {
                match tellings.telling(concerned, loaded)? {
                    Some(envelope) => envelopes.push(envelope),
                    None => done.waiting += 1,
                }
            }
        }
        Ok(envelopes)
    }

    async fn spaces(&self, page: &[MessageDue]) -> Result<HashMap<SpaceId, Loaded>, StoreError> {
        let mut ids: Vec<SpaceId> = page.iter().map(|due| due.space).collect();
        ids.sort_unstable();
        ids.dedup();
        let states = self.context.store.log().states(&ids).await?;
        Ok(ids.into_iter().zip(states).filter_map(|(id, found)| Some((id, found?))).collect())
    }
}

/// Counts who was told, and who was not and why.
fn count(outcome: &Outcome) {
    for event in outcome.space_events() {
        let SpaceEvent::Information(InformationEvent::InformationSent { occasion, told, .. }) = event else { continue };
        for telling in told {
            let to = match telling.to {
                Addressee::Holder => "holder",
                Addressee::AttendingDoctor { .. } => "attending_doctor",
                Addressee::Reader { .. } => "reader",
            };
            let outcome = match &telling.outcome {
                TellingOutcome::Sent { .. } => "sent",
                TellingOutcome::NotSent { why } => why.name(),
            };
            let occasion = envelope::name(occasion);
            metrics::counter!("ens_information_total", "occasion" => occasion, "to" => to, "outcome" => outcome).increment(1);
        }
    }
}

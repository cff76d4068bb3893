//! The dispatcher's letters: written together, given to the carrier as one batch, kept in the outbox until the carrier says posted.
//!
//! The carrier recognises a letter that it has taken already.
//! - a batch that the carrier did not take is handed over again

use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::space::commands::RecordLetterReturned;
use ens_domain::space::terms::Channel;
use ens_store::{Claimed, CommandEnvelope, StoreError};

use super::mail::carries_code;
use super::writing::Unwritable;
use super::{Desk, Dispatched, Dispatcher, count, lease, reference};
use crate::notify::post::OutgoingLetter;

/// A batch, sorted by what can be done with it.
#[derive(Default)]
struct Sorted<'a> {
    ready: Vec<(&'a Claimed, OutgoingLetter)>,
    unwanted: Vec<&'a Claimed>,
    nowhere: Vec<&'a Claimed>,
    later: Vec<&'a Claimed>,
}

impl Dispatcher {
    /// One batch of letters.
    ///
    /// # Errors
    /// The store's.
    pub async fn hand_over_letters(&self) -> Result<Dispatched, StoreError> {
        let claims = self.app.store.outbox().claim(Channel::Post, self.app.now(), self.pace.letters, lease(&self.pace)).await?;
        if claims.is_empty() {
            return Ok(Dispatched::default());
        }
        let desk = self.desk(&claims).await?;
        let mut sorted = self.sort(&desk, &claims);
        let mut done = Dispatched { claimed: claims.len() as u64, ..Dispatched::default() };
        done.letters = self.hand_over(&mut sorted).await?;
        self.app.store.outbox().discard_all(&addresses(&sorted.unwanted)).await?;
        done.unwanted = sorted.unwanted.len() as u64;
        done.given_up = self.give_up(&sorted.nowhere).await?;
        let later = |claimed: &&Claimed| {
            let next_at = self.next_try(claimed)?.unwrap_or_else(|| self.app.now() + self.pace.longest_wait);
            Ok((claimed.message, claimed.space, next_at))
        };
        let waits = sorted.later.iter().map(later).collect::<Result<Vec<_>, StoreError>>()?;
        self.app.store.outbox().postpone_all(&waits).await?;
        done.deferred = waits.len() as u64;
        measure(&done);
        Ok(done)
    }

    fn sort<'a>(&self, desk: &Desk, claims: &'a [Claimed]) -> Sorted<'a> {
        let mut sorted = Sorted::default();
        for claimed in claims {
            let Some(space) = desk.wanting(claimed) else {
                sorted.unwanted.push(claimed);
                continue;
            };
            match self.write_letter(desk, claimed, space) {
                Ok(letter) => sorted.ready.push((claimed, letter)),
                Err(Unwritable::Destroyed) => sorted.unwanted.push(claimed),
                Err(Unwritable::Nowhere) => sorted.nowhere.push(claimed),
                Err(unwritable @ (Unwritable::Sealed(_) | Unwritable::Content | Unwritable::Wording(_))) => {
                    tracing::error!(reference = %reference(claimed), %unwritable, "a letter cannot be written");
                    sorted.later.push(claimed);
                }
            }
        }
        sorted
    }

    /// Answers how many letters the carrier has.
    async fn hand_over(&self, sorted: &mut Sorted<'_>) -> Result<u64, StoreError> {
        let (claims, letters): (Vec<&Claimed>, Vec<OutgoingLetter>) = std::mem::take(&mut sorted.ready).into_iter().unzip();
        if letters.is_empty() {
            return Ok(0);
        }
        if let Err(error) = self.post.hand_over(&letters).await {
            tracing::warn!(letters = letters.len(), %error, "the carrier did not take a batch");
            sorted.later.extend(claims);
            return Ok(0);
        }
        self.app.store.outbox().hand_over_all(&addresses(&claims)).await?;
        Ok(claims.len() as u64)
    }

    /// A letter without an address informs nobody, like one that came back.
    async fn give_up(&self, nowhere: &[&Claimed]) -> Result<u64, StoreError> {
        let (coded, news): (Vec<&Claimed>, Vec<&Claimed>) = nowhere.iter().copied().partition(|claimed| carries_code(claimed.kind));
        self.app.store.outbox().discard_all(&addresses(&news)).await?;
        let returned = |claimed: &Claimed| {
            let command = RecordLetterReturned { at: self.app.now(), message: claimed.message };
            (reference(claimed), CommandEnvelope::new(claimed.space, command).completing(claimed.message))
        };
        self.settle(coded.into_iter().map(returned).collect()).await?;
        Ok(nowhere.len() as u64)
    }
}

/// Where each message stands in the outbox.
fn addresses(claims: &[&Claimed]) -> Vec<(MessageId, SpaceId)> {
    claims.iter().map(|claimed| (claimed.message, claimed.space)).collect()
}

fn measure(done: &Dispatched) {
    let outcomes = [("handed_over", done.letters), ("deferred", done.deferred), ("given_up", done.given_up), ("unwanted", done.unwanted)];
    for (outcome, messages) in outcomes.into_iter().filter(|(_, messages)| *messages > 0) {
        count(Channel::Post, outcome, messages);
    }
}

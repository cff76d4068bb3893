//! One batch of letters: written together, handed to the carrier together, and kept in the outbox until the carrier reports them posted.
//!
//! The carrier recognises a letter that it has taken already.
//! - a batch that the carrier did not take is handed over again

use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::space::commands::RecordLetterReturned;
use ens_domain::space::terms::Channel;
use ens_store::{Claimed, CommandEnvelope, StoreError};

use super::dispatched::Dispatched;
use super::outbox::{LoadedSpaces, Outbox, carries_code, reference};
use super::writing::{MessageWriter, Unwritable};
use crate::post::{OutgoingLetter, PostalCarrier};

/// A round of letters: the outbox, the writer and the carrier.
pub(super) struct LetterRound<'a> {
    pub(super) outbox: &'a Outbox,
    pub(super) writer: &'a MessageWriter,
    pub(super) carrier: &'a dyn PostalCarrier,
}

/// The letters of a batch, by what can be done with them.
#[derive(Default)]
struct LetterBatch<'a> {
    ready: Vec<(&'a Claimed, OutgoingLetter)>,
    unwanted: Vec<&'a Claimed>,
    unaddressed: Vec<&'a Claimed>,
    retry: Vec<&'a Claimed>,
}

impl LetterRound<'_> {
    /// Hands one batch over.
    pub(super) async fn hand_over(&self) -> Result<Dispatched, StoreError> {
        let claims = self.outbox.claim(Channel::Post).await?;
        if claims.is_empty() {
            return Ok(Dispatched::default());
        }
        let loaded = self.outbox.load(&claims).await?;
        let mut batch = self.write(&loaded, &claims);
        let mut done = Dispatched { claimed: claims.len() as u64, ..Dispatched::default() };
        done.letters = self.hand_over_ready(&mut batch).await?;
        self.outbox.discard(&messages(&batch.unwanted)).await?;
        done.unwanted = batch.unwanted.len() as u64;
        done.given_up = self.give_up(&batch.unaddressed).await?;
        let retry = |claimed: &&Claimed| {
            let next_at = self.outbox.next_try(claimed)?.unwrap_or_else(|| self.outbox.context.now() + self.outbox.pace.longest_wait);
            Ok((claimed.message, claimed.space, next_at))
        };
        let waits = batch.retry.iter().map(retry).collect::<Result<Vec<_>, StoreError>>()?;
        self.outbox.context.store.outbox().postpone_all(&waits).await?;
        done.deferred = waits.len() as u64;
        done.show(Channel::Post);
        Ok(done)
    }

    fn write<'a>(&self, loaded: &LoadedSpaces, claims: &'a [Claimed]) -> LetterBatch<'a> {
        let mut batch = LetterBatch::default();
        for claimed in claims {
            let Some(space) = loaded.waiting_for(claimed) else {
                batch.unwanted.push(claimed);
                continue;
            };
            match self.writer.letter(loaded, claimed, space) {
                Ok(letter) => batch.ready.push((claimed, letter)),
                Err(Unwritable::Destroyed) => batch.unwanted.push(claimed),
                Err(Unwritable::Nowhere) => batch.unaddressed.push(claimed),
                Err(unwritable @ (Unwritable::Sealed(_) | Unwritable::Content | Unwritable::Wording(_))) => {
                    tracing::error!(reference = %reference(claimed), %unwritable, "a letter cannot be written");
                    batch.retry.push(claimed);
                }
            }
        }
        batch
    }

    /// Hands over the letters that are written, and answers how many the carrier has.
    async fn hand_over_ready(&self, batch: &mut LetterBatch<'_>) -> Result<u64, StoreError> {
        let (claims, letters): (Vec<&Claimed>, Vec<OutgoingLetter>) = std::mem::take(&mut batch.ready).into_iter().unzip();
        if letters.is_empty() {
            return Ok(0);
        }
        if let Err(error) = self.carrier.hand_over(&letters).await {
            tracing::warn!(letters = letters.len(), %error, "the carrier did not take a batch");
            batch.retry.extend(claims);
            return Ok(0);
        }
        self.outbox.context.store.outbox().hand_over_all(&messages(&claims)).await?;
        Ok(claims.len() as u64)
    }

    /// A letter without an address informs nobody, like one that came back.
    async fn give_up(&self, unaddressed: &[&Claimed]) -> Result<u64, StoreError> {
        let (with_code, without_code): (Vec<&Claimed>, Vec<&Claimed>) =
            unaddressed.iter().copied().partition(|claimed| carries_code(claimed.kind));
        self.outbox.discard(&messages(&without_code)).await?;
        let returned = |claimed: &Claimed| {
            let command = RecordLetterReturned { at: self.outbox.context.now(), message: claimed.message };
            (reference(claimed), CommandEnvelope::new(claimed.space, command).completing(claimed.message))
        };
        self.outbox.record(with_code.into_iter().map(returned).collect()).await?;
        Ok(unaddressed.len() as u64)
    }
}

/// The keys of these messages in the outbox.
fn messages(claims: &[&Claimed]) -> Vec<(MessageId, SpaceId)> {
    claims.iter().map(|claimed| (claimed.message, claimed.space)).collect()
}

//! Answering again: an order whose idempotency key took effect before gets its first answer, and takes no effect.

use std::collections::HashMap;

use ens_domain::ids::SpaceId;
use ring::hmac;
use uuid::Uuid;

use super::round::Jobs;
use crate::append::{Remembered, Request};
use crate::error::StoreError;
use crate::order::{Answered, Idempotency, Outcome, Rejection};
use crate::store::Store;
use crate::stored::StoredEvent;

impl Store {
    /// Answers those of the orders at these places whose idempotency key was used before.
    pub(super) async fn answer_again(&self, jobs: &mut Jobs, places: &[usize]) -> Result<(), StoreError> {
        let request = |place: usize| jobs.get(place).and_then(Option::as_ref).and_then(|job| job.request);
        let asked: Vec<(usize, Request)> = places.iter().filter_map(|place| Some((*place, request(*place)?))).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let keys: Vec<Uuid> = asked.iter().map(|(_, request)| request.key).collect();
        let known: HashMap<Uuid, Remembered> =
            self.engine().remembered(&keys).await?.into_iter().map(|remembered| (remembered.request.key, remembered)).collect();
        for (place, request) in asked {
            let Some(remembered) = known.get(&request.key) else { continue };
            let same = request.digest == remembered.request.digest;
            let answer = if same { Ok(self.first_answer(remembered).await?) } else { Err(Rejection::KeyReused) };
            if let Some(job) = jobs.get_mut(place).and_then(Option::take) {
                job.answer(answer);
            }
        }
        Ok(())
    }

    /// The answer that a request had when it took effect, read back from the log.
    async fn first_answer(&self, remembered: &Remembered) -> Result<Outcome, StoreError> {
        let space = remembered.request.space;
        let history = self.histories(&[space]).await?.remove(&space).unwrap_or_default();
        let written = |event: &&StoredEvent| event.sequence > remembered.version_before && event.sequence <= remembered.version;
        let events = history.iter().filter(written).map(|event| Ok(event.decode()?.event)).collect::<Result<_, StoreError>>()?;
        Ok(Outcome {
            version: remembered.version,
            partition: remembered.partition,
            position: remembered.position,
            events,
            answered: Answered::Again,
        })
    }

    /// A caller's key may be guessable or hold what it should not, so it is kept as a keyed digest: 128 bits of it, or 80 behind the 48 of
    /// the instant at which it was made.
    pub(super) fn request(&self, space: SpaceId, idempotency: &Idempotency) -> Request {
        let digest = |purpose: u8, text: &[u8]| {
            let tag = hmac::sign(&self.keys().request, &[&[purpose], text].concat());
            tag.as_ref().iter().take(size_of::<u128>()).fold(0, |bits, byte| bits << 8 | u128::from(*byte))
        };
        let name = digest(1, idempotency.key.as_bytes());
        let key = idempotency.made_at.map_or(name, |made_at| u128::from(made_at) << 80 | name >> 48);
        Request { key: Uuid::from_u128(key), digest: Uuid::from_u128(digest(2, &idempotency.digest)), space }
    }
}

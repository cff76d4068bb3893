//! Answering again: an order whose idempotency key took effect before gets its first answer, and takes no effect.

use std::collections::HashMap;

use ens_domain::ids::SpaceId;
use ring::hmac;

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
        let keys: Vec<[u8; 32]> = asked.iter().map(|(_, request)| request.key).collect();
        let known: HashMap<[u8; 32], Remembered> =
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
        let space: SpaceId = remembered.space.parse().map_err(|_| StoreError::Malformed("an idempotency key names no space"))?;
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

    /// A caller's key may be guessable or hold what it should not, so it is kept as a keyed digest.
    pub(super) fn request(&self, idempotency: &Idempotency) -> Request {
        let digest = |purpose: u8, text: &[u8]| {
            let mut bytes = [0; 32];
            let tag = hmac::sign(&self.keys().request, &[&[purpose], text].concat());
            bytes.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
            bytes
        };
        Request { key: digest(1, idempotency.key.as_bytes()), digest: digest(2, &idempotency.digest) }
    }
}

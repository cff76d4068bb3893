//! Answering again: an order whose idempotency key took effect before gets its first answer, and takes no effect.

use std::collections::HashMap;

use ens_domain::ids::SpaceId;
use ring::hmac;

use super::Settled;
use super::desk::Asked;
use crate::append::{Remembered, Request};
use crate::error::StoreError;
use crate::order::{Answered, Idempotency, Order, Outcome, Rejection};
use crate::store::Store;
use crate::stored::StoredEvent;

impl Store {
    /// Answers the orders whose idempotency key was used before, and hands on the others.
    pub(super) async fn answer_again<'a>(&self, pending: &[(usize, &'a Order)]) -> Result<(Settled, Vec<Asked<'a>>), StoreError> {
        let asked = pending.iter().map(|(place, order)| Asked {
            place: *place,
            order,
            request: order.idempotency.as_ref().map(|idempotency| self.request(idempotency)),
        });
        let (keyed, mut fresh): (Vec<Asked<'a>>, Vec<Asked<'a>>) = asked.partition(|asked| asked.request.is_some());
        if keyed.is_empty() {
            return Ok((Vec::new(), fresh));
        }
        let keys: Vec<[u8; 32]> = keyed.iter().filter_map(|asked| asked.request).map(|request| request.key).collect();
        let known: HashMap<[u8; 32], Remembered> =
            self.engine().remembered(&keys).await?.into_iter().map(|remembered| (remembered.request.key, remembered)).collect();
        let mut settled = Vec::new();
        for asked in keyed {
            match asked.request.and_then(|request| known.get(&request.key).map(|remembered| (request, remembered))) {
                None => fresh.push(asked),
                Some((request, remembered)) if request.digest != remembered.request.digest => {
                    settled.push((asked.place, Err(Rejection::KeyReused)));
                }
                Some((_, remembered)) => settled.push((asked.place, Ok(self.first_answer(remembered).await?))),
            }
        }
        fresh.sort_unstable_by_key(|asked| asked.place);
        Ok((settled, fresh))
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
    fn request(&self, idempotency: &Idempotency) -> Request {
        let digest = |purpose: u8, text: &[u8]| {
            let mut bytes = [0; 32];
            let tag = hmac::sign(&self.keys().request, &[&[purpose], text].concat());
            bytes.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
            bytes
        };
        Request { key: digest(1, idempotency.key.as_bytes()), digest: digest(2, &idempotency.digest) }
    }
}

//! Repeated requests: a command whose idempotency key took effect before gets its first answer, and takes no effect.

use std::collections::HashMap;

use ens_domain::event::Event;
use ens_domain::ids::SpaceId;
use ens_domain::stream::StreamId;
use ring::hmac;
use uuid::Uuid;

use super::queued::Commands;
use crate::ground::{Answered, Idempotency, Outcome, Rejection, Remembered, Request, StoreError};
use crate::log::dense;
use crate::shared::Shared;

/// Answers those of the commands at these places whose idempotency key was used before.
pub(super) async fn answer_repeated(shared: &Shared, commands: &mut Commands, places: &[usize]) -> Result<(), StoreError> {
    let under_key =
        |place: usize| commands.get(place)?.as_ref().and_then(|command| Some((place, command.request?, command.envelope.stream)));
    let asked: Vec<(usize, Request, StreamId)> = places.iter().filter_map(|place| under_key(*place)).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let keys: Vec<Uuid> = asked.iter().map(|(_, request, _)| request.key).collect();
    let known: HashMap<Uuid, Remembered> =
        shared.engine().remembered(&keys).await?.into_iter().map(|remembered| (remembered.request.key, remembered)).collect();
    for (place, request, stream) in asked {
        let Some(remembered) = known.get(&request.key) else { continue };
        let same = request.digest == remembered.request.digest;
        let answer = if same { Ok(first_answer(shared, remembered, stream).await?) } else { Err(Rejection::KeyReused) };
        if let Some(command) = commands.get_mut(place).and_then(Option::take) {
            command.answer(answer);
        }
    }
    Ok(())
}

/// The answer that a request had when it took effect. The events of one command stand side by side in the log, and end at its position.
///
/// `asked` is the stream of the repeat. The first request may have made another one, if it made a new item: the events say which.
async fn first_answer(shared: &Shared, remembered: &Remembered, asked: StreamId) -> Result<Outcome, StoreError> {
    let Remembered { partition, version_before, version, position, .. } = *remembered;
    let written = version.saturating_sub(version_before);
    let (mut stream, mut events) = (asked, Vec::new());
    if written > 0 {
        let after = position.saturating_sub(written);
        let page = shared.engine().feed(partition, after, u32::try_from(written).unwrap_or(u32::MAX)).await?;
        let page = dense(partition, after, page)?;
        for stored in page {
            let recorded = stored.decode::<Event>()?;
            stream = recorded.stream.id;
            events.push(recorded.event);
        }
    }
    Ok(Outcome { stream, version, partition, position, events, answered: Answered::Again })
}

/// A caller's key may be guessable or hold what it should not, so it is kept as a keyed digest: 128 bits of it, or 80 behind the 48 of the
/// instant at which it was made.
pub(super) fn request(shared: &Shared, space: SpaceId, idempotency: &Idempotency) -> Request {
    let digest = |purpose: u8, text: &[u8]| {
        let tag = hmac::sign(&shared.keys().request, &[&[purpose], text].concat());
        tag.as_ref().iter().take(size_of::<u128>()).fold(0, |bits, byte| bits << 8 | u128::from(*byte))
    };
    let name = digest(1, idempotency.key.as_bytes());
    let key = idempotency.made_at.map_or(name, |made_at| u128::from(made_at) << 80 | name >> 48);
    Request { key: Uuid::from_u128(key), digest: Uuid::from_u128(digest(2, &idempotency.digest)), space }
}

//! One id for the trace of what one caller asks for again and again in a minute, such as the ranges of a document or the pages of a history.

use chrono::{DateTime, Utc};
use ens_domain::ids::ItemId;
use ring::digest::{Context, SHA256};

use crate::http::gate::Caller;

/// The id of the trace of this caller's readings of this thing, named by its bytes, in the minute of `now`.
pub(crate) fn trace_of_minute(caller: &Caller, thing: &[u8], now: DateTime<Utc>) -> ItemId {
    let minute = now.timestamp().div_euclid(60) * 60;
    let mut context = Context::new(&SHA256);
    context.update(b"ens ranges 1\0");
    context.update(caller.digest());
    context.update(thing);
    context.update(&minute.to_be_bytes());
    let mut randomness = [0; 10];
    randomness.copy_from_slice(context.finish().as_ref().split_at(10).0);
    ItemId::at(DateTime::from_timestamp(minute, 0).unwrap_or(now), randomness)
}

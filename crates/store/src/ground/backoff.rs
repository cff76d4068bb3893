//! The pause after a transaction that lost against another one.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// Waits a little longer after each attempt, and not as long as the other one that lost.
pub(crate) async fn back_off(attempt: u32) {
    let jitter = RandomState::new().build_hasher().finish() % 1_000;
    let micros = (500_u64 << attempt.min(7)) * (500 + jitter) / 1_000;
    tokio::time::sleep(Duration::from_micros(micros)).await;
}

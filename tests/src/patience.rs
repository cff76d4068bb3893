//! Waiting for a condition instead of for a time, and how many rounds a race runs.

use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};

/// After this long a condition that did not come true is a failure.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Asks every 10 ms until `poll` answers, and panics with `what` once [`PATIENCE`] is over.
///
/// A condition without a value answers `is_so().await.then_some(())`.
pub async fn eventually<T>(what: &str, poll: impl AsyncFnMut() -> Option<T>) -> T {
    match within(PATIENCE, poll).await {
        Some(answer) => answer,
        None => panic!("waited {} s in vain: {what}", PATIENCE.as_secs()),
    }
}

/// Asks every 10 ms until `poll` answers, or `None` once `patience` is over. It asks at least once.
pub async fn within<T>(patience: Duration, mut poll: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + patience;
    let mut beat = interval(Duration::from_millis(10));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if let Some(answer) = poll().await {
            return Some(answer);
        }
        if Instant::now() >= deadline {
            return None;
        }
    }
}

/// Whether this is the long run (`scripts/test --long`), in which races, crashes and large tests run at full count.
pub fn long() -> bool {
    std::env::var("ENS_TEST_LONG").is_ok_and(|value| value == "1")
}

/// How many rounds to run: `short` in every run, `full` in the long one.
pub fn times(short: usize, full: usize) -> usize {
    if long() { full } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_condition_that_comes_true_is_answered() {
        let mut asked = 0;
        let answer = eventually("three questions", async || {
            asked += 1;
            (asked == 3).then_some(asked)
        })
        .await;
        assert_eq!(answer, 3);
    }

    #[tokio::test]
    async fn a_condition_that_never_comes_true_is_given_up() {
        assert_eq!(within::<()>(Duration::from_millis(30), async || None).await, None);
    }
}

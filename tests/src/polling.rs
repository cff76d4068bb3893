//! Polling until a condition is true instead of sleeping, and how many rounds a race runs.

use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};

/// How long a condition may take to become true before the test fails.
pub const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Calls `poll` every 10 ms until it returns a value, and panics with `what` after [`TIME_LIMIT`].
///
/// A condition without a value returns `condition().await.then_some(())`.
pub async fn eventually<T>(what: &str, poll: impl AsyncFnMut() -> Option<T>) -> T {
    match within(TIME_LIMIT, poll).await {
        Some(answer) => answer,
        None => panic!("waited {} s in vain: {what}", TIME_LIMIT.as_secs()),
    }
}

/// Calls `poll` every 10 ms, at least once, until it returns a value; `None` after `limit`.
pub async fn within<T>(limit: Duration, mut poll: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + limit;
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

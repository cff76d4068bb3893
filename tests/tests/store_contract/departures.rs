//! Callers who are gone before their answer: a browser that closes, a request that timed out.

use tokio::task::yield_now;

use crate::legs::{Leg, Log, write};

/// Enough departures, each a moment later than the one before, to fall between any two steps of an append.
const DEPARTURES: u64 = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_is_gone_before_the_answer_harms_nobody() {
    for leg in Leg::OURS {
        let log = Log::fresh(leg).await;
        for number in 0..DEPARTURES {
            let store = log.store.clone();
            let asked = tokio::spawn(async move { store.append(vec![write(&format!("left-{number}"), 0, 1)]).await });
            for _ in 0..number % 50 * 20 {
                yield_now().await;
            }
            asked.abort();
            // Cancelled or done: either is a fair end of a request that nobody waits for.
            let _ = asked.await;
        }
        for version in 0..3 {
            log.write("stayed", version, 1).await.unwrap_or_else(|lost| panic!("{leg:?}: {lost:?}"));
        }
    }
}

//! Callers that are gone before their answer: a closed browser, a request that timed out.

use tokio::task::yield_now;

use crate::backends::{Backend, Log, write};

/// Enough cancelled calls, each a moment later than the one before, to fall between any two steps of an append.
const CANCELLED: u64 = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_is_gone_before_the_answer_harms_nobody() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        for number in 0..CANCELLED {
            let store = log.store.clone();
            let asked = tokio::spawn(async move { ens_store::raw::append(&store, vec![write(&format!("left-{number}"), 0, 1)]).await });
            for _ in 0..number % 50 * 20 {
                yield_now().await;
            }
            asked.abort();
            // Cancelled or completed: both are allowed for a request whose caller is gone.
            let _ = asked.await;
        }
        for version in 0..3 {
            log.write("stayed", version, 1).await.unwrap_or_else(|lost| panic!("{backend:?}: {lost:?}"));
        }
    }
}

//! Leases: one holder at a time, no longer than agreed, and the next holder learns what the last one has done.

use std::time::Duration;

use ens_store::{Lease, Partition, Store};
use ens_tests::{Engine, TestStorage, eventually};
use futures::future::join_all;

use crate::backends::options;

const LONG: Duration = Duration::from_secs(600);

async fn lease(store: &Store, length: Duration) -> Option<Lease> {
    store.commands().lease("sweeping", Partition::new(0), length).await.expect("an answer")
}

#[tokio::test]
async fn a_lease_is_held_by_one_at_a_time() {
    for engine in Engine::ALL {
        let storage = TestStorage::fresh(engine).await;
        let store = Store::open(storage.url(), options()).await.expect("a store");
        let asked = join_all((0..8).map(|_| lease(&store, LONG))).await;
        let mut held: Vec<Lease> = asked.into_iter().flatten().collect();
        assert_eq!(held.len(), 1, "{engine:?}");
        let other = store.commands().lease("dusting", Partition::new(0), LONG).await.expect("an answer");
        assert!(other.is_some(), "{engine:?}: another task has its own");
        let mut first = held.remove(0);
        assert!(first.keep(7).await.expect("an answer"), "{engine:?}");
        first.release().await.expect("a release");
        let second = lease(&store, LONG).await.expect("free again");
        assert_eq!(second.position(), 7, "{engine:?}: the next one knows how far the work has come");
    }
}

#[tokio::test]
async fn a_lease_that_nobody_keeps_ends_by_itself() {
    for engine in Engine::ALL {
        let storage = TestStorage::fresh(engine).await;
        let store = Store::open(storage.url(), options()).await.expect("a store");
        let mut dead = lease(&store, Duration::from_millis(300)).await.expect("free");
        assert!(lease(&store, LONG).await.is_none(), "{engine:?}");
        let next = eventually("the lease ends", async || lease(&store, LONG).await).await;
        assert!(!dead.keep(1).await.expect("an answer"), "{engine:?}: who comes back too late is told");
        dead.release().await.expect("nothing to release");
        assert!(lease(&store, LONG).await.is_none(), "{engine:?}: and takes nothing away");
        assert_eq!(next.position(), 0, "{engine:?}");
    }
}

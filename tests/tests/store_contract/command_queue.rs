//! The command queue under load: a single command beside bulk work, a full queue, a cache that another writer makes stale.

use ens_domain::event::Refusal;
use ens_domain::ids::SpaceId;
use ens_domain::policy::Policy;
use ens_domain::space::SpaceRefusal;
use ens_store::{CommandEnvelope, Rejection, Store, StoreError};
use ens_tests::eventually;
use futures::future::{join_all, select_all};

use crate::backends::{Backend, Log, options};
use crate::concurrent_writers;
use crate::head_lock::HeadLock;
use crate::persons::{create, live, oppose, space, withdraw};

/// Orders of a bulk call: more than the queue takes at once.
const CAMPAIGN: u64 = 6_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interactive_command_overtakes_a_bulk_job() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let clicked = CAMPAIGN;
        let partition = log.store.partition_of(concurrent_writers::space(clicked));
        let envelopes: Vec<CommandEnvelope> =
            (0..CAMPAIGN).map(concurrent_writers::space).filter(|id| log.store.partition_of(*id) == partition).map(create).collect();
        let last = u64::try_from(envelopes.len()).unwrap();
        // On PostgreSQL one in sixteen belongs to the partition of the single command, so only spaces of that partition are used.
        let campaign = {
            let store = log.store.clone();
            tokio::spawn(async move { store.commands().execute_all(envelopes, &Policy::default()).await })
        };
        eventually("the campaign has begun", async || (head(&log.store, partition).await > 0).then_some(())).await;
        let outcome = log.store.commands().execute(create(concurrent_writers::space(clicked)), &Policy::default()).await.expect("a click");
        assert!(campaign.await.expect("a campaign").iter().all(Result::is_ok), "{backend:?}");
        if backend != Backend::PostgresOurs {
            assert!(outcome.position < last, "{backend:?}: it came last, at {}", outcome.position);
        }
        assert_eq!(head(&log.store, partition).await, last + 1, "{backend:?}");
    }
}

async fn head(store: &Store, partition: ens_store::Partition) -> u64 {
    store.log().heads().await.expect("heads").into_iter().find(|(each, _)| *each == partition).expect("a head").1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_says_so_and_begins_nothing() {
    for backend in [Backend::SqliteFile, Backend::PostgresOurs] {
        let mut log = Log::fresh(backend).await;
        log.store = Store::open(log.storage.url(), options().with_waiting(2)).await.expect("the same storage");
        let lock = HeadLock::of(&log).await;
        let asked = (1..4).map(|number| {
            let store = log.store.clone();
            tokio::spawn(async move { (number, store.commands().execute(create(space(number)), &Policy::default()).await) })
        });
        // Two wait for the heads; only the one that found the queue full can have an answer.
        let (first, _, waiting) = select_all(asked).await;
        let (number, answer) = first.expect("an answer");
        assert_eq!(answer, Err(Rejection::Store(StoreError::Overloaded)), "{backend:?}");
        lock.release().await;
        for each in join_all(waiting).await {
            each.expect("an answer").1.unwrap_or_else(|rejection| panic!("{backend:?}: {rejection}"));
        }
        assert!(log.store.log().state(space(number)).await.expect("a readable log").is_none(), "{backend:?}");
    }
}

#[tokio::test]
async fn a_space_that_another_writer_changed_is_forgotten() {
    for backend in [Backend::SqliteFile, Backend::PostgresOurs, Backend::PostgresStock] {
        let log = Log::fresh(backend).await;
        let other = Store::open(log.storage.url(), options()).await.expect("the same storage");
        live(&log.store, vec![create(space(1)), oppose(space(1))]).await;
        live(&other, vec![withdraw(space(1))]).await;
        // By what the first store has cached, there would be nothing to append: the opposition is still valid there.
        let answer = log.store.commands().execute(oppose(space(1)), &Policy::default()).await;
        assert!(matches!(answer, Err(Rejection::Refused(Refusal::Space(SpaceRefusal::AlreadyOpen { .. })))), "{backend:?}: {answer:?}");
    }
}

#[tokio::test]
async fn two_processes_on_one_partition_take_turns() {
    for backend in [Backend::SqliteFile, Backend::PostgresOurs] {
        let log = Log::fresh(backend).await;
        let other = Store::open(log.storage.url(), options()).await.expect("the same storage");
        live(&log.store, vec![create(space(1))]).await;
        let policy = Policy::default();
        let both = [&log.store, &other];
        let envelopes =
            (0..60).map(|number: usize| both[number % 2].commands().execute(crate::persons::declare_contacts(space(1)), &policy));
        let mut versions: Vec<u64> = join_all(envelopes).await.into_iter().map(|answer| answer.expect("an answer").version).collect();
        versions.sort_unstable();
        assert!(versions.into_iter().eq(2..=61), "{backend:?}");
    }
}

#[tokio::test]
async fn a_batch_that_fails_is_answered_alone_and_the_others_are_written() {
    let log = Log::fresh(Backend::PostgresOurs).await;
    let policy = Policy::default();
    for round in 0..5_u64 {
        // Half of them share one key, so that shared transactions fail repeatedly.
        let envelopes = (0..24_u64).map(|number| {
            let envelope = create(concurrent_writers::space(round * 24 + number));
            if number % 2 == 0 { envelope.once(format!("key-{round}"), [u8::try_from(number).unwrap(); 32]) } else { envelope }
        });
        let answers = join_all(envelopes.map(|envelope| log.store.commands().execute(envelope, &policy))).await;
        assert_eq!(answers.iter().filter(|answer| **answer == Err(Rejection::KeyReused)).count(), 11);
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 13, "{answers:?}");
    }
    assert_eq!(log.read_all().await.len(), 5 * 13);
}

#[tokio::test]
async fn a_space_under_a_young_id_is_created_once_whoever_asks() {
    for backend in [Backend::SqliteFile, Backend::PostgresOurs] {
        let log = Log::fresh(backend).await;
        let other = Store::open(log.storage.url(), options()).await.expect("the same storage");
        let policy = Policy::default();
        let both = [&log.store, &other];
        for _ in 0..5 {
            let young = SpaceId::at(chrono::Utc::now(), log.store.entropy().bytes().expect("randomness"));
            let answers = join_all((0..8).map(|number: usize| both[number % 2].commands().execute(create(young), &policy))).await;
            let outcomes: Vec<_> = answers.into_iter().map(|answer| answer.expect("an answer")).collect();
            assert_eq!(outcomes.iter().filter(|outcome| !outcome.is_quiet()).count(), 1, "{backend:?}");
            assert!(outcomes.iter().all(|outcome| outcome.version == 1), "{backend:?}");
        }
    }
}

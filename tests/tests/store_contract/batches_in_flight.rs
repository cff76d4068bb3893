//! Batches in flight: commands that are decided while earlier batches are being written, on PostgreSQL.

use ens_domain::ids::SpaceId;
use ens_domain::policy::Policy;
use ens_domain::space::HealthSpace;
use ens_store::{Answered, CommandEnvelope, Outcome, Rejection, Store};
use tokio::task::JoinHandle;

use crate::backends::{Backend, Log, options};
use crate::head_lock::HeadLock;
use crate::persons::{create, declare_contacts, live, oppose, space, withdraw};

/// Puts an order into the queue and does not wait for its answer.
async fn ask(store: &Store, envelope: CommandEnvelope) -> JoinHandle<Result<Outcome, Rejection>> {
    let (store, policy) = (store.clone(), Policy::default());
    let mut asked = Box::pin(async move { store.commands().execute(envelope, &policy).await });
    // The first poll puts it into the queue: orders that are asked one after the other wait there in that order.
    assert!(futures::poll!(asked.as_mut()).is_pending(), "answered before it was decided");
    tokio::spawn(asked)
}

async fn answer(asked: JoinHandle<Result<Outcome, Rejection>>) -> Result<Outcome, Rejection> {
    asked.await.expect("an answer")
}

async fn now(store: &Store, id: SpaceId) -> HealthSpace {
    store.log().state(id).await.expect("a readable log").expect("a space").space
}

#[tokio::test]
async fn commands_that_come_while_a_batch_is_in_flight_are_answered_as_if_they_had_waited_for_it() {
    let log = Log::fresh(Backend::PostgresOurs).await;
    live(&log.store, vec![create(space(1))]).await;
    let mut lock = HeadLock::of(&log).await;
    let opposed = ask(&log.store, oppose(space(1)).once("k", [1; 32])).await;
    lock.wait_for_statements(1).await;
    let again = ask(&log.store, oppose(space(1))).await;
    lock.wait_for_statements(1).await;
    let withdrawn = ask(&log.store, withdraw(space(1))).await;
    lock.wait_for_statements(1).await;
    let repeated = ask(&log.store, oppose(space(1)).once("k", [1; 32])).await;
    let declared = ask(&log.store, declare_contacts(space(1))).await;
    lock.wait_for_statements(1).await;
    // Nothing is committed, so none may be answered.
    assert!([&opposed, &again, &withdrawn, &repeated, &declared].iter().all(|asked| !asked.is_finished()));
    lock.release().await;
    let opposed = answer(opposed).await.expect("an opposition");
    assert_eq!(opposed.version, 2);
    // The opposition exists already, so there is nothing to do.
    let again = answer(again).await.expect("a quiet answer");
    assert!(again.is_quiet() && again.version == 2, "{again:?}");
    assert_eq!(answer(withdrawn).await.expect("a change of mind").version, 4);
    assert_eq!(answer(repeated).await, Ok(Outcome { answered: Answered::Again, ..opposed }));
    assert_eq!(answer(declared).await.expect("contacts").version, 5);
}

#[tokio::test]
async fn if_another_writer_commits_first_the_batch_and_everything_decided_on_it_are_decided_again() {
    let log = Log::fresh(Backend::PostgresOurs).await;
    let other = Store::open(log.storage.url(), options()).await.expect("the same storage");
    live(&log.store, vec![create(space(1))]).await;
    // The other writer writes as many events as the first batch: the head is then where the second batch expects it, which must not let it pass.
    live(&other, vec![declare_contacts(space(1))]).await;
    live(&log.store, vec![declare_contacts(space(1))]).await;
    let mut lock = HeadLock::of(&log).await;
    let declared = ask(&other, declare_contacts(space(1))).await;
    lock.wait_for_statements(1).await;
    let opposed = ask(&log.store, oppose(space(1))).await;
    lock.wait_for_statements(2).await;
    let withdrawn = ask(&log.store, withdraw(space(1))).await;
    lock.wait_for_statements(2).await;
    lock.release().await;
    assert_eq!(answer(declared).await.expect("contacts").version, 4);
    assert_eq!(answer(opposed).await.expect("an opposition").version, 5);
    assert_eq!(answer(withdrawn).await.expect("a change of mind").version, 7);
    assert_eq!(now(&log.store, space(1)).await, now(&other, space(1)).await);
    let events = log.read_all().await;
    assert!(events.iter().map(|event| event.sequence).eq(1..=7), "{events:?}");
}

#[tokio::test]
async fn an_answer_without_an_event_stands_with_what_it_was_decided_on() {
    let log = Log::fresh(Backend::PostgresOurs).await;
    for number in 1..=20 {
        live(&log.store, vec![create(space(number))]).await;
        let mut lock = HeadLock::of(&log).await;
        // The change of mind comes while the answer before it, which writes nothing, waits for the opposition.
        let mut asked = Vec::new();
        for envelope in [oppose(space(number)), oppose(space(number)), withdraw(space(number))] {
            asked.push(ask(&log.store, envelope).await);
            lock.wait_for_statements(1).await;
        }
        lock.release().await;
        let mut versions = Vec::new();
        for each in asked {
            versions.push(answer(each).await.expect("an answer").version);
        }
        assert_eq!(versions, [2, 2, 4]);
    }
}

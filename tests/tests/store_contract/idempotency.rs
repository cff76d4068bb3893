//! Promise 6: a command with an idempotency key takes effect once, and repeating it gives the same answer.

use std::collections::HashSet;

use ens_domain::policy::Policy;
use ens_store::{Answered, CommandEnvelope, Outcome, Rejection};
use futures::future::join_all;
use sqlx::{Connection, PgConnection, SqliteConnection};
use uuid::{Builder, Uuid};

use crate::backends::{Backend, Log};
use crate::persons::{create, live, message, oppose, send_notice, space, withdraw};

/// The digest of a request.
pub(crate) const ONE: [u8; 32] = [1; 32];
/// The digest of another.
pub(crate) const TWO: [u8; 32] = [2; 32];

/// Executes a command on a log that others write to as well.
pub(crate) async fn execute(log: &Log, envelope: CommandEnvelope) -> Result<Outcome, Rejection> {
    // On the stock backend another writer also writes to the log.
    log.write("bystander", 0, 1).await.ok();
    log.store.commands().execute(envelope, &Policy::default()).await
}

/// The answer to a repeated request, by the answer to the first.
pub(crate) fn again(outcome: Outcome) -> Outcome {
    Outcome { answered: Answered::Again, ..outcome }
}

#[tokio::test]
async fn promise_6_a_repeated_request_takes_effect_once_and_answers_the_same() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        let first = execute(&log, create(space(1)).once("k", ONE)).await.expect("the first time");
        assert_eq!(execute(&log, create(space(1)).once("k", ONE)).await.expect("again"), again(first.clone()), "{backend:?}");
        // The answer is the first one, whatever was written since.
        let opposed = execute(&log, oppose(space(1)).once("o", ONE)).await.expect("an opposition");
        execute(&log, withdraw(space(1))).await.expect("a change of mind");
        assert_eq!(execute(&log, oppose(space(1)).once("o", ONE)).await.expect("again"), again(opposed), "{backend:?}");
        assert_eq!(execute(&log, create(space(1)).once("k", ONE)).await.expect("again"), again(first), "{backend:?}");
        assert_eq!(log.store.log().state(space(1)).await.expect("a readable space").expect("a space").version, 4, "{backend:?}");
    }
}

#[tokio::test]
async fn promise_6_the_same_key_for_another_request_is_refused() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        execute(&log, create(space(1)).once("k", ONE)).await.expect("the first time");
        for other in [create(space(1)).once("k", TWO), create(space(2)).once("k", TWO), oppose(space(1)).once("k", TWO)] {
            assert_eq!(execute(&log, other).await, Err(Rejection::KeyReused), "{backend:?}");
        }
        assert!(log.store.log().state(space(2)).await.expect("a readable space").is_none(), "{backend:?}");
    }
}

#[tokio::test]
async fn promise_6_the_same_key_twice_at_once_takes_effect_once() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        let policy = Policy::default();
        live(&log.store, vec![create(space(1))]).await;
        let answers = join_all((0..12).map(|_| log.store.commands().execute(oppose(space(1)).once("k", ONE), &policy))).await;
        let outcomes: Vec<Outcome> = answers.into_iter().map(|answer| again(answer.expect("an answer"))).collect();
        assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0] && outcome.events.len() == 1), "{backend:?}");
        // On twelve spaces, so in several partitions: one is created, the others are told that the key is taken.
        let answers = join_all(
            (10..22)
                .map(|number| log.store.commands().execute(create(space(number)).once("c", [u8::try_from(number).unwrap(); 32]), &policy)),
        )
        .await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{backend:?}");
        assert_eq!(answers.iter().filter(|answer| **answer == Err(Rejection::KeyReused)).count(), 11, "{backend:?}");
        let all: Vec<_> = (10..22).map(space).collect();
        assert_eq!(log.store.log().states(&all).await.expect("readable spaces").iter().flatten().count(), 1, "{backend:?}");
    }
}

#[tokio::test]
async fn promise_6_the_same_key_twice_in_one_batch_takes_effect_once() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let envelopes = vec![create(space(1)).once("k", ONE), create(space(1)).once("k", ONE), create(space(1)).once("k", TWO)];
        let answers = log.store.commands().execute_all(envelopes, &Policy::default()).await;
        let first = answers[0].clone().expect("the first");
        assert_eq!(answers[1..], [Ok(again(first)), Err(Rejection::KeyReused)], "{backend:?}");
    }
}

/// A UUID of version 7 for this millisecond.
fn made_at(millis: u64, number: u8) -> String {
    Builder::from_unix_timestamp_millis(millis, &[number; 10]).into_uuid().to_string()
}

/// The keys that are kept, in the order in which an index holds them.
async fn kept(log: &Log) -> Vec<Uuid> {
    let sql = "SELECT key FROM idempotency_keys ORDER BY key";
    if log.backend == Backend::PostgresOurs {
        let mut owner = PgConnection::connect(log.storage.url()).await.expect("the owner");
        sqlx::query_scalar(sql).fetch_all(&mut owner).await.expect("the keys")
    } else {
        let mut other = SqliteConnection::connect(log.storage.url()).await.expect("the file");
        sqlx::query_scalar(sql).fetch_all(&mut other).await.expect("the keys")
    }
}

#[tokio::test]
async fn promise_6_holds_for_keys_that_tell_when_they_were_made() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        // Two of one millisecond, one of another that is alike otherwise.
        for (number, key) in [(1, made_at(9_000, 1)), (2, made_at(9_000, 2)), (3, made_at(9_001, 1))] {
            let first = execute(&log, create(space(number)).once(&key, ONE)).await.expect("the first time");
            assert_eq!(first.answered, Answered::Now, "{backend:?}");
            assert_eq!(execute(&log, create(space(number)).once(&key, ONE)).await.expect("again"), again(first), "{backend:?}");
            assert_eq!(execute(&log, create(space(number)).once(&key, TWO)).await, Err(Rejection::KeyReused), "{backend:?}");
        }
    }
}

#[tokio::test]
async fn keys_are_kept_in_the_order_in_which_they_were_made_and_say_nothing_else() {
    for backend in [Backend::SqliteFile, Backend::PostgresOurs] {
        let log = Log::fresh(backend).await;
        for (number, millis) in [(1, 70_000), (2, 90_000), (3, 80_000)] {
            execute(&log, create(space(number)).once(made_at(millis, 5), ONE)).await.expect("a space");
        }
        let (kept, told) = (kept(&log).await, [70_000, 80_000, 90_000]);
        let instants: Vec<u64> = kept.iter().map(|key| key.as_u64_pair().0 >> 16).collect();
        assert_eq!(instants, told, "{backend:?}");
        // The last 62 bits are the same in all that was given, and different in all that is kept.
        let tail = |key: &Uuid| key.as_u64_pair().1 << 2;
        let tails: HashSet<u64> = kept.iter().chain([&made_at(0, 5).parse().expect("a UUID")]).map(tail).collect();
        assert_eq!(tails.len(), 4, "{backend:?}: {kept:?}");
    }
}

#[tokio::test]
async fn promise_6_a_quiet_request_stays_quiet_when_repeated() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        live(&log.store, vec![create(space(1)), oppose(space(1))]).await;
        let quiet = execute(&log, oppose(space(1)).once("k", ONE)).await.expect("it stands already");
        assert!(quiet.is_quiet() && quiet.version == 2, "{backend:?}");
        // The opposition was withdrawn since: repeating the old request must not oppose again.
        execute(&log, withdraw(space(1))).await.expect("a change of mind");
        assert_eq!(execute(&log, oppose(space(1)).once("k", ONE)).await.expect("again"), again(quiet), "{backend:?}");
    }
}

#[tokio::test]
async fn promise_6_a_refused_request_took_no_effect_and_may_be_asked_again() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        assert_eq!(execute(&log, oppose(space(1)).once("k", ONE)).await, Err(Rejection::NoSuchSpace), "{backend:?}");
        live(&log.store, vec![create(space(1))]).await;
        let outcome = execute(&log, oppose(space(1)).once("k", ONE)).await.expect("an opposition");
        assert_eq!(outcome.answered, Answered::Now, "{backend:?}");
    }
}

#[tokio::test]
async fn promise_6_a_repeated_request_sends_no_second_message() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        live(&log.store, vec![create(space(1))]).await;
        for _ in 0..3 {
            let envelope = send_notice(&log.store, space(1), message(1)).once("k", ONE);
            execute(&log, envelope).await.expect("an answer");
        }
        let depth = log.store.outbox().depth().await.expect("a depth");
        assert_eq!(depth.iter().map(|depth| depth.waiting).sum::<u64>(), 1, "{backend:?}");
    }
}

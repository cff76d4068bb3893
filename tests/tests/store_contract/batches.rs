//! Promise 4: each command of a batch is all or nothing, and a conflict with another writer is decided again.

use ens_domain::event::{Event, Refusal};
use ens_domain::policy::Policy;
use ens_domain::space::OppositionEvent;
use ens_domain::space::terms::Stage;
use ens_domain::space::{SpaceEvent, SpaceRefusal};
use ens_store::{Answered, Rejection, Store, StoreError, Write};
use futures::future::join_all;

use crate::backends::{Backend, Log, Lost, event, options, write};
use crate::persons::{create, declare_contacts, live, oppose, renew, space, withdraw};

#[tokio::test]
async fn a_write_that_lost_its_version_is_left_out_whole_and_the_others_are_written() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        log.write("taken", 0, 1).await.expect("a write");
        log.write("a/taken", 0, 1).await.expect("a write");
        let batch = vec![
            write("a", 0, 2),
            write("taken", 0, 3),
            write("a/taken", 0, 1),
            write("a/item", 0, 2),
            write("a", 2, 1),
            write("b", 0, 1),
            write("taken", 1, 1),
            write("a/item", 2, 1),
        ];
        let answers = ens_store::raw::append(&log.store, batch).await.expect("a batch");
        let versions: Vec<Result<u64, u64>> =
            answers.into_iter().map(|answer| answer.map(|at| at.version).map_err(|conflict| conflict.winner)).collect();
        assert_eq!(versions, [Ok(2), Err(1), Err(1), Ok(2), Ok(3), Ok(1), Ok(2), Ok(3)], "{backend:?}");
        assert_eq!(log.read_all().await.len(), 10, "{backend:?}");
    }
}

#[tokio::test]
async fn promise_4_a_write_that_fails_half_way_leaves_nothing() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        let mut broken = write("a", 0, 2);
        broken.events[1].payload = r#"{"$clear":"x","kind":"email"}"#.to_owned();
        let answer = ens_store::raw::append(&log.store, vec![write("b", 0, 1), broken]).await;
        // If `a` and `b` are in two partitions, `b` may be written; nothing of `a` ever is.
        assert!(matches!(answer, Err(StoreError::Database { .. })), "{backend:?}: {answer:?}");
        assert!(log.read_all().await.iter().all(|event| event.aggregate_id != "a"), "{backend:?}");
        // The next write gets the positions of what was undone.
        log.write("a", 0, 1).await.expect("a write");
    }
}

#[tokio::test]
async fn promise_4_the_stock_writer_halves_nothing_either() {
    let log = Log::fresh(Backend::PostgresStock).await;
    log.write("a", 0, 2).await.expect("a write");
    assert_eq!(log.write("a", 1, 3).await, Err(Lost::To(None)));
    assert_eq!(log.read_all().await.len(), 2);
}

#[tokio::test]
async fn two_commands_on_one_space_in_one_call_see_each_other() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let envelopes = vec![create(space(1)), oppose(space(1)), create(space(2)), oppose(space(1)), withdraw(space(1)), oppose(space(1))];
        let answers = log.store.commands().execute_all(envelopes, &Policy::default()).await;
        let versions: Vec<Option<u64>> = answers.iter().map(|answer| answer.as_ref().ok().map(|outcome| outcome.version)).collect();
        assert_eq!(versions, [Some(1), Some(2), Some(1), Some(2), Some(4), None], "{backend:?}: {answers:?}");
        let quiet = answers[3].as_ref().expect("an opposition that stands");
        assert!(quiet.is_quiet() && quiet.position == answers[1].as_ref().expect("the first").position, "{backend:?}");
        assert!(
            matches!(answers[5], Err(Rejection::Refused(Refusal::Space(SpaceRefusal::AlreadyOpen { .. })))),
            "{backend:?}: {:?}",
            answers[5]
        );
        let loaded = log.store.log().state(space(1)).await.expect("a readable space").expect("a space");
        assert_eq!((loaded.version, loaded.space.stage()), (4, Some(Stage::Open)), "{backend:?}");
    }
}

#[tokio::test]
async fn a_command_that_met_another_writer_is_decided_again_on_what_that_one_wrote_a_rejection_stands_only_on_what_is_committed() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        live(&log.store, vec![create(space(1))]).await;
        // Sixteen at once on the same version: the first one opposes, the others find that the opposition exists and change nothing.
        let policy = Policy::default();
        let answers = join_all((0..16).map(|_| log.store.commands().execute(oppose(space(1)), &policy))).await;
        let outcomes: Vec<_> = answers.into_iter().map(|answer| answer.expect("an answer")).collect();
        assert_eq!(outcomes.iter().filter(|outcome| !outcome.is_quiet()).count(), 1, "{backend:?}");
        assert!(outcomes.iter().all(|outcome| outcome.version == 2 && outcome.answered == Answered::Now), "{backend:?}");
        // A declaration of contacts is an event each time: all sixteen are written, one after the other.
        let answers = join_all((0..16).map(|_| log.store.commands().execute(declare_contacts(space(1)), &policy))).await;
        let mut versions: Vec<u64> = answers.into_iter().map(|answer| answer.expect("an answer").version).collect();
        versions.sort_unstable();
        assert!(versions.into_iter().eq(3..=18), "{backend:?}");
        if backend == Backend::SqliteMemory {
            continue; // No second store can be opened on it.
        }
        // The first store has seen that there is no such space; meanwhile the second one creates it.
        let other = Store::open(log.storage.url(), options()).await.expect("a second store");
        assert_eq!(log.store.commands().execute(oppose(space(2)), &policy).await, Err(Rejection::NoSuchSpace), "{backend:?}");
        live(&other, vec![create(space(2))]).await;
        assert_eq!(log.store.commands().execute(oppose(space(2)), &policy).await.map(|outcome| outcome.version), Ok(2), "{backend:?}");
    }
}

#[tokio::test]
async fn one_command_never_hides_or_halves_another() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        live(&log.store, vec![create(space(1)), create(space(3))]).await;
        // A space whose history cannot be read: an event that this program does not know.
        let mut unknown = event(1);
        unknown.event_type = "Teleported".to_owned();
        unknown.payload = r#"{"Teleported":{}}"#.to_owned();
        let write = Write { events: vec![unknown], ..write(&space(3).to_string(), 1, 1) };
        assert!(ens_store::raw::append(&log.store, vec![write]).await.expect("an append")[0].is_ok());
        let envelopes =
            vec![oppose(space(1)), oppose(space(2)), renew(space(1)), oppose(space(3)), create(space(4)).expecting(5), create(space(5))];
        let answers = log.store.commands().execute_all(envelopes, &Policy::default()).await;
        assert!(
            matches!(&answers[0], Ok(outcome) if matches!(outcome.events[..], [Event::Space(SpaceEvent::Opposition(OppositionEvent::Opposed { .. }))])),
            "{backend:?}"
        );
        assert!(matches!(answers[1], Err(Rejection::NoSuchSpace)), "{backend:?}");
        assert!(matches!(answers[2], Err(Rejection::Refused(_))), "{backend:?}");
        assert!(matches!(answers[3], Err(Rejection::Store(StoreError::Decode(_)))), "{backend:?}: {:?}", answers[3]);
        assert!(matches!(answers[4], Err(Rejection::Stale { expected: 5, actual: 0 })), "{backend:?}");
        assert!(answers[5].is_ok(), "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_commands_on_one_space_are_served_to_the_last() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        live(&log.store, vec![create(space(1))]).await;
        let crowd = (0..128).map(|_| {
            let store = log.store.clone();
            tokio::spawn(async move { store.commands().execute(declare_contacts(space(1)), &Policy::default()).await })
        });
        let mut versions: Vec<u64> =
            join_all(crowd).await.into_iter().map(|answer| answer.expect("no panic").expect("an answer").version).collect();
        versions.sort_unstable();
        assert!(versions.into_iter().eq(2..=129), "{backend:?}");
    }
}

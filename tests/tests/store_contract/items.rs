//! Items through the command queue: streams of their own under a space, decided together with its life, in one log with it.

use chrono::{TimeDelta, Utc};
use ens_domain::access::AccessRefusal;
use ens_domain::event::{Event, Refusal, State};
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::personal::Personal;
use ens_domain::policy::Policy;
use ens_domain::sections::Actor;
use ens_domain::sections::measures::{Measure, MeasureEvent, MeasureRefusal, Reading};
use ens_domain::stream::StreamId;
use ens_store::{OpenError, Outcome, Rejection, Span, Store, StoreError};
use ens_tests::cohort::weight;
use futures::future::join_all;

use crate::backends::{Backend, Log, options};
use crate::idempotency::{ONE, TWO, again, execute};
use crate::measures::{measure, now, record, remove};
use crate::persons::{close, create, declare_contacts, destroy, life_until_destroyed, life_until_open, live, oppose, space};

fn kept() -> Measure {
    Measure::Kept { by: Actor::Holder }
}

/// The value that a recording kept, sealed.
fn value(outcome: &Outcome) -> Personal<Reading> {
    match outcome.events.as_slice() {
        [Event::Measure(MeasureEvent::MeasureRecorded { value, .. })] => value.clone(),
        other => panic!("not a recording: {other:?}"),
    }
}

#[tokio::test]
async fn an_item_is_recorded_read_back_and_removed() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        live(&log.store, life_until_open(space(1))).await;
        let (stream, doors) = (measure(space(1), 1), log.store.log());
        assert_eq!(now(&log.store, stream).await, None, "{backend:?}");
        let recorded = live(&log.store, vec![record(stream)]).await.remove(0);
        assert_eq!((recorded.version, recorded.partition, recorded.position), (1, log.store.partition_of(space(1)), 5), "{backend:?}");
        assert_eq!(doors.open_personal(space(1), &value(&recorded)).await, Ok(weight()), "{backend:?}");
        assert_eq!(now(&log.store, stream).await, Some((kept(), 1)), "{backend:?}");

        let stored = doors.events_of(stream).await.expect("its events");
        let [first] = stored.as_slice() else { panic!("{backend:?}: {stored:?}") };
        assert_eq!((first.aggregate_type.as_str(), first.aggregate_id.clone()), ("measure", stream.to_string()), "{backend:?}");
        assert_eq!((first.sequence, first.position, first.event_type.as_str()), (1, 5, "MeasureRecorded"), "{backend:?}");
        assert_eq!(first.decode::<Event>().expect("an event").event, recorded.events[0], "{backend:?}");
        let then = doors.as_of(stream, first.recorded_at).await.expect("its past");
        assert_eq!((then.state, then.last.as_ref()), (State::Measure(kept()), Some(first)), "{backend:?}");
        let before = doors.as_of(stream, first.recorded_at - TimeDelta::milliseconds(5)).await.expect("its past");
        assert_eq!((before.state, before.last), (State::Measure(Measure::Absent), None), "{backend:?}");

        let removed = live(&log.store, vec![remove(stream)]).await.remove(0);
        assert_eq!((removed.version, removed.position), (2, 6), "{backend:?}");
        assert_eq!(now(&log.store, stream).await, Some((Measure::Removed, 2)), "{backend:?}");
        let quiet = live(&log.store, vec![remove(stream)]).await.remove(0);
        assert!(quiet.is_quiet() && (quiet.version, quiet.position) == (2, 6), "{backend:?}: {quiet:?}");
        // The life knows nothing of it, and goes on from where it was.
        assert_eq!(doors.state(space(1)).await.expect("a readable space").expect("a space").version, 4, "{backend:?}");
        assert_eq!(live(&log.store, vec![declare_contacts(space(1))]).await[0].version, 5, "{backend:?}");
    }
}

#[tokio::test]
async fn a_repeated_request_to_an_item_takes_effect_once_and_answers_the_same() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        live(&log.store, life_until_open(space(1))).await;
        let (stream, other) = (measure(space(1), 1), measure(space(1), 2));
        let first = execute(&log, record(stream).once("k", ONE)).await.expect("the first time");
        assert_eq!(execute(&log, record(stream).once("k", ONE)).await, Ok(again(first.clone())), "{backend:?}");
        for reused in [record(stream).once("k", TWO), record(other).once("k", TWO), declare_contacts(space(1)).once("k", TWO)] {
            assert_eq!(execute(&log, reused).await, Err(Rejection::KeyReused), "{backend:?}");
        }
        let removed = execute(&log, remove(stream).once("r", ONE)).await.expect("a removal");
        // The answers are the first ones, even where the rules would refuse the request now.
        live(&log.store, vec![close(space(1))]).await;
        assert_eq!(execute(&log, record(stream).once("k", ONE)).await, Ok(again(first)), "{backend:?}");
        assert_eq!(execute(&log, remove(stream).once("r", ONE)).await, Ok(again(removed)), "{backend:?}");
        assert_eq!(now(&log.store, stream).await, Some((Measure::Removed, 2)), "{backend:?}");
        assert_eq!(now(&log.store, other).await, None, "{backend:?}");
    }
}

#[tokio::test]
async fn the_same_key_twice_at_once_takes_effect_once_on_an_item() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        let (policy, stream) = (Policy::default(), measure(space(1), 1));
        live(&log.store, life_until_open(space(1))).await;
        let answers = join_all((0..12).map(|_| log.store.commands().execute(record(stream).once("k", ONE), &policy))).await;
        let outcomes: Vec<Outcome> = answers.into_iter().map(|answer| again(answer.expect("an answer"))).collect();
        assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0] && outcome.events.len() == 1), "{backend:?}");
        let batch = vec![remove(stream).once("r", ONE), remove(stream).once("r", ONE), remove(stream).once("r", TWO)];
        let answers = log.store.commands().execute_all(batch, &policy).await;
        let first = answers[0].clone().expect("the first");
        assert_eq!(answers[1..], [Ok(again(first)), Err(Rejection::KeyReused)], "{backend:?}");
        assert_eq!(now(&log.store, stream).await, Some((Measure::Removed, 2)), "{backend:?}");
    }
}

#[tokio::test]
async fn an_item_under_a_young_id_is_recorded_once_whoever_asks() {
    for backend in [Backend::SqliteFile, Backend::PostgresOurs] {
        let log = Log::fresh(backend).await;
        let other = Store::open(log.storage.url(), options()).await.expect("the same storage");
        let (policy, both) = (Policy::default(), [&log.store, &other]);
        live(&log.store, life_until_open(space(1))).await;
        for _ in 0..5 {
            let id = SpaceId::at(Utc::now(), log.store.entropy().bytes().expect("randomness"));
            let young = StreamId::of_item(space(1), ItemId::from(id.uuid()));
            let answers = join_all((0..8).map(|number: usize| both[number % 2].commands().execute(record(young), &policy))).await;
            let outcomes: Vec<_> = answers.into_iter().map(|answer| answer.expect("an answer")).collect();
            assert_eq!(outcomes.iter().filter(|outcome| !outcome.is_quiet()).count(), 1, "{backend:?}");
            assert!(outcomes.iter().all(|outcome| outcome.version == 1), "{backend:?}");
            assert_eq!(live(&other, vec![remove(young)]).await[0].version, 2, "{backend:?}");
            assert!(live(&log.store, vec![remove(young)]).await[0].is_quiet(), "{backend:?}");
        }
    }
}

#[tokio::test]
async fn an_item_is_refused_where_no_space_is_or_where_it_is_not_open() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        let stream = measure(space(1), 1);
        let young = StreamId::of_item(space(1), ItemId::at(Utc::now(), [7; 10]));
        for envelope in [record(stream), record(young), remove(stream)] {
            assert_eq!(execute(&log, envelope).await, Err(Rejection::NoSuchSpace), "{backend:?}");
        }
        let written = log.read_all().await.len();
        live(&log.store, vec![create(space(1))]).await;
        for envelope in [record(stream), record(young)] {
            assert_refused_by_the_space(backend, execute(&log, envelope).await);
        }
        live(&log.store, life_until_open(space(1)).split_off(1)).await;
        let refused = Rejection::Refused(Refusal::Measure(MeasureRefusal::NoSuchMeasure));
        assert_eq!(execute(&log, remove(stream)).await, Err(refused), "{backend:?}");
        let expected = Rejection::Stale { expected: 3, actual: 0 };
        assert_eq!(execute(&log, record(stream).expecting(3)).await, Err(expected), "{backend:?}");
        execute(&log, record(stream).expecting(0)).await.expect("a space that is open");
        live(&log.store, vec![close(space(1))]).await;
        for envelope in [record(young), remove(stream)] {
            assert_refused_by_the_space(backend, execute(&log, envelope).await);
        }
        assert_eq!(log.read_all().await.len(), written + 6, "{backend:?}: what is refused leaves nothing");
    }
}

fn assert_refused_by_the_space(backend: Backend, answer: Result<Outcome, Rejection>) {
    match answer {
        Err(Rejection::Refused(Refusal::Measure(MeasureRefusal::Access(
            AccessRefusal::NotOpened | AccessRefusal::OpeningOpposed | AccessRefusal::SpaceClosed | AccessRefusal::SpaceDestroyed,
        )))) => {}
        other => panic!("{backend:?}: {other:?}"),
    }
}

#[tokio::test]
async fn one_id_under_two_spaces_names_two_items() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        let [first, second] = [1, 2].map(|number| measure(space(number), 9));
        for number in [1, 2] {
            live(&log.store, life_until_open(space(number))).await;
        }
        let outcomes = live(&log.store, vec![record(first), record(second), remove(first)]).await;
        assert_eq!(outcomes.iter().map(|outcome| outcome.version).collect::<Vec<_>>(), [1, 1, 2], "{backend:?}");
        assert_eq!(now(&log.store, first).await, Some((Measure::Removed, 2)), "{backend:?}");
        assert_eq!(now(&log.store, second).await, Some((kept(), 1)), "{backend:?}");
        // Each is sealed under the key of its own space.
        let sealed = value(&outcomes[1]);
        assert_eq!(log.store.log().open_personal(space(2), &sealed).await, Ok(weight()), "{backend:?}");
        assert!(log.store.log().open_personal(space(1), &sealed).await.is_err(), "{backend:?}");
    }
}

#[tokio::test]
async fn items_and_lives_of_one_batch_see_each_other_and_share_the_positions_of_their_partition() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        let stream = |number| measure(space(1), number);
        let mut batch = life_until_open(space(1));
        batch.extend([record(stream(1)), declare_contacts(space(1)), record(stream(2)), record(stream(2)), remove(stream(1))]);
        batch.extend([record(measure(space(2), 1)), close(space(1)), record(stream(3)), oppose(space(1))]);
        let answers = log.store.commands().execute_all(batch, &Policy::default()).await;
        let places: Vec<Option<(u64, u64)>> =
            answers.iter().map(|answer| answer.as_ref().ok().map(|outcome| (outcome.version, outcome.position))).collect();
        let written = [(1, 1), (2, 2), (4, 4), (1, 5), (5, 6), (1, 7), (1, 7), (2, 8)].map(Some);
        assert_eq!(places[..8], written, "{backend:?}: {answers:?}");
        assert!(answers[6].as_ref().is_ok_and(Outcome::is_quiet), "{backend:?}");
        assert_eq!(answers[8], Err(Rejection::NoSuchSpace), "{backend:?}");
        assert_eq!(places[9..], [Some((6, 9)), None, None], "{backend:?}: {answers:?}");
        assert_refused_by_the_space(backend, answers[10].clone());
        let partition = log.store.partition_of(space(1));
        let mut read = Vec::new();
        let take = |row: ens_store::EventRow<'_>| {
            read.push((row.position, row.aggregate_type.to_owned(), row.sequence));
            Ok::<(), StoreError>(())
        };
        assert_eq!(log.store.log().read(Span::all_of(partition), take).await, Ok(9), "{backend:?}");
        let kinds = ["health_space", "health_space", "health_space", "health_space", "measure", "health_space", "measure", "measure"];
        assert!(read.iter().map(|(position, ..)| *position).eq(1..=9), "{backend:?}");
        assert!(read.iter().zip(kinds).all(|((_, kind, _), expected)| kind == expected), "{backend:?}: {read:?}");
        assert!(read.iter().map(|(.., sequence)| *sequence).eq([1, 2, 3, 4, 1, 5, 1, 2, 6]), "{backend:?}: {read:?}");
    }
}

#[tokio::test]
async fn the_items_of_a_destroyed_space_are_opened_by_nobody() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        let mut life = life_until_destroyed(space(1));
        let end = life.split_off(3);
        live(&log.store, life).await;
        let sealed = value(&live(&log.store, vec![record(measure(space(1), 1))]).await[0]);
        live(&log.store, end).await;
        let destroyed = Err(StoreError::Open(OpenError::Destroyed));
        assert_eq!(log.store.log().open_personal(space(1), &sealed).await, destroyed, "{backend:?}");
        // Its history can still be read, and nothing is put into it or taken out.
        assert_eq!(now(&log.store, measure(space(1), 1)).await, Some((kept(), 1)), "{backend:?}");
        for envelope in [record(measure(space(1), 2)), remove(measure(space(1), 1))] {
            assert_refused_by_the_space(backend, execute(&log, envelope).await);
        }
        // In one batch with the destruction itself.
        live(&log.store, life_until_destroyed(space(2)).into_iter().take(3).collect()).await;
        let mut batch = vec![record(measure(space(2), 1))];
        batch.extend(life_until_destroyed(space(2)).split_off(3));
        batch.push(record(measure(space(2), 2)));
        let answers = log.store.commands().execute_all(batch, &Policy::default()).await;
        assert!(answers[..4].iter().all(Result::is_ok), "{backend:?}: {answers:?}");
        assert_refused_by_the_space(backend, answers[4].clone());
        assert_eq!(live(&log.store, vec![destroy(space(2))]).await[0].version, 7, "{backend:?}");
    }
}

//! The places of caregivers: five at most for each, over all spaces and whoever asks at once; freed where the log says so.

use chrono::{DateTime, Duration, Utc};
use ens_domain::calendar::paris;
use ens_domain::ids::CaregiverId;
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::space::DelegationState;
use ens_domain::space::commands::{Close, DelegateToCaregiver, EndDelegation, Reopen};
use ens_store::{CaregiverPlaces, CommandEnvelope, PlaceTaken, Store};
use futures::future::join_all;

use crate::backends::{Backend, Log, options};
use crate::persons::{identity, life_until_destroyed, life_until_open, live, monday, space};

fn caregiver() -> CaregiverId {
    CaregiverId::from(uuid::Uuid::from_u128(0x0189_a1b2_0000_7000_8000_0000_0000_0501))
}

fn day(days: i64) -> DateTime<Utc> {
    monday() + Duration::days(days)
}

async fn open(store: &Store, numbers: std::ops::RangeInclusive<u16>) {
    for number in numbers {
        live(store, life_until_open(space(number))).await;
    }
}

async fn take(store: &Store, number: u16, at: DateTime<Utc>) -> PlaceTaken {
    CaregiverPlaces::of(store, caregiver()).take(space(number), at).await.expect("an answer")
}

/// Takes a place, then names the caregiver, as the service does.
async fn name(store: &Store, number: u16, at: DateTime<Utc>, until: Option<DateTime<Utc>>) -> PlaceTaken {
    let taken = take(store, number, at).await;
    if taken != PlaceTaken::Full {
        let (by, person, until) = (Party::Holder, Personal::new(identity()), until.map(paris::day_of));
        let command = DelegateToCaregiver { at, by, caregiver: caregiver(), person, from: None, until };
        live(store, vec![CommandEnvelope::new(space(number), command)]).await;
    }
    taken
}

async fn helped(store: &Store, numbers: std::ops::RangeInclusive<u16>, at: DateTime<Utc>) -> usize {
    let spaces: Vec<_> = numbers.map(space).collect();
    let lives = store.log().states(&spaces).await.expect("states");
    let standing = |space: &ens_domain::space::HealthSpace| space.delegation_state(caregiver(), paris::day_of(at));
    lives.iter().flatten().filter(|loaded| standing(&loaded.space) == DelegationState::Standing).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_caregiver_helps_five_persons_at_most_whoever_names_them_at_once() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        open(&log.store, 1..=10).await;
        // Two doors to one database, as two processes have; a store in memory has one.
        let second = match backend {
            Backend::SqliteMemory => log.store.clone(),
            Backend::SqliteFile | Backend::PostgresOurs | Backend::PostgresStock => {
                Store::open(log.storage.url(), options()).await.expect("the same store")
            }
        };
        let asked = (0..40u16).map(|turn| {
            let store = if turn % 2 == 0 { log.store.clone() } else { second.clone() };
            tokio::spawn(async move { (turn % 10 + 1, name(&store, turn % 10 + 1, day(1), None).await) })
        });
        let answers: Vec<(u16, PlaceTaken)> = join_all(asked).await.into_iter().map(|answer| answer.expect("no panic")).collect();
        let new = answers.iter().filter(|(_, taken)| *taken == PlaceTaken::New).count();
        let told: std::collections::BTreeSet<u16> =
            answers.iter().filter(|(_, taken)| *taken != PlaceTaken::Full).map(|(number, _)| *number).collect();
        assert_eq!((new, told.len()), (5, 5), "{backend:?}: {answers:?}");
        assert_eq!(helped(&log.store, 1..=10, day(1)).await, 5, "{backend:?}");
    }
}

#[tokio::test]
async fn a_place_is_taken_once_for_a_caregiver_and_a_space() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        open(&log.store, 1..=7).await;
        assert_eq!(name(&log.store, 1, day(1), None).await, PlaceTaken::New, "{backend:?}");
        for _ in 0..10 {
            assert_eq!(name(&log.store, 1, day(1), None).await, PlaceTaken::Already, "{backend:?}");
        }
        let others = CaregiverPlaces::of(&log.store, CaregiverId::from(uuid::Uuid::from_u128(7)));
        for number in 1..=5 {
            assert_eq!(others.take(space(number), day(1)).await, Ok(PlaceTaken::New), "{backend:?}: another caregiver counts apart");
        }
        for number in 2..=5 {
            assert_eq!(name(&log.store, number, day(1), None).await, PlaceTaken::New, "{backend:?}");
        }
        assert_eq!(name(&log.store, 6, day(1), None).await, PlaceTaken::Full, "{backend:?}");
        assert_eq!(name(&log.store, 5, day(1), None).await, PlaceTaken::Already, "{backend:?}");
        // What was taken for nothing is given back, and nothing else is.
        assert_eq!(others.give_back(space(5), day(2)).await, Ok(()), "{backend:?}");
        assert_eq!(others.take(space(6), day(1)).await, Ok(PlaceTaken::Full), "{backend:?}");
        assert_eq!(others.give_back(space(5), day(1)).await, Ok(()), "{backend:?}");
        assert_eq!(others.take(space(6), day(1)).await, Ok(PlaceTaken::New), "{backend:?}");
    }
}

#[tokio::test]
async fn a_place_is_freed_where_the_log_says_that_the_delegation_is_over() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        open(&log.store, 1..=9).await;
        for number in 1..=4 {
            assert_eq!(name(&log.store, number, day(1), None).await, PlaceTaken::New, "{backend:?}");
        }
        assert_eq!(name(&log.store, 5, day(1), Some(day(3))).await, PlaceTaken::New, "{backend:?}");
        assert_eq!(name(&log.store, 6, day(2), None).await, PlaceTaken::Full, "{backend:?}");
        // Ended by the holder.
        let end = EndDelegation { at: day(2), by: Party::Holder, caregiver: caregiver() };
        live(&log.store, vec![CommandEnvelope::new(space(1), end)]).await;
        assert_eq!(name(&log.store, 6, day(2), None).await, PlaceTaken::New, "{backend:?}");
        assert_eq!(name(&log.store, 7, day(3), None).await, PlaceTaken::Full, "{backend:?}: its last day counts");
        // Over with its last day.
        assert_eq!(name(&log.store, 7, day(4), None).await, PlaceTaken::New, "{backend:?}");
        assert_eq!(name(&log.store, 8, day(4), None).await, PlaceTaken::Full, "{backend:?}");
        // Closed, which a reopening does not undo.
        live(&log.store, vec![CommandEnvelope::new(space(2), Close { at: day(5), by: Party::Holder })]).await;
        assert_eq!(name(&log.store, 8, day(5), None).await, PlaceTaken::New, "{backend:?}");
        live(&log.store, vec![CommandEnvelope::new(space(2), Reopen { at: day(6), by: Party::Holder })]).await;
        assert_eq!(helped(&log.store, 1..=9, day(6)).await, 5, "{backend:?}");
        assert_eq!(name(&log.store, 2, day(6), None).await, PlaceTaken::Full, "{backend:?}");
    }
}

#[tokio::test]
async fn a_place_whose_event_is_still_to_come_is_not_freed() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        open(&log.store, 1..=7).await;
        for number in 1..=4 {
            assert_eq!(take(&log.store, number, day(3)).await, PlaceTaken::New, "{backend:?}");
        }
        // Named, ended, and about to be named again.
        name(&log.store, 5, day(1), None).await;
        let end = EndDelegation { at: day(2), by: Party::Holder, caregiver: caregiver() };
        live(&log.store, vec![CommandEnvelope::new(space(5), end)]).await;
        assert_eq!(take(&log.store, 5, day(3)).await, PlaceTaken::Already, "{backend:?}");
        assert_eq!(take(&log.store, 6, day(3) + Duration::minutes(59)).await, PlaceTaken::Full, "{backend:?}");
        assert_eq!(take(&log.store, 6, day(3) + Duration::minutes(61)).await, PlaceTaken::New, "{backend:?}: the requests were given up");
    }
}

#[tokio::test]
async fn a_destroyed_space_frees_its_places() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        open(&log.store, 2..=6).await;
        for number in 1..=5 {
            assert_eq!(take(&log.store, number, day(200)).await, PlaceTaken::New, "{backend:?}");
        }
        assert_eq!(take(&log.store, 6, day(200)).await, PlaceTaken::Full, "{backend:?}");
        live(&log.store, life_until_destroyed(space(1))).await;
        assert_eq!(take(&log.store, 6, day(200)).await, PlaceTaken::New, "{backend:?}");
        assert_eq!(take(&log.store, 1, day(200)).await, PlaceTaken::Full, "{backend:?}");
    }
}

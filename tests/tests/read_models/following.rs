//! Followers: two at work fold each event once, one is killed, one meets an unreadable event, one is woken by an append.

use std::time::Duration;

use ens_domain::organism::AgentId;
use ens_domain::party::Party;
use ens_domain::policy::Policy;
use ens_domain::space::Proof;
use ens_domain::space::commands::Oppose;
use ens_domain::space::terms::{OppositionChannel, Stage};
use ens_projections::campaign_progress::{ProgressFilter, campaign_progress};
use ens_projections::space_status::{SpaceStatus, space_status};
use ens_projections::{FaultKind, FollowOptions, Followers, NotCaughtUp, Projection, ReadModelLag, compare, read_models};
use ens_store::{CommandEnvelope, NewEvent, Partition, Store, Write};
use ens_tests::cohort::open_store;
use ens_tests::{Engine, eventually, times};
use futures::future::pending;
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::lives::{Kind, PopulatedStore, start};

/// Small batches, so that there are many places to be killed in.
fn hurried() -> FollowOptions {
    FollowOptions { batch: 7, poll: Duration::from_millis(20), rest: Duration::from_millis(20) }
}

async fn behind(followers: &Followers) -> u64 {
    followers.lag().await.expect("a lag").iter().map(|lag| lag.behind).sum()
}

async fn until_level(followers: &Followers) {
    eventually("every read model is level", async || (behind(followers).await == 0).then_some(())).await;
}

async fn assert_live_equals_rebuilt(store: &Store) {
    for read_model in read_models() {
        assert_eq!(compare(store, read_model.name()).await, Ok(Vec::new()), "{}", read_model.name());
    }
}

async fn lines_of_history(store: &Store) -> Option<u64> {
    let counted: Vec<Value> = store.read_models().select("SELECT count(*) AS lines FROM history", &[]).await.expect("a count");
    counted[0]["lines"].as_u64()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_at_work_do_everything_once() {
    for engine in Engine::DURABLE {
        let mut populated = PopulatedStore::fresh(engine).await;
        let other = open_store(populated.storage.url()).await;
        let both = [populated.store.clone(), other].map(|store| Followers::with_options(store, hurried()));
        let at_work = both.clone().map(|followers| tokio::spawn(async move { followers.run(pending()).await }));
        for _ in 0..3 {
            populated.live(4).await;
        }
        until_level(&both[0]).await;
        for (followers, task) in both.iter().zip(at_work) {
            task.abort();
            assert!(followers.health().is_well(), "{engine:?}: {:?}", followers.health());
        }
        assert_eq!(lines_of_history(&populated.store).await, Some(populated.events_of_lives().await), "{engine:?}");
        assert_live_equals_rebuilt(&populated.store).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_is_killed_leaves_rows_and_checkpoint_as_they_were() {
    for engine in Engine::ALL {
        let populated = PopulatedStore::lived(engine, 1).await;
        Followers::new(populated.store.clone()).catch_up().await.expect("level");
        let (table, partition) = (SpaceStatus::table(), populated.store.partition_of(populated.one(Kind::Told)));
        let before = populated.store.read_models().checkpoints("space_status").await.expect("checkpoints");
        let mut row = space_status(&populated.store, populated.one(Kind::Told)).await.expect("a status").expect("a row");
        row.stage = Stage::Ended;
        let mut turn = populated.store.read_models().follow("space_status", partition).await.expect("a turn").expect("a free one");
        turn.put(&table, &[serde_json::to_value(&row).expect("a row")]).await.expect("put");
        drop(turn);
        assert_eq!(populated.store.read_models().checkpoints("space_status").await, Ok(before), "{engine:?}");
        assert_live_equals_rebuilt(&populated.store).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_waiting_cuts_nothing_off() {
    for engine in Engine::ALL {
        let populated = PopulatedStore::lived(engine, 4).await;
        let mut cut = 0;
        for round in 0..times(40, 400) {
            let followers = Followers::with_options(populated.store.clone(), FollowOptions { batch: 3, ..hurried() });
            let task = tokio::spawn(async move { followers.catch_up().await });
            // Another number of turns of the scheduler each time: it is killed at another point.
            for _ in 0..round * 3 {
                tokio::task::yield_now().await;
            }
            task.abort();
            cut += usize::from(task.await.is_err());
        }
        assert!(cut > 0, "{engine:?}: nothing was cut");
        Followers::new(populated.store.clone()).catch_up().await.unwrap_or_else(|error| panic!("{engine:?}: {error}"));
        assert_eq!(lines_of_history(&populated.store).await, Some(populated.events_of_lives().await), "{engine:?}");
        assert_live_equals_rebuilt(&populated.store).await;
    }
}

/// Appends an event of an unknown type, and returns its position.
async fn poison(store: &Store, partition: Partition) -> u64 {
    let mut number = 0;
    let id = loop {
        let id = Uuid::from_u128(number);
        if store.partition_of(id.into()) == partition {
            break id;
        }
        number += 1;
    };
    let unknown = NewEvent {
        event_type: "SpaceTeleported".to_owned(),
        event_version: "1.0".to_owned(),
        payload: "{\"SpaceTeleported\":{}}".to_owned(),
        metadata: "{}".to_owned(),
    };
    let write =
        Write { aggregate_type: "health_space".to_owned(), aggregate_id: id.to_string(), expected_version: 0, events: vec![unknown] };
    ens_store::raw::append(store, vec![write]).await.expect("an append").remove(0).expect("no conflict").position
}

#[tokio::test]
async fn what_comes_before_an_event_that_cannot_be_folded_is_still_folded() {
    for engine in Engine::ALL {
        let mut populated = PopulatedStore::lived(engine, 1).await;
        let partition = populated.store.partition_of(populated.one(Kind::Told));
        let position = poison(&populated.store, partition).await;
        populated.live(1).await;
        let followers = Followers::new(populated.store.clone());
        let Err(NotCaughtUp::Stopped(faults)) = followers.catch_up().await else { panic!("{engine:?}: it was folded") };
        let said: Vec<_> = faults.iter().map(|fault| (fault.projection, fault.partition, fault.position, fault.kind)).collect();
        let expected: Vec<_> = read_models().map(|each| (each.name(), partition, position, FaultKind::UnknownEvent)).collect();
        assert_eq!(said, expected, "{engine:?}");
        assert_eq!(followers.health().faults.len(), read_models().count());
        for read_model in read_models() {
            let reached = populated.store.read_models().checkpoints(read_model.name()).await.expect("checkpoints");
            assert!(reached.contains(&(partition, position - 1)), "{engine:?} {}: {reached:?}", read_model.name());
        }
        assert!(space_status(&populated.store, populated.one(Kind::Told)).await.expect("a status").is_some(), "{engine:?}");
    }
}

/// Deletes a row that later events change from one read model, and makes the table of another one refuse writes.
async fn spoil(populated: &PopulatedStore, partition: Partition) {
    let space = populated.one(Kind::Told);
    let mut owner = PgConnection::connect(populated.storage.url()).await.expect("the owner");
    for statement in [
        format!("DELETE FROM space_status WHERE partition = {partition} AND space = '{space}'"),
        // Of this space alone: another one of the partition may have opposed before.
        format!("ALTER TABLE history_{:02} ADD CONSTRAINT spoilt CHECK (event <> 'Opposed' OR space <> '{space}')", partition.number()),
    ] {
        sqlx::query(&statement).execute(&mut owner).await.expect("spoilt");
    }
}

#[tokio::test]
async fn a_fault_in_one_projection_does_not_stop_the_others_of_its_turn() {
    let populated = PopulatedStore::lived(Engine::Postgres, 1).await;
    let followers = Followers::new(populated.store.clone());
    followers.catch_up().await.expect("level");
    let (space, partition) = (populated.one(Kind::Told), populated.store.partition_of(populated.one(Kind::Told)));
    spoil(&populated, partition).await;
    let agent = AgentId::parse("agent-1").expect("an agent");
    let command = Oppose { at: start(), by: Party::Support { agent }, via: OppositionChannel::Desk, proof: Proof::IdentityProved };
    populated.store.commands().execute(CommandEnvelope::new(space, command), &Policy::default()).await.expect("an opposition at the desk");
    let position = populated.store.log().state(space).await.expect("a state").expect("a space").position;
    let Err(NotCaughtUp::Stopped(faults)) = followers.catch_up().await else { panic!("it was folded") };
    let said: Vec<_> = faults.iter().map(|fault| (fault.projection, fault.position, fault.kind)).collect();
    assert_eq!(said, [("space_status", position, FaultKind::NothingToAmend), ("history", position, FaultKind::Store)]);
    for lag in followers.lag().await.expect("a lag").iter().filter(|lag| lag.partition == partition) {
        let stands_still = said.iter().any(|(projection, ..)| *projection == lag.projection);
        assert_eq!(lag.behind > 0, stands_still, "{lag:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_that_has_stopped_stops_no_other() {
    let mut populated = PopulatedStore::lived(Engine::Postgres, 2).await;
    let partition = populated.store.partition_of(populated.one(Kind::Told));
    poison(&populated.store, partition).await;
    populated.live(2).await;
    let followers = Followers::with_options(populated.store.clone(), hurried());
    let at_work = tokio::spawn({
        let followers = followers.clone();
        async move { followers.run(pending()).await }
    });
    eventually("the others are level and the one says that it stands still", async || {
        let lags = followers.lag().await.expect("a lag");
        let only_there = lags.iter().all(|lag: &ReadModelLag| (lag.behind == 0) == (lag.partition != partition));
        let said = followers.health().faults.iter().filter(|fault| fault.partition == partition).count();
        (only_there && said == read_models().count()).then_some(())
    })
    .await;
    at_work.abort();
    assert!(followers.health().faults.iter().all(|fault| fault.partition == partition));
    let reason = &followers.health().faults[0].reason;
    assert!(reason.contains("SpaceTeleported"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_wakes_as_soon_as_this_process_appends() {
    for engine in Engine::ALL {
        let mut populated = PopulatedStore::fresh(engine).await;
        // Only the notification of an append can wake it.
        let options = FollowOptions { poll: Duration::from_secs(3600), ..FollowOptions::default() };
        let followers = Followers::with_options(populated.store.clone(), options);
        let at_work = tokio::spawn({
            let followers = followers.clone();
            async move { followers.run(pending()).await }
        });
        for round in 1..=3 {
            populated.live(1).await;
            until_level(&followers).await;
            let counted = campaign_progress(&populated.store, &[], &ProgressFilter::default()).await.expect("a count");
            assert_eq!(counted[0].spaces, round * 10, "{engine:?}");
        }
        at_work.abort();
    }
}

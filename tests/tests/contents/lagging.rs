//! A read model that is behind, that has stopped or that was rolled back, a clock that is wrong: nothing is removed.

use chrono::Duration;
use ens_api::app::App;
use ens_api::background::contents::{SweepError, sweep_contents};
use ens_projections::{Followers, NotCaughtUp, rebuild, roll_back};
use ens_store::{Clock, NewEvent, StoreError, SweepTask, Swept, Write};
use ens_tests::Engine;
use ens_tests::deposits::new_document;

use super::world::World;

#[tokio::test]
async fn a_read_model_that_is_behind_removes_nothing() {
    for engine in Engine::DURABLE {
        let world = World::fresh(engine).await;
        world.catch_up().await;
        let (_, named) = world.deposit(world.spaces[0], "recorded after the rows were written").await;
        world.orphan().await;
        world.later(Duration::hours(25));
        let partition = world.store().partition_of(world.spaces[0]);
        for task in [SweepTask::Count, SweepTask::Remove] {
            assert_eq!(world.sweep(task).await, Err(SweepError::Behind(partition)), "{engine:?}");
        }
        assert_eq!(world.files(), 2, "{engine:?}");
        world.catch_up().await;
        let swept = Swept { kept: 1, removed: 1, ..Swept::default() };
        assert_eq!(world.sweep(SweepTask::Remove).await, Ok(swept), "{engine:?}");
        assert!(world.read(world.spaces[0], &named).await.is_ok(), "{engine:?}");
    }
}

#[tokio::test]
async fn a_read_model_that_has_stopped_removes_nothing() {
    for engine in Engine::DURABLE {
        let world = World::fresh(engine).await;
        let (store, space) = (world.store(), world.spaces[0]);
        world.orphan().await;
        let event = NewEvent {
            event_type: "DocumentFromTheFuture".to_owned(),
            event_version: "1.0".to_owned(),
            payload: "{\"DocumentFromTheFuture\":{}}".to_owned(),
            metadata: "{}".to_owned(),
        };
        let stream = new_document(store, space, world.app.now()).to_string();
        let write = Write { aggregate_type: "document".to_owned(), aggregate_id: stream, expected_version: 0, events: vec![event] };
        ens_store::raw::append(store, vec![write]).await.expect("an append").remove(0).expect("no other writer");
        world.deposit(space, "behind the event that nobody reads").await;
        let stopped = Followers::new(store.clone()).catch_up().await;
        assert!(matches!(&stopped, Err(NotCaughtUp::Stopped(faults)) if faults.iter().any(|fault| fault.projection == "contents")));
        world.later(Duration::hours(25));
        assert_eq!(world.sweep(SweepTask::Remove).await, Err(SweepError::Behind(store.partition_of(space))), "{engine:?}");
        assert_eq!(world.files(), 2, "{engine:?}");
    }
}

#[tokio::test]
async fn a_table_that_was_rolled_back_removes_nothing() {
    for engine in Engine::DURABLE {
        let world = World::fresh(engine).await;
        world.deposit(world.spaces[0], "in both tables").await;
        world.catch_up().await;
        rebuild(world.store(), "contents").await.expect("a rebuild");
        world.deposit(world.spaces[0], "in the new table only").await;
        world.catch_up().await;
        world.later(Duration::hours(25));
        assert_eq!(world.sweep(SweepTask::Count).await, Ok(Swept { kept: 2, ..Swept::default() }), "{engine:?}");
        roll_back(world.store(), "contents").await.expect("the table before");
        let partition = world.store().partition_of(world.spaces[0]);
        assert_eq!(world.sweep(SweepTask::Remove).await, Err(SweepError::Behind(partition)), "{engine:?}");
        assert_eq!(world.files(), 2, "{engine:?}");
    }
}

#[tokio::test]
async fn a_clock_that_is_days_ahead_removes_nothing() {
    let world = World::fresh(Engine::Postgres).await;
    world.orphan().await;
    world.catch_up().await;
    let ahead = App::new(world.store().clone(), Clock::machine_wrong_by(Duration::days(3)), (*world.app.settings).clone());
    let swept = sweep_contents(&ahead, ahead.store.partitions().each(), SweepTask::Remove).await;
    assert!(matches!(swept, Err(SweepError::Store(StoreError::Clock(_)))), "{swept:?}");
    assert_eq!(world.files(), 1);
}

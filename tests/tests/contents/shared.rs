//! Sweeps beside each other and beside deposits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::Duration;
use ens_api::background::contents::{SweepError, sweep_contents};
use ens_projections::Followers;
use ens_store::SweepTask;
use ens_tests::Engine;
use ens_tests::deposits::{deposit, named, new_document, put, read};
use futures::future::pending;
use tokio::task::JoinSet;

use super::world::{World, open_store, process};

#[tokio::test]
async fn two_processes_sweep_without_harm() {
    for engine in Engine::DURABLE {
        let world = World::fresh(engine).await;
        let other = process(open_store(&world.storage).await, &world.storage);
        let mut kept = Vec::new();
        for number in 0..40 {
            let space = world.spaces[number % 3];
            world.orphan().await;
            if number % 4 == 0 {
                kept.push((space, world.deposit(space, &format!("document {number}")).await.1));
            }
        }
        world.catch_up().await;
        world.later(Duration::hours(25));
        other.clock.jump_to(world.app.now());
        let all = || world.store().partitions().each();
        let (one, two) =
            tokio::join!(sweep_contents(&world.app, all(), SweepTask::Remove), sweep_contents(&other, all(), SweepTask::Remove));
        let (one, two) = (one.expect("a sweep"), two.expect("a sweep"));
        // Where one was at it, the other left it alone.
        let again = sweep_contents(&world.app, all(), SweepTask::Remove).await.expect("a sweep");
        assert_eq!(one.swept.removed + two.swept.removed + again.swept.removed, 40, "{engine:?}: {one:?} {two:?} {again:?}");
        assert_eq!(world.files(), kept.len(), "{engine:?}");
        for (space, content) in &kept {
            assert!(world.read(*space, content).await.is_ok(), "{engine:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sweep_beside_running_deposits_never_removes_a_fresh_one() {
    for engine in Engine::DURABLE {
        let world = Arc::new(World::fresh(engine).await);
        let followers = Followers::new(world.store().clone());
        let following = tokio::spawn(async move { followers.run(pending()).await });
        let done = Arc::new(AtomicBool::new(false));
        let sweeping = tokio::spawn({
            let (world, done) = (Arc::clone(&world), Arc::clone(&done));
            async move {
                let mut rounds = 0;
                while !done.load(Ordering::SeqCst) || rounds < 3 {
                    let partitions = world.store().partitions().each();
                    let swept = match sweep_contents(&world.app, partitions, SweepTask::Remove).await {
                        Ok(round) => round.swept,
                        // On a busy machine the followers may be late.
                        Err(SweepError::Behind(_)) => continue,
                        Err(error) => panic!("{error}"),
                    };
                    assert_eq!((swept.removed, swept.abandoned), (0, 0), "{swept:?}");
                    rounds += 1;
                }
            }
        });
        let mut depositing = JoinSet::new();
        for caller in 0..4 {
            let world = Arc::clone(&world);
            depositing.spawn(async move {
                let (store, space) = (world.store(), world.spaces[caller % 3]);
                for number in 0..15 {
                    let at = world.app.now();
                    let content = put(store, space, at, format!("{caller}/{number}").as_bytes()).await;
                    tokio::task::yield_now().await;
                    world.act(deposit(new_document(store, space, at), content, at)).await;
                }
            });
        }
        depositing.join_all().await;
        done.store(true, Ordering::SeqCst);
        sweeping.await.expect("sweeps");
        let all = named(world.store()).await;
        assert_eq!(all.len(), 60, "{engine:?}");
        for (space, content) in all {
            assert!(read(world.store(), space, &content).await.is_ok(), "{engine:?}");
        }
        following.abort();
    }
}

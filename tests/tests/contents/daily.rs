//! The background task: it sweeps by itself, once a day, whoever does it; what a destroyed space had goes with its next round.

use std::sync::Arc;

use chrono::Duration;
use ens_api::app::App;
use ens_api::background::contents::sweep_daily;
use ens_api::background::{self, Workers};
use ens_domain::party::Party;
use ens_domain::sections::medical_record::DocumentRequest;
use ens_domain::space::commands::{Close, Destroy, RequestDestruction};
use ens_notices::letters::StatusFolder;
use ens_notices::{DirectoryCarrier, Dispatcher, FolderTransport};
use ens_projections::{Followers, compare};
use ens_store::{CommandEnvelope, OpenError, StoreError, SweepTask, Swept};
use ens_tests::deposits::{deposit, handle, new_document, put, replace};
use ens_tests::{Engine, eventually};
use tokio_util::sync::CancellationToken;

use super::world::{World, open_store, process};

/// Everything that the service does by itself, until `until` is true.
async fn serve_until(app: &App, what: &str, mut until: impl AsyncFnMut() -> bool) {
    let stop = CancellationToken::new();
    let mail = Arc::new(FolderTransport::new(app.settings.mail_folder(), &app.settings.mail).expect("a folder"));
    let post = Arc::new(DirectoryCarrier::new(app.settings.letters_folder()));
    let workers = Workers {
        followers: Followers::new(app.store.clone()),
        dispatcher: Dispatcher::new(app.context.clone(), &app.settings.site.url, mail, post),
        statuses: StatusFolder::new(app.settings.letters_folder().join("statuses")),
    };
    let running = tokio::spawn(background::run(app.clone(), workers, stop.clone()));
    eventually(what, async || until().await.then_some(())).await;
    stop.cancel();
    running.await.expect("it stops").expect("no task broke");
}

#[tokio::test]
async fn the_service_sweeps_by_itself() {
    for engine in Engine::DURABLE {
        let world = World::fresh(engine).await;
        let (_, kept) = world.deposit(world.spaces[0], "a document").await;
        world.orphan().await;
        world.later(Duration::hours(25));
        serve_until(&world.app, "the orphan is swept", async || world.files() == 1).await;
        assert!(world.read(world.spaces[0], &kept).await.is_ok(), "{engine:?}");
    }
}

#[tokio::test]
async fn a_partition_is_swept_once_a_day_whoever_does_it() {
    for engine in Engine::DURABLE {
        let world = World::fresh(engine).await;
        let other = process(open_store(&world.storage).await, &world.storage);
        world.catch_up().await;
        world.later(Duration::days(2));
        let today = async |app: &App| {
            app.clock.jump_to(world.app.now());
            sweep_daily(app, CancellationToken::new()).await.expect("a sweep").swept
        };
        assert_eq!(today(&world.app).await, Swept::default(), "{engine:?}");
        world.later(Duration::hours(20));
        world.orphan().await;
        // To the day of the next sweep, when the orphan is young; a day later it is old.
        world.later(Duration::hours(4));
        assert_eq!(today(&world.app).await.waiting, 1, "{engine:?}");
        assert_eq!(today(&other).await, Swept::default(), "{engine:?}: swept twice in one day");
        world.later(Duration::hours(24));
        let stopped = CancellationToken::new();
        stopped.cancel();
        assert_eq!(sweep_daily(&other, stopped).await.expect("a round").swept, Swept::default(), "{engine:?}");
        assert_eq!(today(&other).await.removed, 1, "{engine:?}");
        assert_eq!((today(&world.app).await, world.files()), (Swept::default(), 0), "{engine:?}");
        // Whoever asks for it has it swept at any time.
        world.orphan().await;
        assert_eq!(world.sweep(SweepTask::Count).await.map(|swept| swept.waiting), Ok(1), "{engine:?}");
    }
}

#[tokio::test]
async fn what_a_destroyed_space_had_goes_with_the_next_sweep() {
    for engine in Engine::DURABLE {
        let world = World::fresh(engine).await;
        let (space, at) = (world.spaces[0], world.app.now());
        let (document, first) = world.deposit(space, "the first version").await;
        let second = put(world.store(), space, at, b"the second version").await;
        world.act(replace(document, second.clone(), at)).await;
        let (withdrawn, third) = world.deposit(space, "withdrawn").await;
        world.act(handle(withdrawn, DocumentRequest::Withdraw, at)).await;
        let (_, others) = world.deposit(world.spaces[1], "of another person").await;
        world.catch_up().await;
        assert_eq!(world.sweep(SweepTask::Remove).await, Ok(Swept { kept: 4, ..Swept::default() }), "{engine:?}");
        world.act(CommandEnvelope::new(space, Close { at, by: Party::Holder })).await;
        world.act(CommandEnvelope::new(space, RequestDestruction { at, by: Party::Holder })).await;
        world.act(CommandEnvelope::new(space, Destroy { at: at + Duration::days(100) })).await;
        world.catch_up().await;
        // The clock has not moved: their age does not matter.
        assert_eq!(world.sweep(SweepTask::Remove).await, Ok(Swept { kept: 1, removed: 3, ..Swept::default() }), "{engine:?}");
        for content in [first, second, third] {
            assert_eq!(world.read(space, &content).await, Err(StoreError::Open(OpenError::Destroyed)), "{engine:?}");
        }
        assert!(world.read(world.spaces[1], &others).await.is_ok(), "{engine:?}");
        assert_eq!(compare(world.store(), "contents").await, Ok(Vec::new()), "{engine:?}: a rebuild gives the same rows");
    }
}

#[tokio::test]
async fn one_content_named_by_two_documents_stays_as_long_as_one_of_them() {
    for engine in Engine::DURABLE {
        let world = World::fresh(engine).await;
        let (space, at) = (world.spaces[0], world.app.now());
        let (one, content) = world.deposit(space, "named twice").await;
        let other = new_document(world.store(), space, at);
        world.act(deposit(other, content.clone(), at)).await;
        world.act(handle(one, DocumentRequest::MoveOut, at)).await;
        world.catch_up().await;
        assert_eq!(world.sweep(SweepTask::Remove).await, Ok(Swept { kept: 1, ..Swept::default() }), "{engine:?}");
        assert!(world.read(space, &content).await.is_ok(), "{engine:?}");
        world.act(handle(other, DocumentRequest::MoveOut, at)).await;
        world.catch_up().await;
        assert_eq!(world.sweep(SweepTask::Remove).await, Ok(Swept { removed: 1, ..Swept::default() }), "{engine:?}");
    }
}

//! `ens sweep`: what it says, what it would remove, what it removes.

use std::time::{Duration as Time, SystemTime};

use chrono::Duration;
use ens_tests::cohort::MASTER_KEY;
use ens_tests::deposits::put;
use ens_tests::{Engine, Launch};
use serde_json::{Value, json};

use super::world::{World, contents_of, files_under};

/// The command on the store of this test.
fn sweep(world: &World, arguments: &[&str]) -> String {
    let launch = Launch::default().arg("sweep").env("ENS_STORE", world.storage.url()).env("ENS_LOG", "warn");
    let launch = launch.env("ENS_DATA", world.storage.folder().display().to_string()).env("ENS_MASTER_KEY", MASTER_KEY);
    let launch = launch.env("ENS_CONTENTS", contents_of(&world.storage).display().to_string());
    let (ended, printed) = arguments.iter().fold(launch, |launch, argument| launch.arg(*argument)).run("");
    assert!(ended.success(), "{printed}");
    printed
}

#[tokio::test]
async fn a_dry_run_says_what_the_sweep_then_removes() {
    for engine in Engine::DURABLE {
        let world = World::fresh(engine).await;
        // Two days ago by its id, and by the file.
        put(world.store(), world.spaces[0], world.app.now() - Duration::days(2), b"named by nobody").await;
        let old = files_under(&contents_of(&world.storage)).pop().expect("a file");
        let then = SystemTime::now() - Time::from_secs(2 * 24 * 60 * 60);
        std::fs::File::options().write(true).open(&old).expect("the file").set_modified(then).expect("another time");
        let bytes = old.metadata().expect("the file").len();
        world.deposit(world.spaces[0], "a document").await;
        world.orphan().await;
        let expected = json!({
            "dry_run": true, "contents": 1, "bytes": bytes, "unfinished": 0, "kept": 1, "waiting": 1, "unknown": 0,
        });
        let said: Value = serde_json::from_str(&sweep(&world, &["--dry-run", "--json"])).expect("an object");
        assert_eq!((said, world.files()), (expected, 3), "{engine:?}");
        let said = sweep(&world, &["--dry-run"]);
        assert!(said.starts_with(&format!("1 contents of {bytes} bytes and 0 unfinished files would be removed\n")), "{said}");
        let said = sweep(&world, &[]);
        assert!(said.starts_with(&format!("1 contents of {bytes} bytes and 0 unfinished files removed\n")), "{said}");
        assert!(said.contains("1 kept, 1 younger than a day"), "{said}");
        assert_eq!((world.files(), old.exists()), (2, false), "{engine:?}");
        let again: Value = serde_json::from_str(&sweep(&world, &["--json"])).expect("an object");
        assert_eq!((&again["contents"], &again["kept"]), (&json!(0), &json!(1)), "{engine:?}");
    }
}

//! The example for programs that embed the store runs on a database of its own.

use std::process::Command;

use ens_tests::{Engine, TestStorage, example};

#[tokio::test]
async fn the_example_embed_runs() {
    let storage = TestStorage::fresh(Engine::Postgres).await;
    let output = Command::new(example("embed")).arg(storage.url()).output().expect("the example starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("Some(Open) after 4 events"), "{said}");
}

//! The access matrix of the operator's file, over HTTP: what it opens is read, and every trace names its version.

use ens_api::http::gate::Actor;
use ens_domain::access::{AccessMode, Profession, Professional};
use ens_domain::rpps::Rpps;
use ens_tests::Engine;
use serde_json::json;

use super::api::{Api, professional};
use super::medical_record::{deposited, let_in};

/// Doctors read everything, and nurses reports of consultation.
const OPENS_TO_NURSES: &str = r#"{
  "version": "2026-02-01-essai", "effective_on": "2026-02-01", "source": "invented",
  "rows": [
    { "profession": "10", "types": ["*"], "readable": true, "source": "invented" },
    { "profession": "60", "types": ["11488-4"], "readable": true, "source": "invented" }
  ]
}"#;

fn nurse() -> Actor {
    let (rpps, profession) = (Rpps::from_first10("8100000009").expect("a number"), Profession::Nurse);
    Actor::Professional(Professional { rpps, profession, structure: None, mode: AccessMode::Ordinary })
}

/// What a nurse gets who was let in and reads a report of consultation: the status, and why.
async fn read_by_nurse(api: &Api) -> (u16, String, String) {
    let person = api.opened(1).await;
    let_in(api, &person).await;
    let Actor::Professional(Professional { rpps, .. }) = nurse() else { panic!("a professional") };
    let grant = json!({ "rpps": rpps.to_string() });
    api.by(&person.holder(), "POST", &person.path("/authorisations")).anyhow().json(&grant).send().await.done();
    let id = deposited(api, &person, &professional()).await;
    let read = api.by(&nurse(), "GET", &person.path(&format!("/documents/{id}/content"))).send().await;
    let seen = api.by(&person.holder(), "GET", &person.path(&format!("/accesses?reader={rpps}"))).send().await;
    let text = |name: &str| seen.body["accesses"][0][name].as_str().expect("text").to_owned();
    (read.status, text("because"), text("matrix"))
}

#[tokio::test]
async fn a_file_that_opens_a_type_to_a_profession_lets_it_in_and_the_trace_names_its_version() {
    let built_in = Api::start().await;
    assert_eq!(read_by_nurse(&built_in).await, (403, "not_in_matrix".to_owned(), "2023-10-26".to_owned()));
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), OPENS_TO_NURSES).expect("a matrix");
    let changed = Api::on(Engine::SqliteMemory, |settings| settings.access.matrix = Some(file.path().to_owned())).await;
    assert_eq!(read_by_nurse(&changed).await, (200, "grant_to_professional".to_owned(), "2026-02-01-essai".to_owned()));
    let version = changed.ask("GET", "/version").send().await;
    assert_eq!(version.body["access_matrix"], json!({ "version": "2026-02-01-essai", "effective_on": "2026-02-01" }));
}

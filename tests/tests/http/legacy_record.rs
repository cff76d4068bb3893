//! A medical record that is older than the space joins it over HTTP, and CNAM brings its documents, in the name of their authors.

use chrono::Duration;
use ens_api::http::gate::Actor;
use ens_domain::organism::AgentId;
use ens_domain::party::Party;
use ens_domain::rpps::Rpps;
use ens_domain::space::commands::{Open, Oppose, WithdrawOpposition};
use ens_domain::space::terms::OppositionChannel;
use ens_domain::space::{Proof, SpaceCommand};
use ens_tests::Engine;
use ens_tests::cohort::person_line;
use serde_json::{Value, json};

use super::api::{Answer, Api, Person, RPPS, professional};
use super::medical_record::{deposit, deposited, let_in, list, metadata};

const FIRST_DEPOSIT: &str = "2019-12-03T08:30:00Z";

/// Spoils what is said of the older record.
type Spoil = fn(&mut Value);

async fn join(api: &Api, person: &Person) -> Answer {
    let body = json!({ "created_on": "2019-11-05" });
    api.cnam("POST", &person.path("/legacy-record")).anyhow().json(&body).send().await
}

/// The doctor's report that the older record knows under this number.
fn legacy_report(number: &str) -> Value {
    let mut document = metadata("11488-4");
    document["title"] = json!("Compte rendu de 2019");
    document["legacy"] = json!({ "number": number, "author_role": "professional", "author": RPPS, "deposited_at": FIRST_DEPOSIT });
    document
}

async fn bring(api: &Api, person: &Person, document: &Value) -> Answer {
    deposit(api, person, &Actor::Cnam, document).await
}

fn reason(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.body["reason"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn cnam_brings_documents_once_the_older_record_has_joined() {
    for engine in Engine::ALL {
        let api = Api::on(engine, |_| {}).await;
        let person = api.opened(1).await;
        let before = api.events().await;
        assert_eq!(reason(&bring(&api, &person, &legacy_report("A-1")).await), (403, "not_authorised"), "{engine:?}");
        assert_eq!(api.events().await, before);

        assert_eq!(join(&api, &person).await.done(), ["LegacyRecordJoined"]);
        assert_eq!(join(&api, &person).await.done(), [] as [&str; 0]);
        let brought = bring(&api, &person, &legacy_report("A-1")).await;
        assert_eq!((brought.status, brought.done()), (201, vec!["DocumentDeposited"]), "{engine:?}: {}", brought.text);

        let page = list(&api, &person, &person.holder()).await;
        let document = &page.body["documents"][0];
        assert_eq!((&document["author"], &document["author_role"]), (&json!(RPPS), &json!("professional")), "{}", page.text);
        assert_eq!((&document["deposited_at"], &document["act_first"]), (&json!(FIRST_DEPOSIT), &json!("2019-12-03")));
        assert!(document["joined_at"].is_string(), "{document}");
        let shown = api.by(&person.holder(), "GET", &person.path(&format!("/documents/{}", document["id"].as_str().expect("an id"))));
        assert_eq!(shown.send().await.body["versions"][0]["at"], FIRST_DEPOSIT);

        let history = person.path("/history");
        let told = api.read_until(&person.holder(), &history, |answer| answer.text.contains("LegacyRecordJoined")).await;
        assert!(told.text.contains("Votre dossier médical partagé, créé le 5 novembre 2019, a rejoint votre espace."), "{}", told.text);
    }
}

#[tokio::test]
async fn the_same_legacy_document_twice_is_one_document() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    join(&api, &person).await.done();
    let first = bring(&api, &person, &legacy_report("A-1")).await;
    let again = bring(&api, &person, &legacy_report("A-1")).await;
    assert_eq!((again.status, again.done(), &again.body["id"]), (201, vec![], &first.body["id"]), "{}", again.text);
    let other = bring(&api, &person, &legacy_report("A-2")).await;
    assert_ne!(other.body["id"], first.body["id"]);
    let mut of_another = legacy_report("A-1");
    of_another["legacy"]["author"] = json!(Rpps::from_first10("8100000007").expect("a number").to_string());
    let refused = bring(&api, &person, &of_another).await;
    assert_eq!(refused.refused(), (409, "document-id-taken"), "{}", refused.text);
    let page = list(&api, &person, &person.holder()).await;
    assert_eq!(page.body["documents"].as_array().expect("documents").len(), 2);
}

#[tokio::test]
async fn cnam_reads_nothing_of_what_it_brought() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    join(&api, &person).await.done();
    let id = bring(&api, &person, &legacy_report("A-1")).await.body["id"].as_str().expect("an id").to_owned();
    for path in ["/documents".to_owned(), format!("/documents/{id}"), format!("/documents/{id}/content")] {
        assert_eq!(api.cnam("GET", &person.path(&path)).send().await.refused(), (403, "forbidden"), "{path}");
    }
    let hide = api.cnam("POST", &person.path(&format!("/documents/{id}/acts"))).json(&json!({ "act": "hide" })).send().await;
    assert_eq!(hide.refused(), (403, "forbidden"));
    assert_eq!(reason(&bring(&api, &person, &metadata("11488-4")).await), (403, "role_never_reads"));
}

#[tokio::test]
async fn the_author_reads_and_takes_back_their_legacy_document() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    join(&api, &person).await.done();
    let id = bring(&api, &person, &legacy_report("A-1")).await.body["id"].as_str().expect("an id").to_owned();
    // Nothing authorises the doctor but that the document is theirs.
    let content = api.by(&professional(), "GET", &person.path(&format!("/documents/{id}/content"))).send().await;
    assert_eq!((content.status, content.text.as_str()), (200, "Compte rendu : tout va bien.\n"));
    let accesses = api.by(&person.holder(), "GET", &person.path("/accesses?section=medical_record")).send().await;
    assert_eq!(accesses.body["accesses"][0]["because"], "author", "{}", accesses.text);
    let correction = json!({ "title": "Compte rendu corrigé" });
    let corrected = api.by(&professional(), "POST", &person.path(&format!("/documents/{id}/corrections"))).json(&correction).send().await;
    assert_eq!(corrected.done(), ["MetadataCorrected"]);
    let act = json!({ "act": "withdraw" });
    let withdrawn = api.by(&professional(), "POST", &person.path(&format!("/documents/{id}/acts"))).json(&act).send().await;
    assert_eq!(withdrawn.done(), ["DocumentWithdrawn"]);
    let late = bring(&api, &person, &legacy_report("A-1")).await;
    assert_eq!(late.done(), [] as [&str; 0], "a late repeat brings nothing back");
}

#[tokio::test]
async fn a_legacy_document_stands_in_the_list_at_the_date_of_its_first_deposit() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let today = deposited(&api, &person, &professional()).await;
    join(&api, &person).await.done();
    api.later(Duration::hours(1));
    bring(&api, &person, &legacy_report("A-1")).await.done();
    let mut older = legacy_report("A-2");
    older["legacy"]["deposited_at"] = json!("2019-11-05T00:00:00+01:00");
    bring(&api, &person, &older).await.done();
    let page = list(&api, &person, &person.holder()).await;
    let days: Vec<&Value> = page.body["documents"].as_array().expect("documents").iter().map(|one| &one["act_first"]).collect();
    assert_eq!(days[1..], ["2019-12-03", "2019-11-05"]);
    assert_eq!((&page.body["documents"][0]["id"], &page.body["documents"][0]["joined_at"]), (&json!(today), &Value::Null));
}

#[tokio::test]
async fn a_record_that_the_opening_knew_of_needs_no_joining() {
    let api = Api::start().await;
    let mut known = person_line(1);
    known["medical_record_since"] = json!("2019-11-05");
    let person = api.notified_as(&known, 1).await;
    assert_eq!(reason(&bring(&api, &person, &legacy_report("A-1")).await), (403, "not_opened"));
    api.later(Duration::days(44));
    api.say(person.space, Open { at: api.now() }).await;
    assert_eq!(bring(&api, &person, &legacy_report("A-1")).await.done(), ["DocumentDeposited"]);
    assert_eq!(join(&api, &person).await.done(), [] as [&str; 0]);
    let another = json!({ "created_on": "2018-01-01" });
    let refused = api.cnam("POST", &person.path("/legacy-record")).anyhow().json(&another).send().await;
    assert_eq!((refused.refused(), &refused.body["created_on"]), ((409, "legacy-record-known"), &json!("2019-11-05")));
}

#[tokio::test]
async fn nothing_joins_against_an_opposition_and_nothing_is_brought_for_its_days() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let opposed_on = api.now();
    let by = Party::Support { agent: AgentId::parse("agent-7").expect("an agent") };
    let (via, proof) = (OppositionChannel::Desk, Proof::IdentityProved);
    let oppose = Oppose { at: opposed_on, by: by.clone(), via, proof: proof.clone() };
    api.say(person.space, SpaceCommand::from(oppose)).await;
    assert_eq!(join(&api, &person).await.refused(), (409, "opposition-stands"));
    assert_eq!(reason(&bring(&api, &person, &legacy_report("A-1")).await), (403, "opening_opposed"));
    api.later(Duration::days(10));
    api.say(person.space, SpaceCommand::from(WithdrawOpposition { at: api.now(), by, via, proof })).await;
    join(&api, &person).await.done();
    let mut meanwhile = legacy_report("A-1");
    meanwhile["act_first"] = json!("2026-03-04");
    assert_eq!(bring(&api, &person, &meanwhile).await.refused(), (409, "act-while-opposed"));
    assert_eq!(bring(&api, &person, &legacy_report("A-1")).await.done(), ["DocumentDeposited"]);
}

#[tokio::test]
async fn what_cannot_be_of_an_older_record_is_refused_by_what_is_wrong_with_it() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    join(&api, &person).await.done();
    let with = |change: Spoil| {
        let mut document = legacy_report("A-1");
        change(&mut document["legacy"]);
        document
    };
    let before = api.events().await;
    let cases: [(Spoil, &str); 8] = [
        (|legacy| legacy["number"] = json!(""), "/legacy/number"),
        (|legacy| legacy["number"] = json!("9".repeat(256)), "/legacy/number"),
        (|legacy| legacy["author"] = json!("10100000009"), "/legacy/author"),
        (|legacy| legacy["author"] = Value::Null, "/legacy/author"),
        (|legacy| legacy["author_role"] = json!("holder"), "/legacy/author"),
        (|legacy| legacy["author_structure"] = json!("x"), "/legacy/author_structure"),
        (|legacy| legacy["deposited_at"] = json!("2019-12-03"), "/legacy/deposited_at"),
        (|legacy| legacy["deposited_at"] = json!("9999-12-31T23:59:59Z"), "/legacy/deposited_at"),
    ];
    for (change, pointer) in cases {
        let refused = bring(&api, &person, &with(change)).await;
        assert_eq!(refused.refused(), (422, "invalid-fields"), "{pointer}: {}", refused.text);
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{}", refused.text);
    }
    for early in ["2019-11-04T12:00:00Z", "2027-01-01T12:00:00Z"] {
        let mut document = legacy_report("A-1");
        document["legacy"]["deposited_at"] = json!(early);
        document["act_first"] = json!("2019-12-01");
        let refused = bring(&api, &person, &document).await;
        assert_eq!((refused.refused(), &refused.body["earliest"]), ((422, "first-deposit-impossible"), &json!("2019-11-05")), "{early}");
    }
    assert_eq!(deposit(&api, &person, &professional(), &legacy_report("A-1")).await.refused(), (422, "legacy-reserved"));
    assert_eq!(api.events().await, before);
}

//! The medical record over HTTP, on every engine: deposited, listed, read, refused, hidden; and who looked, in the holder's list.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use ens_api::http::gate::Actor;
use ens_domain::access::{AccessMode, Profession, Professional};
use ens_domain::rpps::Rpps;
use ens_tests::Engine;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::api::{Answer, Api, Person, RPPS, professional};

const TEXT: &str = "Compte rendu : tout va bien.\n";
const BOUNDARY: &str = "between-the-parts";

pub(crate) fn metadata(document_type: &str) -> Value {
    json!({ "title": "Compte rendu de consultation", "type": document_type })
}

/// A form with a text as its file.
fn form(document: &Value, content: &str, headers: &str) -> String {
    format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"document\"\r\ncontent-type: application/json\r\n\r\n{document}\r\n\
         --{BOUNDARY}\r\ncontent-disposition: form-data; name=\"content\"; filename=\"a.txt\"\r\n{headers}\r\n{content}\r\n--{BOUNDARY}--\r\n"
    )
}

async fn post(api: &Api, by: &Actor, path: &str, form: String) -> Answer {
    api.by(by, "POST", path).text(&format!("multipart/form-data; boundary={BOUNDARY}"), form).send().await
}

pub(crate) async fn deposit(api: &Api, person: &Person, by: &Actor, document: &Value) -> Answer {
    post(api, by, &person.path("/documents"), form(document, TEXT, "content-type: text/plain\r\n")).await
}

pub(crate) async fn deposited(api: &Api, person: &Person, by: &Actor) -> String {
    let answer = deposit(api, person, by, &metadata("11488-4")).await;
    assert_eq!((answer.status, answer.done()), (201, vec!["DocumentDeposited"]), "{}", answer.text);
    answer.body["id"].as_str().expect("an id").to_owned()
}

pub(crate) async fn let_in(api: &Api, person: &Person) {
    let granted = api.by(&person.holder(), "POST", &person.path("/authorisations")).anyhow().json(&json!({ "rpps": RPPS })).send().await;
    assert_eq!(granted.done(), ["AccessGranted"]);
}

pub(crate) async fn list(api: &Api, person: &Person, by: &Actor) -> Answer {
    api.by(by, "GET", &person.path("/documents")).send().await
}

/// Role, outcome, and ground or reason of the accesses to the medical record, newest first.
async fn accesses(api: &Api, person: &Person) -> Vec<(String, String, String)> {
    let page = api.by(&person.holder(), "GET", &person.path("/accesses?section=medical_record")).send().await;
    assert_eq!(page.status, 200, "{}", page.text);
    let text = |access: &Value, name: &str| access[name].as_str().expect("text").to_owned();
    let all = page.body["accesses"].as_array().expect("accesses").iter();
    all.map(|access| (text(access, "role"), text(access, "outcome"), text(access, "because"))).collect()
}

fn another(mode: AccessMode) -> Actor {
    let (rpps, profession) = (Rpps::from_first10("8100000007").expect("a number"), Profession::Doctor);
    Actor::Professional(Professional { rpps, profession, structure: None, mode })
}

#[tokio::test]
async fn a_doctor_who_was_let_in_deposits_and_reads_and_the_holder_sees_it() {
    for engine in Engine::ALL {
        let api = Api::on(engine, |_| {}).await;
        let person = api.opened(1).await;
        let_in(&api, &person).await;
        let id = deposited(&api, &person, &professional()).await;

        let page = list(&api, &person, &professional()).await;
        assert_eq!(page.status, 200, "{engine:?}: {}", page.text);
        assert_eq!(page.body["documents"][0]["id"], json!(id));
        assert_eq!(page.body["documents"][0]["title"], "Compte rendu de consultation");
        assert_eq!(page.body["documents"][0]["author"], RPPS);
        assert_eq!(page.body["documents"][0]["media_type"], "text/plain");

        let content = api.by(&professional(), "GET", &person.path(&format!("/documents/{id}/content"))).send().await;
        assert_eq!((content.status, content.text.as_str()), (200, TEXT), "{engine:?}");
        assert!(content.header("content-disposition").starts_with("attachment; "));
        assert_eq!(content.header("x-content-type-options"), "nosniff");

        let shown = api.by(&person.holder(), "GET", &person.path(&format!("/documents/{id}"))).send().await;
        let sha256: String = digest(&SHA256, TEXT.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(shown.body["versions"][0]["sha256"], json!(sha256), "{}", shown.text);

        let expected =
            [("holder", "made", "own_space"), ("professional", "made", "author"), ("professional", "made", "grant_to_professional")];
        let expected = expected.map(|(role, outcome, because)| (role.to_owned(), outcome.to_owned(), because.to_owned()));
        assert_eq!(accesses(&api, &person).await, expected, "{engine:?}");
    }
}

#[tokio::test]
async fn a_stranger_is_refused_and_leaves_nothing_in_the_log() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let before = api.events().await;
    for path in ["/documents", "/accesses"] {
        let refused = api.by(&professional(), "GET", &person.path(path)).send().await;
        assert_eq!((refused.refused(), &refused.body["reason"]), ((403, "access-refused"), &json!("not_authorised")), "{path}");
    }
    let refused = deposit(&api, &person, &another(AccessMode::Ordinary), &metadata("DOCPAT01")).await;
    assert!(refused.status >= 400, "{}", refused.text);
    assert_eq!(api.events().await, before);
}

#[tokio::test]
async fn a_blocked_doctor_is_refused_and_the_attempt_is_in_the_holders_list() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let block = json!({ "rpps": RPPS });
    api.by(&person.holder(), "POST", &person.path("/blocked-professionals")).anyhow().json(&block).send().await.done();
    let refused = list(&api, &person, &professional()).await;
    assert_eq!((refused.refused(), &refused.body["reason"]), ((403, "access-refused"), &json!("professional_blocked")));
    let attempt = ("professional".to_owned(), "refused".to_owned(), "professional_blocked".to_owned());
    assert_eq!(accesses(&api, &person).await, [attempt]);
}

#[tokio::test]
async fn what_the_holder_hides_is_seen_by_its_author_and_no_other_doctor() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let Actor::Professional(other) = another(AccessMode::Ordinary) else { panic!("a professional") };
    let grant = json!({ "rpps": other.rpps.to_string() });
    api.by(&person.holder(), "POST", &person.path("/authorisations")).anyhow().json(&grant).send().await.done();
    let id = deposited(&api, &person, &professional()).await;
    let act = |act: &str| json!({ "act": act });
    let path = person.path(&format!("/documents/{id}/acts"));
    let hidden = api.by(&person.holder(), "POST", &path).json(&act("hide")).send().await;
    assert_eq!(hidden.done(), ["DocumentHidden"]);
    let seen = async |by: Actor| list(&api, &person, &by).await.body["documents"].as_array().expect("documents").len();
    assert_eq!((seen(professional()).await, seen(another(AccessMode::Ordinary)).await, seen(person.holder()).await), (1, 0, 1));
    let read = api.by(&another(AccessMode::Ordinary), "GET", &person.path(&format!("/documents/{id}/content"))).send().await;
    assert_eq!(read.body["reason"], "hidden_by_holder");
    let shown = api.by(&person.holder(), "POST", &path).json(&act("show")).send().await;
    assert_eq!(shown.done(), ["DocumentShown"]);
    assert_eq!(seen(another(AccessMode::Ordinary)).await, 1);
}

#[tokio::test]
async fn break_glass_needs_a_stated_reason_that_the_holder_reads() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let doctor = another(AccessMode::BreakGlass);
    assert_eq!(list(&api, &person, &doctor).await.refused(), (403, "no-stated-reason"));
    let ask = || api.by(&doctor, "GET", &person.path("/documents")).header("ens-purpose", "emergency");
    let read = ask().header("ens-reason", "inconscient%2C%20pouls%20faible").send().await;
    assert_eq!(read.status, 200, "{}", read.text);
    let page = api.by(&person.holder(), "GET", &person.path("/accesses")).send().await;
    assert_eq!(page.body["accesses"][1]["stated_reason"], "inconscient, pouls faible");
    assert_eq!(page.body["accesses"][1]["because"], "break_glass");
    let choose = json!({ "access": "break_glass", "choice": "refused" });
    api.by(&person.holder(), "PUT", &person.path("/emergency-choices")).anyhow().json(&choose).send().await.done();
    let refused = ask().header("ens-reason", "inconscient").send().await;
    assert_eq!(refused.body["reason"], "break_glass_refused");
    let metrics = api.ask("GET", "/metrics").send().await.text;
    for outcome in ["made", "refused"] {
        // Other tests of this process count too.
        let counted = format!("ens_emergency_accesses_total{{mode=\"break_glass\",outcome=\"{outcome}\"}} ");
        assert!(metrics.contains(&counted), "{counted} is not in\n{metrics}");
    }
    assert!(!metrics.contains("mode=\"ordinary\""));
}

#[tokio::test]
async fn the_ranges_of_one_document_that_one_reader_asks_for_in_a_minute_are_one_consultation() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let id = deposited(&api, &person, &professional()).await;
    let path = person.path(&format!("/documents/{id}/content"));
    let range = async |range: &str| api.by(&person.holder(), "GET", &path).header("range", range).send().await;
    for (asked, text, content_range) in [("bytes=0-5", "Compte", "bytes 0-5/29"), ("bytes=-5", "ien.\n", "bytes 24-28/29")] {
        let part = range(asked).await;
        assert_eq!((part.status, part.text.as_str(), part.header("content-range")), (206, text, content_range));
    }
    assert_eq!(range("bytes=100-200").await.refused(), (416, "range-not-satisfiable"));
    assert_eq!(accesses(&api, &person).await.len(), 1);
    api.later(Duration::minutes(1));
    range("bytes=0-5").await;
    assert_eq!(accesses(&api, &person).await.len(), 2);
}

#[tokio::test]
async fn a_copy_that_is_still_good_is_not_sent_again_and_the_asking_is_traced() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let id = deposited(&api, &person, &professional()).await;
    let path = person.path(&format!("/documents/{id}/content"));
    let first = api.by(&person.holder(), "GET", &path).send().await;
    let again = api.by(&person.holder(), "GET", &path).header("if-none-match", first.header("etag")).send().await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    let head = api.by(&person.holder(), "HEAD", &path).send().await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(accesses(&api, &person).await.len(), 3);
}

#[tokio::test]
async fn a_deposit_that_cannot_be_is_refused_by_what_is_wrong_with_it() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let path = person.path("/documents");
    let of_type = "content-type: text/plain\r\n";
    let wrong_digest = format!("{of_type}content-digest: sha-256=:{}:\r\n", STANDARD.encode([0; 32]));
    let cases = [
        (form(&metadata("0-0"), TEXT, of_type), (422, "invalid-fields")),
        (form(&json!({ "title": "", "type": "11488-4" }), TEXT, of_type), (422, "invalid-fields")),
        (form(&metadata("11488-4"), "", of_type), (422, "invalid-fields")),
        (form(&metadata("11488-4"), "%PDF-1.7\n", of_type), (415, "unsupported-media-type")),
        (form(&metadata("11488-4"), "<!DOCTYPE html><html></html>", "content-type: text/html\r\n"), (415, "unsupported-media-type")),
        (form(&metadata("11488-4"), TEXT, &wrong_digest), (422, "invalid-fields")),
        (form(&metadata("DOCPAT01"), TEXT, of_type), (422, "patient-type-reserved")),
        (form(&metadata("11488-4"), &"a".repeat(5_000_001), of_type), (413, "body-too-large")),
    ];
    let before = api.events().await;
    for (body, refused) in cases {
        let start = body.chars().take(200).collect::<String>();
        let answer = post(&api, &professional(), &path, body).await;
        assert_eq!(answer.refused(), refused, "{start}: {}", answer.text);
    }
    assert_eq!(api.events().await, before);
    let right = STANDARD.encode(digest(&SHA256, TEXT.as_bytes()).as_ref());
    let headers = format!("{of_type}content-digest: sha-256=:{right}:\r\n");
    assert_eq!(post(&api, &professional(), &path, form(&metadata("11488-4"), TEXT, &headers)).await.status, 201);
}

#[tokio::test]
async fn a_holder_deposits_and_deletes_what_is_their_own() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let own = deposit(&api, &person, &person.holder(), &metadata("DOCPAT01")).await;
    assert_eq!(own.done(), ["DocumentDeposited"]);
    let id = own.body["id"].as_str().expect("an id");
    let deleted = api.by(&person.holder(), "DELETE", &person.path(&format!("/documents/{id}"))).send().await;
    assert_eq!(deleted.done(), ["DocumentDeleted"]);
    assert_eq!(list(&api, &person, &person.holder()).await.body["documents"], json!([]));
    let professionals = deposit(&api, &person, &person.holder(), &metadata("11488-4")).await;
    assert_eq!(professionals.refused(), (422, "patient-type-needed"));
}

#[tokio::test]
async fn a_replaced_document_keeps_its_versions() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let id = deposited(&api, &person, &professional()).await;
    let path = person.path(&format!("/documents/{id}/versions"));
    let second = form(&json!({ "title": "Corrigé" }), "Seconde version.\n", "content-type: text/plain\r\n");
    assert_eq!(post(&api, &professional(), &path, second).await.done(), ["DocumentReplaced"]);
    let content = async |version: &str| {
        let path = person.path(&format!("/documents/{id}/content{version}"));
        api.by(&person.holder(), "GET", &path).send().await
    };
    assert_eq!((content("").await.text, content("?version=1").await.text), ("Seconde version.\n".to_owned(), TEXT.to_owned()));
    assert_eq!(content("?version=3").await.status, 404);
    let page = list(&api, &person, &person.holder()).await;
    assert_eq!((&page.body["documents"][0]["title"], &page.body["documents"][0]["versions"]), (&json!("Corrigé"), &json!(2)));
}

#[tokio::test]
async fn what_was_destroyed_is_read_by_nobody() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let id = deposited(&api, &person, &professional()).await;
    let at = api.now();
    api.say(person.space, ens_domain::space::commands::Close { at, by: ens_domain::party::Party::Holder }).await;
    api.say(person.space, ens_domain::space::commands::RequestDestruction { at, by: ens_domain::party::Party::Holder }).await;
    api.later(Duration::days(100));
    api.say(person.space, ens_domain::space::commands::Destroy { at: api.now() }).await;
    for by in [person.holder(), professional(), another(AccessMode::BreakGlass)] {
        let read = api.by(&by, "GET", &person.path(&format!("/documents/{id}/content"))).header("ens-reason", "danger").send().await;
        assert_eq!(read.status, 403, "{}", read.text);
        let listed = list(&api, &person, &by).await;
        assert_eq!(listed.status, 403, "{}", listed.text);
    }
}

#[tokio::test]
async fn the_holder_learns_who_could_read_and_what_a_professional_could() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let id = deposited(&api, &person, &professional()).await;
    let ask = async |rest: &str| api.by(&person.holder(), "GET", &person.path(rest)).send().await;
    let readers = ask(&format!("/possible-readers?document={id}")).await;
    assert_eq!(readers.status, 200, "{}", readers.text);
    let named = |who: &str| readers.body["readers"].as_array().expect("readers").iter().find(|reader| reader["who"] == who).cloned();
    let doctor = named("professional").expect("the doctor");
    assert_eq!((&doctor["rpps"], &doctor["ground"]), (&json!(RPPS), &json!("author")));
    assert!(named("holder").is_some() && named("any_professional").is_some() && named("representative").is_none());

    let reach = ask(&format!("/possible-readings?rpps={RPPS}&profession=60")).await;
    let of = |code: &str| reach.body["documents"].as_array().expect("types").iter().find(|of| of["what"] == code).cloned().expect("a type");
    assert_eq!((&of("11502-2")["permitted"], &of("11502-2")["because"]), (&json!(true), &json!("grant_to_professional")), "{}", reach.text);
    assert_eq!((&of("68599-0")["permitted"], &of("68599-0")["because"]), (&json!(false), &json!("not_in_matrix")));
    assert_eq!(ask("/possible-readings?rpps=1").await.refused(), (422, "invalid-fields"));
    let absent = ask("/possible-readers?document=01890a5d-ac96-774b-bcce-b302099a8057").await;
    assert_eq!(absent.refused(), (404, "no-such-document"));
}

#[tokio::test]
async fn a_service_is_consented_to_for_one_purpose_and_never_for_a_forbidden_one() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let path = |purpose: &str| person.path(&format!("/service-consents/01890a5d-ac96-774b-bcce-b302099a8057/{purpose}"));
    let consent = async |purpose: &str, sections: Value| {
        api.by(&person.holder(), "PUT", &path(purpose)).anyhow().json(&json!({ "sections": sections })).send().await
    };
    assert_eq!(consent("prevention", json!(["measures"])).await.done(), ["ServiceConsented"]);
    assert_eq!(consent("prevention", json!(["measures"])).await.done(), [] as [&str; 0]);
    assert_eq!(consent("insurance", json!(["measures"])).await.refused(), (422, "forbidden-purpose"));
    assert_eq!(consent("prevention", json!([])).await.refused(), (422, "empty-scope"));
    assert_eq!(consent("curiosity", json!(["measures"])).await.status, 404);
    let withdrawn = api.by(&person.holder(), "DELETE", &path("prevention")).anyhow().send().await;
    assert_eq!(withdrawn.done(), ["ServiceConsentWithdrawn"]);
}

#[tokio::test]
async fn the_holder_says_who_treats_them() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let doctor = json!({ "rpps": RPPS });
    let send = async |method: &str, rest: &str, body: Option<&Value>| {
        let ask = api.by(&person.holder(), method, &person.path(rest)).anyhow();
        match body {
            Some(body) => ask.json(body).send().await,
            None => ask.send().await,
        }
    };
    assert_eq!(send("PUT", "/care-team/consent", None).await.done(), ["CareTeamConsented"]);
    assert_eq!(send("POST", "/care-team/members", Some(&doctor)).await.done(), ["CareTeamJoined"]);
    assert_eq!(send("PUT", "/attending-doctor", Some(&doctor)).await.done(), ["AttendingDoctorDeclared"]);
    assert_eq!(send("POST", "/administrators", Some(&doctor)).await.done(), ["AdministratorAppointed"]);
    assert_eq!(send("PUT", "/default-visibility", Some(&json!({ "visibility": "hidden" }))).await.done(), ["DefaultVisibilityChosen"]);
    let asked = json!({ "messages": "wanted" });
    assert_eq!(send("PUT", "/reader-messages", Some(&asked)).await.done(), ["ReaderMessagesChosen"]);
    assert_eq!(send("PUT", "/reader-messages", Some(&asked)).await.done(), [] as [&str; 0]);
    assert_eq!(send("PUT", "/reader-messages", Some(&json!({ "messages": "sometimes" }))).await.status, 422);
    let directory = api.by(&person.holder(), "GET", &person.path("/directory")).send().await;
    let expected = json!({
        "care_team_consent": true, "care_team": [RPPS], "attending_doctor": RPPS, "administrators": [RPPS],
        "emergency": { "break_glass": "permitted", "dispatch_centre": "permitted", "hidden_documents": "permitted" },
        "default_visibility": "hidden", "reader_messages": "wanted",
    });
    assert_eq!(directory.body, expected);
    assert_eq!(send("DELETE", &format!("/care-team/members/{RPPS}"), None).await.done(), ["CareTeamLeft"]);
    assert_eq!(send("DELETE", "/care-team/consent", None).await.done(), ["CareTeamConsentWithdrawn"]);
    assert_eq!(send("DELETE", "/attending-doctor", None).await.done(), ["AttendingDoctorEnded"]);
    assert_eq!(send("DELETE", &format!("/administrators/{RPPS}"), None).await.done(), ["AdministratorDismissed"]);
    assert_eq!(send("POST", "/care-team/members", Some(&json!({}))).await.refused(), (422, "invalid-fields"));
}

#[tokio::test]
async fn what_is_deposited_is_hidden_where_the_holder_chose_so_for_new_documents() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let choose = json!({ "visibility": "hidden" });
    api.by(&person.holder(), "PUT", &person.path("/default-visibility")).anyhow().json(&choose).send().await.done();
    deposited(&api, &person, &professional()).await;
    api.later(Duration::seconds(1));
    let mut shown = metadata("11488-4");
    shown["visibility"] = json!("shown");
    assert_eq!(deposit(&api, &person, &professional(), &shown).await.status, 201);
    let page = list(&api, &person, &person.holder()).await;
    let visibilities: Vec<&Value> = page.body["documents"].as_array().expect("documents").iter().map(|one| &one["visibility"]).collect();
    assert_eq!(visibilities, ["shown", "hidden"]);
}

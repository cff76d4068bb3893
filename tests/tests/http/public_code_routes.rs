//! Public routes that take a provisional code: what a right code does, and that a wrong guess reveals nothing.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use ens_domain::space::commands::Open;
use ens_tests::Engine;
use ens_tests::cohort::person_line;
use serde_json::{Value, json};

use super::api::{Answer, Api, Person};

const CODED: [&str; 4] = ["/v1/oppositions", "/v1/oppositions/withdrawals", "/v1/activations", "/v1/representation-denials"];
const WRONG: &str = "ZZZZ-ZZZZ-ZZZZ";

async fn post(api: &Api, path: &str, body: &Value) -> Answer {
    api.ask("POST", path).json(body).send().await
}

#[tokio::test]
async fn a_person_opposes_with_the_code() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let relaxed = json!({ "ins": person.ins, "code": person.code.to_lowercase().replace('-', " ") });
    let opposed = post(&api, "/v1/oppositions", &relaxed).await;
    assert_eq!(opposed.done(), ["Opposed"]);
    assert_eq!(opposed.body["receipt"]["on"], "2026-03-02");
    let status = api.by(&person.holder(), "GET", &person.path("")).after(&opposed).send().await;
    assert_eq!((&status.body["state"], &status.body["receipt"]["via"]), (&json!("opposed"), &json!("web")));
}

#[tokio::test]
async fn a_person_signs_up_with_the_code() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    assert_eq!(post(&api, "/v1/activations", &person.proof()).await.done(), ["Activated"]);
    let again = post(&api, "/v1/activations", &person.proof()).await;
    assert_eq!(again.refused(), (403, "code-not-accepted"), "a code works once");
}

#[tokio::test]
async fn a_person_denies_being_the_representative() {
    let api = Api::start().await;
    let child = api.notified_child(1).await;
    let proof = json!({ "ins": child.ins, "code": child.code, "acting": "representative" });
    assert_eq!(post(&api, "/v1/representation-denials", &proof).await.done(), ["RepresentationEnded", "OpeningBlocked"]);
}

/// Every way in which a code can be wrong, each with a person of its own, and a person who does not exist.
async fn wrong_in_every_way(api: &Api) -> Vec<(&'static str, Value)> {
    let with = |person: &Person, code: &str| json!({ "ins": person.ins, "code": code });
    let locked = api.notified(1).await;
    for _ in 0..5 {
        post(api, "/v1/oppositions", &with(&locked, WRONG)).await;
    }
    let opposed = api.notified(2).await;
    post(api, "/v1/oppositions", &opposed.proof()).await.done();
    let active = api.notified(3).await;
    post(api, "/v1/activations", &active.proof()).await.done();
    let (guessed, untold, open) = (api.notified(4).await, api.create(5).await, api.notified(6).await);
    let untold = Person { space: untold, code: WRONG.to_owned(), ins: ins_of(5) };
    api.later(TimeDelta::days(43));
    api.say(open.space, Open { at: api.now() }).await;
    vec![
        ("an unknown person", json!({ "ins": "279035121518989", "code": WRONG })),
        ("a wrong code", with(&guessed, WRONG)),
        ("a locked code", locked.proof()),
        ("a locked code, guessed again", with(&locked, WRONG)),
        ("a used code, opposed", opposed.proof()),
        ("a wrong code, opposed", with(&opposed, WRONG)),
        ("a used code, active", active.proof()),
        ("no code yet", untold.proof()),
        ("an expired code", open.proof()),
        ("a wrong code, open", with(&open, WRONG)),
    ]
}

fn ins_of(number: u32) -> String {
    person_line(number)["ins"]["matricule"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_guesses_learns_nothing() {
    let api = Api::start().await;
    let cases = wrong_in_every_way(&api).await;
    for path in CODED {
        let reference = post(&api, path, &json!({ "ins": ins_of(400), "code": WRONG })).await;
        assert_eq!(reference.refused(), (403, "code-not-accepted"));
        for (case, body) in &cases {
            let answer = post(&api, path, body).await;
            assert_eq!((answer.status, answer.told()), (reference.status, reference.told()), "{path}: {case}");
            let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<std::collections::BTreeSet<_>>();
            assert_eq!(names(&answer), names(&reference), "{path}: {case}");
            assert_eq!(answer.header("content-length"), reference.header("content-length"), "{path}: {case}");
        }
    }
}

#[tokio::test]
async fn no_answer_leaves_early() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    for body in [person.proof(), json!({ "ins": person.ins, "code": WRONG }), json!({ "ins": ins_of(400), "code": WRONG })] {
        let began = Instant::now();
        post(&api, "/v1/oppositions", &body).await;
        assert!(began.elapsed() >= Duration::from_millis(150), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_new_code_is_sent_to_whom_it_belongs_and_nobody_is_told() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    api.later(TimeDelta::minutes(1));
    let born_on = person_line(1)["born_on"].clone();
    let before = api.events().await;
    let stranger = post(&api, "/v1/codes", &json!({ "ins": ins_of(400), "born_on": born_on })).await;
    let wrong_day = post(&api, "/v1/codes", &json!({ "ins": person.ins, "born_on": "1999-09-09" })).await;
    assert_eq!(api.events().await, before);
    let right = post(&api, "/v1/codes", &json!({ "ins": person.ins, "born_on": born_on })).await;
    assert_eq!(api.events().await, before + 1);
    let too_soon = post(&api, "/v1/codes", &json!({ "ins": person.ins, "born_on": born_on })).await;
    assert_eq!(api.events().await, before + 1);
    for answer in [&stranger, &wrong_day, &too_soon] {
        assert_eq!((answer.status, &answer.text), (202, &right.text));
    }
    let old = post(&api, "/v1/oppositions", &person.proof()).await;
    assert_eq!(old.refused(), (403, "code-not-accepted"), "the code before it is revoked");
}

#[tokio::test]
async fn a_public_request_is_repeated_safely() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let oppose = async |body: &Value| api.ask("POST", "/v1/oppositions").header("idempotency-key", "form-1").json(body).send().await;
    let first = oppose(&person.proof()).await;
    let again = oppose(&person.proof()).await;
    assert_eq!((first.status, again.status), (200, 200));
    assert_eq!(first.body, again.body);
    let events = api.events().await;
    assert_eq!(oppose(&person.proof()).await.status, 200);
    assert_eq!(api.events().await, events);
}

#[tokio::test]
async fn a_key_tells_nothing_about_the_request_before_it() {
    let api = Api::start().await;
    let (known, own) = (api.notified(1).await, api.notified(2).await);
    let ask = async |key: &str, body: &Value| api.ask("POST", "/v1/oppositions").header("idempotency-key", key).json(body).send().await;
    // A guess for an existing person is recorded, one for nobody is not; repeating the idempotency key must not show the difference.
    ask("k-known", &json!({ "ins": known.ins, "code": WRONG })).await;
    ask("k-nobody", &json!({ "ins": ins_of(400), "code": WRONG })).await;
    let again = [
        ask("k-known", &json!({ "ins": ins_of(401), "code": WRONG })).await,
        ask("k-nobody", &json!({ "ins": ins_of(401), "code": WRONG })).await,
    ];
    assert_eq!((again[0].status, again[0].told()), (again[1].status, again[1].told()));
    assert_eq!(ask("k-known", &own.proof()).await.done(), ["Opposed"]);
}

#[tokio::test]
async fn one_address_may_try_so_often() {
    let api = Api::on(Engine::SqliteMemory, |settings| {
        settings.limits.requests_burst = 3;
        settings.limits.requests_per_second = 1;
    })
    .await;
    let mut last = None;
    for _ in 0..8 {
        let answer = post(&api, "/v1/oppositions", &json!({ "ins": ins_of(1), "code": WRONG })).await;
        if answer.status == 429 {
            last = Some(answer);
            break;
        }
    }
    let limited = last.expect("a limit");
    assert_eq!(limited.refused(), (429, "too-many-requests"));
    assert!(limited.header("retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(api.ask("GET", "/v1/support-line").send().await.status, 200, "the other routes are not limited");
}

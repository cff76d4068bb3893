//! Health measures over HTTP, on every engine: recorded, read newest first and page by page, removed; who may, and what is refused.

use chrono::Duration;
use ens_api::http::gate::Actor;
use ens_domain::ids::SpaceId;
use ens_domain::space::commands::Destroy;
use ens_tests::Engine;
use serde_json::{Value, json};
use uuid::Uuid;

use super::api::{Answer, Api, Person, RPPS, professional, support};

/// A weight of so many kilograms, measured on a day before the space was opened.
fn weight(kilograms: f64, day: &str) -> Value {
    json!({ "measure": "weight", "taken_at": format!("{day}T08:00:00+01:00"), "values": [kilograms], "unit": "kg" })
}

async fn record(api: &Api, person: &Person, body: &Value) -> Answer {
    api.by(&person.holder(), "POST", &person.path("/measures")).json(body).send().await
}

/// The measures on a page that reflects this answer.
async fn read(api: &Api, person: &Person, written: &Answer) -> Answer {
    let page = api.by(&person.holder(), "GET", &person.path("/measures")).after(written).send().await;
    assert_eq!(page.status, 200, "{}", page.text);
    page
}

fn ids(page: &Answer) -> Vec<String> {
    page.body["measures"].as_array().expect("measures").iter().map(|measure| measure["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn a_measure_is_recorded_read_and_removed() {
    for engine in Engine::ALL {
        let api = Api::on(engine, |_| {}).await;
        let person = api.opened(1).await;
        let pressure =
            json!({ "measure": "blood_pressure", "taken_at": "2026-03-02T08:00:00+01:00", "values": [128, 81.5], "unit": "mm[Hg]" });
        let recorded = record(&api, &person, &pressure).await;
        assert_eq!((recorded.status, recorded.done()), (201, vec!["MeasureRecorded"]), "{engine:?}");
        let id = recorded.body["id"].as_str().expect("an id");
        assert_eq!(recorded.header("location"), person.path(&format!("/measures/{id}")));
        assert_eq!(recorded.header("etag"), "", "there is no version to name");

        let page = read(&api, &person, &recorded).await;
        let expected = json!([{
            "id": id, "measure": "blood_pressure", "loinc": "85354-9", "taken_at": "2026-03-02T07:00:00Z", "values": [128, 81.5],
            "unit": "mm[Hg]", "recorded_at": api.now(), "recorded_by": "holder",
        }]);
        assert_eq!(page.body["measures"], expected, "{engine:?}");
        assert_ne!(page.header("ens-position"), recorded.header("ens-position"), "{engine:?}: the trace of the reading is later");

        let remove = async || api.by(&person.holder(), "DELETE", recorded.header("location")).send().await;
        let removed = remove().await;
        assert_eq!((removed.status, removed.done(), &removed.body["id"]), (200, vec!["MeasureRemoved"], &json!(id)));
        assert_eq!(read(&api, &person, &removed).await.body["measures"], json!([]), "{engine:?}");
        assert_eq!(remove().await.done(), [] as [&str; 0], "removed already");
    }
}

#[tokio::test]
async fn measures_are_read_newest_first_page_by_page_even_where_the_end_of_a_page_was_removed() {
    for engine in Engine::ALL {
        let api = Api::on(engine, |_| {}).await;
        let person = api.opened(1).await;
        let mut last = None;
        for day in ["2026-03-03", "2026-03-01", "2026-03-05", "2026-03-03", "2026-03-04"] {
            last = Some(record(&api, &person, &weight(72.5, day)).await);
        }
        let last = last.expect("a measure");
        let all = ids(&read(&api, &person, &last).await);
        assert_eq!(all.len(), 5);
        let days: Vec<Value> =
            read(&api, &person, &last).await.body["measures"].as_array().unwrap().iter().map(|m| m["taken_at"].clone()).collect();
        let expected: Vec<Value> = [5, 4, 3, 3, 1].iter().map(|day| json!(format!("2026-03-0{day}T07:00:00Z"))).collect();
        assert_eq!(days, expected, "{engine:?}");

        let mut paged: Vec<String> = Vec::new();
        let (mut next, mut written) = (person.path("/measures?limit=2"), last);
        loop {
            let page = api.by(&person.holder(), "GET", &next).after(&written).send().await;
            assert_eq!(page.status, 200, "{}", page.text);
            paged.extend(ids(&page));
            let link = page.header("link").to_owned();
            let Some(address) = link.split(['<', '>']).nth(1) else { break };
            address.clone_into(&mut next);
            let end = person.path(&format!("/measures/{}", paged.last().expect("a measure")));
            written = api.by(&person.holder(), "DELETE", &end).send().await;
        }
        assert_eq!(paged, all, "{engine:?}");
    }
}

#[tokio::test]
async fn a_page_of_measures_has_a_size_and_begins_after_one_of_them() {
    let api = Api::start().await;
    let (person, other) = (api.opened(1).await, api.opened(2).await);
    let theirs = record(&api, &other, &weight(60.0, "2026-03-01")).await;
    let after_theirs = format!("after={}", theirs.body["id"].as_str().expect("an id"));
    let unknown = format!("after={}", Uuid::now_v7());
    for (query, pointer) in
        [("limit=0", "limit"), ("limit=1001", "limit"), ("after=x", "after"), (&after_theirs, "after"), (&unknown, "after")]
    {
        let answer = api.by(&person.holder(), "GET", &person.path(&format!("/measures?{query}"))).send().await;
        assert_eq!((answer.refused(), &answer.body["errors"][0]["pointer"]), ((422, "invalid-fields"), &json!(pointer)), "{query}");
    }
}

#[tokio::test]
async fn a_measure_repeated_under_its_key_is_recorded_once() {
    for engine in Engine::ALL {
        let api = Api::on(engine, |_| {}).await;
        let person = api.opened(1).await;
        let ask = |body: Value| api.by(&person.holder(), "POST", &person.path("/measures")).header("idempotency-key", "m-1").json(&body);
        let body = || weight(72.5, "2026-03-01");
        let (first, beside) = tokio::join!(ask(body()).send(), ask(body()).send());
        let again = ask(body()).send().await;
        for answer in [&first, &beside, &again] {
            assert_eq!((answer.status, &answer.body), (201, &first.body), "{engine:?}: {}", answer.text);
            assert_eq!(answer.header("location"), first.header("location"), "{engine:?}");
            assert_eq!(answer.header("ens-position"), first.header("ens-position"), "{engine:?}");
        }
        assert_eq!(ids(&read(&api, &person, &again).await), [first.body["id"].as_str().expect("an id")], "{engine:?}");
        assert_eq!(ask(weight(73.0, "2026-03-01")).send().await.refused(), (422, "idempotency-key-reused"), "{engine:?}");
    }
}

#[tokio::test]
async fn a_measure_that_cannot_be_is_refused_by_its_field_and_not_repeated() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let before = api.events().await;
    let with = |field: &str, value: Value| {
        let mut body = weight(72.5, "2026-03-01");
        body[field] = value;
        body
    };
    let wrong = [
        ("/measure", with("measure", json!("CANARI"))),
        ("/taken_at", with("taken_at", json!("CANARI"))),
        ("/taken_at", with("taken_at", json!("2026-03-01"))),
        ("/taken_at", with("taken_at", json!("1066-10-14T08:00:00Z"))),
        ("/taken_at", with("taken_at", json!("9999-12-31T23:59:59Z"))),
        ("/unit", with("unit", json!("CANARI"))),
        ("/values", with("values", json!([]))),
        ("/values", with("values", json!([72.5, 73.5]))),
        ("/values", with("values", json!([72.555]))),
        ("/values", with("values", json!([-72.5]))),
        ("/values", with("values", json!([98_765.25]))),
    ];
    for (pointer, body) in wrong {
        let answer = record(&api, &person, &body).await;
        assert_eq!((answer.refused(), &answer.body["errors"][0]["pointer"]), ((422, "invalid-fields"), &json!(pointer)), "{}", answer.text);
        assert!(answer.body["errors"][0]["detail"].as_str().is_some_and(|mend| !mend.is_empty()), "{}", answer.text);
        for given in ["CANARI", "72.555", "98765", "1066", "9999"] {
            assert!(!answer.text.contains(given), "what was given is not repeated: {}", answer.text);
        }
    }
    let two = record(&api, &person, &json!({ "measure": "weight", "taken_at": "soon", "values": [1], "unit": "lb" })).await;
    assert_eq!(two.body["errors"].as_array().map(Vec::len), Some(2), "the unit and the instant at once: {}", two.text);
    let extra = record(&api, &person, &with("note", json!("CANARI"))).await;
    assert!(extra.status == 422 && !extra.text.contains("CANARI"), "{}", extra.text);
    let future = with("taken_at", json!(api.now() + Duration::seconds(1)));
    assert_eq!(record(&api, &person, &future).await.refused(), (422, "measure-in-the-future"));
    assert_eq!(api.events().await, before, "nothing was recorded");
}

/// The refusal of the gate, by its reason.
fn reason(answer: &Answer) -> &str {
    assert_eq!(answer.refused(), (403, "access-refused"), "{}", answer.text);
    answer.body["reason"].as_str().expect("a reason")
}

#[tokio::test]
async fn the_gate_decides_who_records_and_reads_measures() {
    let api = Api::start().await;
    let (person, unopened) = (api.opened(1).await, api.notified(2).await);
    let body = weight(72.5, "2026-03-01");
    assert_eq!(reason(&record(&api, &unopened, &body).await), "not_opened");
    for outsider in [support(), Actor::Cnam, Actor::Auditor, Actor::Admin] {
        for method in ["GET", "POST"] {
            let answer = api.by(&outsider, method, &person.path("/measures")).json(&body).send().await;
            assert_eq!(answer.refused(), (403, "forbidden"), "{method} as {}", outsider.role().name());
        }
    }
    let another = api.by(&unopened.holder(), "GET", &person.path("/measures")).send().await;
    assert_eq!(another.refused(), (404, "not-found"));
    let representative = Actor::Representative { spaces: vec![person.space] };
    let undeclared = api.by(&representative, "POST", &person.path("/measures")).json(&body).send().await;
    assert_eq!(reason(&undeclared), "no_representation");
    let nowhere = Person { space: SpaceId::from(Uuid::now_v7()), code: String::new(), ins: String::new() };
    assert_eq!(record(&api, &nowhere, &body).await.refused(), (404, "not-found"));
    assert_eq!(api.by(&nowhere.holder(), "GET", &nowhere.path("/measures")).send().await.refused(), (404, "not-found"));
}

#[tokio::test]
async fn a_doctor_reads_and_records_measures_with_a_grant_and_the_holder_sees_the_reading() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let path = person.path("/measures");
    let by_doctor = || api.by(&professional(), "POST", &path).json(&weight(72.5, "2026-03-01"));
    assert_eq!(reason(&by_doctor().send().await), "not_authorised");
    assert_eq!(reason(&api.by(&professional(), "GET", &path).send().await), "not_authorised");
    let grant = json!({ "rpps": RPPS, "sections": ["measures"] });
    api.by(&person.holder(), "POST", &person.path("/authorisations")).anyhow().json(&grant).send().await.done();
    let recorded = by_doctor().send().await;
    assert_eq!((recorded.status, recorded.done()), (201, vec!["MeasureRecorded"]), "{}", recorded.text);
    let page = api.by(&professional(), "GET", &path).send().await;
    assert_eq!(page.body["measures"][0]["recorded_by"], "professional", "{}", page.text);
    let for_insurance = api.by(&professional(), "GET", &path).header("ens-purpose", "insurance").send().await;
    assert_eq!(reason(&for_insurance), "forbidden_purpose");

    let accesses = api.by(&person.holder(), "GET", &person.path("/accesses?section=measures")).send().await;
    let because: Vec<&Value> = accesses.body["accesses"].as_array().expect("accesses").iter().map(|access| &access["because"]).collect();
    assert_eq!(because, ["forbidden_purpose", "grant_to_professional"], "{}", accesses.text);
    let removed = api.by(&person.holder(), "DELETE", recorded.header("location")).send().await;
    assert_eq!(reason(&removed), "not_the_author");
}

#[tokio::test]
async fn a_measure_of_another_space_is_not_removed() {
    let api = Api::start().await;
    let (person, other) = (api.opened(1).await, api.opened(2).await);
    let theirs = record(&api, &other, &weight(60.0, "2026-03-01")).await;
    let id = theirs.body["id"].as_str().expect("an id");
    for unknown in [id, "0198c0de-0000-7000-8000-000000000001"] {
        let answer = api.by(&person.holder(), "DELETE", &person.path(&format!("/measures/{unknown}"))).send().await;
        assert_eq!(answer.refused(), (404, "no-such-measure"), "{}", answer.text);
    }
    let nonsense = api.by(&person.holder(), "DELETE", &person.path("/measures/x")).send().await;
    assert_eq!(nonsense.refused(), (404, "not-found"));
    assert_eq!(ids(&read(&api, &other, &theirs).await), [id]);
}

#[tokio::test]
async fn after_a_destruction_no_measure_is_read_or_recorded() {
    for engine in Engine::ALL {
        let api = Api::on(engine, |_| {}).await;
        let person = api.opened(1).await;
        let recorded = record(&api, &person, &weight(72.5, "2026-03-01")).await;
        assert_eq!(ids(&read(&api, &person, &recorded).await).len(), 1);
        for step in ["/closing", "/destruction"] {
            api.by(&person.holder(), "POST", &person.path(step)).anyhow().send().await.done();
        }
        api.later(Duration::days(100));
        api.say(person.space, Destroy { at: api.now() }).await;
        // Before and after the read model has removed the row: the gate refuses already.
        let page = api.by(&person.holder(), "GET", &person.path("/measures")).send().await;
        assert_eq!(reason(&page), "space_destroyed", "{engine:?}");
        let page = api.read_until(&person.holder(), &person.path(""), |answer| answer.body["state"] == "destroyed").await;
        let page = api.by(&person.holder(), "GET", &person.path("/measures")).after(&page).send().await;
        assert_eq!(reason(&page), "space_destroyed", "{engine:?}");
        let refused = record(&api, &person, &weight(72.5, "2026-03-01")).await;
        assert_eq!(reason(&refused), "space_destroyed", "{engine:?}");
        let removed = api.by(&person.holder(), "DELETE", recorded.header("location")).send().await;
        assert!(removed.status >= 400, "{engine:?}: {}", removed.text);
    }
}

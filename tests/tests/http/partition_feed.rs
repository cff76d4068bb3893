//! The event feed over HTTP: events as stored, in order, complete, and without anything that identifies a person.

use ens_api::http::gate::Actor;
use ens_tests::cohort::person_line;
use serde_json::Value;

use super::api::Api;

async fn read(api: &Api, path: &str) -> super::api::Answer {
    api.by(&Actor::Auditor, "GET", path).send().await
}

#[tokio::test]
async fn payloads_come_byte_for_byte_as_stored() {
    let api = Api::start().await;
    api.notified(1).await;
    let stored = api.app.store.log().feed(ens_store::Partition::new(0), 0, 100).await.unwrap();
    let page = read(&api, "/v1/partitions/0/events").await;
    let payloads: Vec<&str> = page.body["events"].as_array().unwrap().iter().filter_map(|event| event["payload"].as_str()).collect();
    assert_eq!(payloads, stored.iter().map(|event| event.payload.as_str()).collect::<Vec<_>>());
    let person = person_line(1);
    for canary in [person["birth_name"].as_str().unwrap(), person["email"].as_str().unwrap(), person["ins"]["matricule"].as_str().unwrap()]
    {
        assert!(!page.text.contains(canary), "{canary}");
    }
}

#[tokio::test]
async fn a_partition_is_read_page_by_page_without_a_hole() {
    let api = Api::start().await;
    for number in 1..=3 {
        api.notified(number).await;
    }
    let heads = read(&api, "/v1/partitions").await;
    assert_eq!(heads.body["partitions"][0]["position"], 9);
    let (mut positions, mut next) = (Vec::new(), "/v1/partitions/0/events?limit=4".to_owned());
    loop {
        let page = read(&api, &next).await;
        positions.extend(page.body["events"].as_array().unwrap().iter().filter_map(|event| event["position"].as_u64()));
        assert_eq!(page.header("ens-position"), format!("0:{}", positions.last().unwrap()));
        let Some(link) = page.headers.get("link").map(|link| link.to_str().unwrap().to_owned()) else { break };
        next = link.split(['<', '>']).nth(1).unwrap().to_owned();
    }
    assert_eq!(positions, (1..=9).collect::<Vec<u64>>());
}

#[tokio::test]
async fn an_empty_page_is_the_end_for_now_whatever_goes_wrong_is_a_problem() {
    let api = Api::start().await;
    api.create(1).await;
    let end = read(&api, "/v1/partitions/0/events?after=1").await;
    assert_eq!((end.status, end.body["events"].as_array().map(Vec::len)), (200, Some(0)));
    for nowhere in ["/v1/partitions/99/events", "/v1/partitions/x/events"] {
        assert_eq!(read(&api, nowhere).await.refused(), (404, "not-found"));
    }
    api.app.store.close().await;
    let broken = read(&api, "/v1/partitions/0/events?after=1").await;
    assert_eq!((broken.status, &broken.body["events"]), (503, &Value::Null), "{}", broken.text);
}

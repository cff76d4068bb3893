//! Delivery reports over HTTP: bounces as they were received, and files with the statuses of letters.

use ens_api::http::gate::Actor;
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::space::CodeEvent;
use ens_domain::space::SpaceEvent;
use ens_notices::MessageRef;
use serde_json::{Value, json};

use super::api::Api;

const BOUNCE: &str = include_str!("../../data/bounces/postfix.eml");

async fn message_of(api: &Api, space: SpaceId) -> MessageRef {
    let stored = api.app.store.log().feed(api.app.store.partition_of(space), 0, 1_000).await.unwrap();
    let issued = |event| if let SpaceEvent::Code(CodeEvent::CodeIssued { message, .. }) = event { Some(message) } else { None };
    let message: MessageId = stored.iter().rev().find_map(|event| issued(event.decode().unwrap().event)).unwrap();
    MessageRef { space, message }
}

#[tokio::test]
async fn a_bounce_voids_the_notice() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let reference = message_of(&api, person.space).await;
    let raw = BOUNCE.replace("REFERENCE", &reference.to_string()).replace('\n', "\r\n");
    let report = async || api.by(&Actor::Admin, "POST", "/v1/bounces").text("message/rfc822", raw.clone()).send().await;
    assert_eq!(report().await.body, json!({ "effect": "recorded" }));
    assert_eq!(report().await.body, json!({ "effect": "known" }));
}

#[tokio::test]
async fn what_is_no_bounce_of_ours_is_refused() {
    let api = Api::start().await;
    let report = |kind, text: &str| api.cnam("POST", "/v1/bounces").text(kind, text);
    assert_eq!(report("application/json", "{}").send().await.refused(), (415, "unsupported-media-type"));
    let answer = report("message/rfc822", "Subject: CANARI\r\n\r\nCANARI").send().await;
    assert_eq!(answer.refused(), (422, "not-a-bounce"));
    assert!(!answer.text.contains("CANARI"));
}

#[tokio::test]
async fn statuses_of_letters_are_imported_line_by_line() {
    let api = Api::start().await;
    let nobody = MessageRef { space: SpaceId::from(uuid::Uuid::now_v7()), message: api.app.new_id().unwrap() };
    let file = format!("{}\nCANARI\n", json!({ "reference": nobody.to_string(), "status": "posted", "date": "2026-03-02" }));
    let answer = api.cnam("POST", "/v1/letters/statuses").text("application/x-ndjson", file).send().await;
    assert_eq!(answer.status, 200);
    let lines: Vec<Value> = answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.last().unwrap()["report"]["lines"], 2, "{}", answer.text);
    assert!(lines.iter().any(|line| line["rejected"]["line"] == 2));
    assert!(!answer.text.contains("CANARI"));
}

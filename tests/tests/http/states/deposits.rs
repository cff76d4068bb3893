//! Two documents in a space: a doctor's report, and what the holder brought; and the form in which they are deposited.

use ens_api::http::gate::Actor;
use ens_domain::ids::SpaceId;

use super::super::api::{Api, Ask};
use super::actors::author;

const BOUNDARY: &str = "between-the-parts";

/// With this metadata and a short text.
pub(super) fn with_form(ask: Ask, document: &str) -> Ask {
    let form = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"document\"\r\n\r\n{document}\r\n\
         --{BOUNDARY}\r\ncontent-disposition: form-data; name=\"content\"; filename=\"a.txt\"\r\n\r\nTout va bien.\n\r\n--{BOUNDARY}--\r\n"
    );
    ask.text(&format!("multipart/form-data; boundary={BOUNDARY}"), form)
}

pub(super) async fn deposit_two(api: &Api, space: SpaceId) -> [String; 2] {
    let deposit = async |by: Actor, document: &str| {
        let answer = with_form(api.by(&by, "POST", &format!("/v1/spaces/{space}/documents")), document).send().await;
        assert_eq!(answer.done(), ["DocumentDeposited"]);
        answer.body["id"].as_str().expect("an id").to_owned()
    };
    let report = deposit(Actor::Professional(author()), r#"{"title": "Compte rendu", "type": "11488-4"}"#).await;
    [report, deposit(Actor::Holder { space }, r#"{"title": "Mes notes", "type": "DOCPAT01"}"#).await]
}

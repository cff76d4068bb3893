//! A deposit that stands still half-way: it is not recorded when its content may have been swept meanwhile.

use chrono::Duration;
use ens_tests::eventually;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::api::{Api, Person};

const BOUNDARY: &str = "between-the-parts";

/// A deposit of the holder, of which the end is still missing, and that end.
async fn half_a_deposit(api: &Api, person: &Person) -> (TcpStream, String) {
    let metadata = json!({ "title": "Mes antécédents", "type": "DOCPAT01" });
    let start = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"document\"\r\ncontent-type: application/json\r\n\r\n{metadata}\r\n\
         --{BOUNDARY}\r\ncontent-disposition: form-data; name=\"content\"; filename=\"a.txt\"\r\ncontent-type: text/plain\r\n\r\n{}",
        "Rien à signaler.\n".repeat(1_000)
    );
    let end = format!("Fin.\r\n--{BOUNDARY}--\r\n");
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: ens\r\nConnection: close\r\nAuthorization: Bearer {}\r\nIdempotency-Key: one\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
        person.path("/documents"),
        api.token(&person.holder()),
        start.len() + end.len()
    );
    let mut request = TcpStream::connect(api.address()).await.expect("a connection");
    request.write_all(head.as_bytes()).await.expect("a head");
    request.write_all(start.as_bytes()).await.expect("half a body");
    (request, end)
}

async fn answer(mut request: TcpStream, end: &str) -> String {
    request.write_all(end.as_bytes()).await.expect("the end");
    let mut answer = String::new();
    request.read_to_string(&mut answer).await.expect("an answer");
    answer
}

#[tokio::test]
async fn a_deposit_that_stood_still_for_an_hour_is_not_recorded() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let before = api.events().await;
    let (request, end) = half_a_deposit(&api, &person).await;
    eventually("the content is begun", async || (api.content_folders() == 256).then_some(())).await;
    api.later(Duration::minutes(61));
    let refused = answer(request, &end).await;
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("urn:ens:problem:took-too-long"), "{refused}");
    assert_eq!((api.events().await, api.content_files()), (before, 0), "nothing is recorded, and nothing left");
    let (request, end) = half_a_deposit(&api, &person).await;
    let done = answer(request, &end).await;
    assert!(done.starts_with("HTTP/1.1 201 "), "the same again, in time: {done}");
    assert_eq!((api.events().await, api.content_files()), (before + 1, 1));
}

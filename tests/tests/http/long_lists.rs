//! A medical record of very many documents: a page looks at few rows, or at a bounded number of them where a filter leaves most out.

use ens_tests::Engine;
use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection, Row};

use super::api::{Answer, Api, Person, RPPS, professional};
use super::medical_record::{deposited, let_in};

/// More than one page looks at.
const DOCUMENTS: u64 = 12_000;
/// Rows that one page looks at.
const LOOKED_AT: usize = 10_000;

/// A record of many documents: copies of one that was deposited, each a second older than the one before.
async fn long_record() -> (Api, Person, Vec<String>) {
    let api = Api::on(Engine::Postgres, |_| {}).await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    deposited(&api, &person, &professional()).await;
    list(&api, &person, "").await;
    let mut owner = PgConnection::connect(api.store_url()).await.expect("the owner");
    let copy = format!(
        "INSERT INTO documents SELECT partition, space, gen_random_uuid(), document_type, class, title, author, \
         deposited_at - n * interval '1 second', act_first, act_last, versions, content, visibility, to_representatives, announcement, \
         invite_on, standing, pinned, read_at FROM documents, generate_series(1, {}) n",
        DOCUMENTS - 1
    );
    owner.execute(copy.as_str()).await.expect("copies");
    let rows = owner.fetch_all("SELECT item::text FROM documents ORDER BY deposited_at DESC").await.expect("rows");
    (api, person, rows.iter().map(|row| row.get(0)).collect())
}

async fn list(api: &Api, person: &Person, query: &str) -> Answer {
    let answer = api.by(&person.holder(), "GET", &person.path(&format!("/documents{query}"))).send().await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    answer
}

/// How many documents the page shows, and after which row the next one begins, counted from the newest.
fn page(answer: &Answer, newest_first: &[String]) -> (usize, Option<usize>) {
    let next = answer.headers.get("link").map(|link| link.to_str().expect("text"));
    let after = next.and_then(|link| newest_first.iter().position(|item| link.contains(item.as_str())));
    (answer.body["documents"].as_array().map_or(0, Vec::len), after.map(|place| place + 1))
}

#[tokio::test]
async fn a_page_of_a_long_record_looks_at_a_bounded_number_of_rows_whatever_the_filter() {
    let (api, person, newest_first) = long_record().await;
    let author = format!("author={RPPS}");
    for all in ["archived=true", "type=11488-4", "class=10", "unread=true", "title=compte", &author] {
        assert_eq!(page(&list(&api, &person, &format!("?limit=20&{all}")).await, &newest_first), (20, Some(20)), "{all}");
    }
    for none in ["class=42", "type=57833-6", "author=holder", "unread=false", "title=ordonnance", "type=57833-6&limit=1"] {
        assert_eq!(page(&list(&api, &person, &format!("?{none}")).await, &newest_first), (0, Some(LOOKED_AT)), "{none}");
    }
    let rest = list(&api, &person, &format!("?title=ordonnance&after={}", newest_first[LOOKED_AT - 1])).await;
    assert_eq!(page(&rest, &newest_first), (0, None), "the end is reached, and said");
}

#[tokio::test]
async fn what_a_reader_may_not_see_is_passed_over_within_the_same_bound() {
    let (api, person, newest_first) = long_record().await;
    let mut owner = PgConnection::connect(api.store_url()).await.expect("the owner");
    let author = r#"{"role":"holder"}"#;
    let hide = format!("UPDATE documents SET visibility = 'hidden', author = '{author}'");
    owner.execute(hide.as_str()).await.expect("hidden documents");
    let path = person.path("/documents?limit=50");
    let seen = api.by(&professional(), "GET", &path).send().await;
    assert_eq!((seen.status, page(&seen, &newest_first)), (200, (0, Some(LOOKED_AT))), "{}", seen.text);
    assert_ne!(page(&list(&api, &person, "?limit=50").await, &newest_first).0, 0, "the holder sees them");
    assert_eq!(seen.body["documents"], Value::Array(Vec::new()));
}

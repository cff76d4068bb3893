//! The API as it describes itself: the OpenAPI document, the page that shows it, and the tables in `docs/api.md`.

use std::collections::BTreeSet;

use ens_api::http::ROUTES;
use ens_api::http::gate::{Access, Form};
use ens_api::problem::every_type;
use serde_json::Value;

use super::api::Api;

async fn document() -> Value {
    Api::start().await.ask("GET", "/openapi.json").send().await.body
}

fn described(document: &Value) -> BTreeSet<(String, String)> {
    let paths = document["paths"].as_object().expect("paths");
    let methods =
        |item: &Value| item.as_object().map(|item| item.keys().map(|name| name.to_uppercase()).collect::<Vec<_>>()).unwrap_or_default();
    paths.iter().flat_map(|(path, item)| methods(item).into_iter().map(|method| (method, path.clone()))).collect()
}

#[tokio::test]
async fn the_document_and_the_table_name_the_same_routes() {
    let document = document().await;
    assert_eq!(document["openapi"], "3.1.0");
    let undescribed = |path: &str| path == "/openapi.json" || path.starts_with("/docs");
    let table = ROUTES.iter().filter(|route| !undescribed(route.path)).map(|route| (route.method.to_owned(), route.path.to_owned()));
    assert_eq!(described(&document), table.collect());
}

#[tokio::test]
async fn every_operation_says_who_may_and_how_a_refusal_looks() {
    let document = document().await;
    for route in ROUTES.iter().filter(|route| route.path.starts_with("/v1/")) {
        let operation = &document["paths"][route.path][route.method.to_lowercase()];
        let refusal = &operation["responses"]["default"]["content"][route.form.refusal_content_type()];
        assert!(refusal.is_object(), "{} {}", route.method, route.path);
        assert_eq!(operation["security"].is_array(), matches!(route.access, Access::Roles(_)));
        let text = operation["description"].as_str().unwrap_or_default();
        if let Access::Roles(roles) = route.access {
            assert!(roles.iter().all(|role| text.contains(role.name())), "{} {}: {text}", route.method, route.path);
        }
        let has_body = operation["responses"]
            .as_object()
            .unwrap()
            .iter()
            .any(|(status, response)| status != "default" && response["content"].is_object());
        assert!(has_body, "{} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn every_reference_of_the_document_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = document().await;
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20);
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("a local reference");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let api = Api::start().await;
    let page = api.ask("GET", "/docs/").send().await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.contains("script-src 'self'") && !policy.contains("http") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.text.contains("http://") && !page.text.contains("https://"), "{}", page.text);
    assert!(!page.text.contains("<script>") && !page.text.contains("<style>"), "an inline script or style would be blocked");
    for part in page.text.split(['"', '\'']).filter(|part| part.starts_with("./")) {
        let file = api.ask("GET", &format!("/docs/{}", part.trim_start_matches("./"))).send().await;
        assert_eq!(file.status, 200, "{part}");
    }
}

#[tokio::test]
async fn an_operation_answers_in_the_form_that_its_route_declares() {
    let document = document().await;
    for route in ROUTES.iter().filter(|route| route.form != Form::Documentation && route.path != "/openapi.json") {
        let responses = &document["paths"][route.path][route.method.to_lowercase()]["responses"];
        let kinds = responses.as_object().expect("responses").iter().filter(|(status, _)| *status != "default");
        let kinds: BTreeSet<&str> =
            kinds.flat_map(|(_, response)| response["content"].as_object().into_iter().flatten()).map(|(kind, _)| kind.as_str()).collect();
        // Each file has a type of its own: the document says that it is bytes.
        let declared = if route.form == Form::File { Some("application/octet-stream") } else { route.form.content_type() };
        let declared = declared.and_then(|kind| kind.split(';').next());
        assert_eq!(kinds.into_iter().collect::<Vec<_>>(), declared.into_iter().collect::<Vec<_>>(), "{} {}", route.method, route.path);
    }
}

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/api.md");

#[test]
fn the_tables_of_the_written_page_are_those_of_the_code() {
    let page = std::fs::read_to_string(PAGE).expect("docs/api.md");
    let made = with_table(&with_table(&page, "routes", &table_of_routes()), "problems", &table_of_problems());
    if std::env::var("ENS_BLESS").is_ok_and(|value| value == "1") {
        std::fs::write(PAGE, &made).expect("docs/api.md is written");
        return;
    }
    let differs = made.lines().zip(page.lines()).find(|(made, stands)| made != stands);
    assert!(
        made == page,
        "docs/api.md is not what the code says, first at {differs:?}; write its tables anew with: \
         ENS_BLESS=1 cargo test -p ens-tests --test http the_tables_of_the_written_page"
    );
}

/// The page with this table between the marks of this name.
pub(super) fn with_table(page: &str, name: &str, table: &str) -> String {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (before, rest) = page.split_once(&open).expect("the mark that opens the table");
    let (_, after) = rest.split_once(&close).expect("the mark that closes the table");
    format!("{before}{open}{table}{close}{after}")
}

fn table_of_routes() -> String {
    let rows = ROUTES.iter().map(|route| {
        let who = match route.access {
            Access::Anyone => "anybody".to_owned(),
            Access::WithCode => "anybody, limited".to_owned(),
            Access::Roles(roles) => roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(", "),
        };
        format!("| {} | `{}` | {who} |\n", route.method, route.path)
    });
    format!("| Method | Path | Who |\n|---|---|---|\n{}", rows.collect::<String>())
}

fn table_of_problems() -> String {
    let rows = every_type().map(|known| format!("| `{}` | {} | {} | {} |\n", known.slug, known.status.as_u16(), known.title, known.remedy));
    format!("| Type: `urn:ens:problem:` and | Status | Title | What to do |\n|---|---|---|---|\n{}", rows.collect::<String>())
}

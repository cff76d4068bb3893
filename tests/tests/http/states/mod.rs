//! Every request by everybody in every state of a space, from the OpenAPI document: what is answered stands in tables that can be read.

mod actors;
mod asking;
mod deposits;
mod page;
mod population;
mod state;
mod table;

use std::collections::BTreeMap;

use ens_api::http::gate::{Actor, Role};
use ens_domain::ids::SpaceId;
use futures::future::join_all;
use serde_json::Value;

use super::access::actor;
use super::api::{Answer, Api};
use actors::{PROFESSIONALS, out_of_reach, who};
use asking::{answered, ask};
use population::{Member, Population};
use state::State;
use table::{DOCUMENTS_TABLE, Entry, ROUTES_TABLE, entries_of, spelled};

/// Routes with the roles that may take them.
type Described = BTreeMap<String, Vec<String>>;

/// The routes of the OpenAPI document, with the roles that it names; `anybody` where it names none.
async fn described(api: &Api) -> Described {
    let document = api.ask("GET", "/openapi.json").send().await.body;
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, item)| item.as_object().expect("operations").iter().map(move |one| (path, one)));
    operations.map(|(path, (method, operation))| (format!("{} {path}", method.to_uppercase()), roles(operation))).collect()
}

fn roles(operation: &Value) -> Vec<String> {
    let described = operation["description"].as_str().expect("a description");
    let named = described.strip_prefix("Roles: ").and_then(|rest| rest.strip_suffix('.'));
    named.unwrap_or("anybody").split(", ").map(str::to_owned).collect()
}

fn route_of(entry: &Entry) -> String {
    format!("{} {}", entry.method, entry.route())
}

fn of_documents(route: &str) -> bool {
    route.contains("/documents")
}

/// Those who are asked for: whom the document names, and whom the table names. In the table of documents, four professionals.
fn asking(entry: &Entry, roles: &[String]) -> Vec<String> {
    let named = entry.rows.iter().flat_map(|row| row.who.iter().cloned());
    let four = |role: &String| {
        if of_documents(&entry.route()) && role == "professional" { PROFESSIONALS.map(str::to_owned).to_vec() } else { vec![role.clone()] }
    };
    let mut all: Vec<String> = roles.iter().flat_map(four).collect();
    all.extend(named);
    all.sort();
    all.dedup();
    all
}

/// Checks the entries of one table, for these routes, and says which lines are missing or wrong.
async fn differences(api: &Api, population: &Population, file: &str, described: &Described) -> Vec<String> {
    let mut entries = entries_of(file);
    let unlisted: Vec<String> = described.keys().filter(|route| !entries.iter().any(|entry| route_of(entry) == **route)).cloned().collect();
    entries.extend(unlisted.iter().map(|route| bare(route)));
    let mut differ = Vec::new();
    for entry in &entries {
        let Some(roles) = described.get(&route_of(entry)) else {
            differ.push(format!("{}\n    the OpenAPI document knows no such route", entry.spelled()));
            continue;
        };
        let mut lines = Vec::new();
        for word in asking(entry, roles) {
            let seen = seen(api, population, entry, &word).await;
            let expected = entry.words(&word);
            if expected != Some(&seen) {
                lines.push(spelled(&word, &seen));
            }
        }
        if !lines.is_empty() {
            differ.push(format!("{}\n{}", entry.spelled(), lines.join("\n")));
        }
    }
    differ
}

/// What somebody is answered in each state; of a route that is about no space, once.
async fn seen(api: &Api, population: &Population, entry: &Entry, word: &str) -> Vec<String> {
    let actor = |member: &Member| who(word, member.space);
    if entry.is_of_a_space() {
        return join_all(State::ALL.map(|state| answered(api, population, entry, state, &actor))).await;
    }
    let once = answered(api, population, entry, State::Open, &actor).await;
    vec![once; State::ALL.len()]
}

fn assert_none(differ: &[String], file: &str) {
    assert!(differ.is_empty(), "{file} says otherwise, or nothing. If this is right, write there:\n\n{}\n", differ.join("\n"));
}

#[tokio::test]
async fn every_route_answers_every_role_in_every_state_as_the_table_says() {
    let api = Api::start().await;
    let population = Population::new(&api, |state| match state {
        State::Open | State::Active => (110, 1),
        State::Suspended | State::Closed => (80, 1),
        State::Created | State::Notified | State::Opposed | State::Destroyed => (40, 1),
    })
    .await;
    let described = described(&api).await.into_iter().filter(|(route, _)| !of_documents(route)).collect();
    assert_none(&differences(&api, &population, ROUTES_TABLE, &described).await, ROUTES_TABLE);
}

#[tokio::test]
async fn documents_are_accepted_and_answered_in_every_state_as_the_table_says() {
    let api = Api::start().await;
    let population = Population::new(&api, |state| match state {
        State::Open | State::Active => (20, 40),
        State::Suspended | State::Closed | State::Destroyed => (4, 4),
        State::Created | State::Notified | State::Opposed => (4, 0),
    })
    .await;
    let described = described(&api).await.into_iter().filter(|(route, _)| of_documents(route)).collect();
    assert_none(&differences(&api, &population, DOCUMENTS_TABLE, &described).await, DOCUMENTS_TABLE);
}

#[tokio::test]
async fn a_role_that_the_document_does_not_name_is_forbidden_in_every_state() {
    let api = Api::start().await;
    let population = Population::new(&api, |_| (1, 0)).await;
    for (entry, named) in of_spaces(&api).await.into_iter().filter(|(_, named)| named[0] != "anybody") {
        for role in Role::ALL.into_iter().filter(|role| !named.iter().any(|name| name == role.name())) {
            let answers = in_every_state(&api, &population, &entry, |space| actor(role, space)).await;
            let refused = answers.iter().all(|answer| answer.refused() == (403, "forbidden"));
            assert!(refused, "{} as {}: {answers:?}", entry.spelled(), role.name());
        }
    }
}

#[tokio::test]
async fn a_space_of_another_person_is_not_found_in_any_state() {
    let api = Api::start().await;
    let population = Population::new(&api, |_| (2, 0)).await;
    let own = population.of(State::Active, false).space;
    population.changed(State::Active, false);
    for (entry, named) in of_spaces(&api).await {
        for stranger in named.iter().filter_map(|role| out_of_reach(role, own)) {
            let answers = in_every_state(&api, &population, &entry, |_| stranger.clone()).await;
            let absent = answers.iter().all(|answer| answer.refused() == (404, "not-found"));
            assert!(absent, "{} as {}: {answers:?}", entry.spelled(), stranger.role().name());
        }
    }
}

/// The routes on one space, with the roles that the document names.
async fn of_spaces(api: &Api) -> Vec<(Entry, Vec<String>)> {
    let of_a_space = described(api).await.into_iter().filter(|(route, _)| route.contains("{space}"));
    of_a_space.map(|(route, named)| (bare(&route), named)).collect()
}

/// A request without a body.
fn bare(route: &str) -> Entry {
    let (method, path) = route.split_once(' ').expect("a route");
    Entry { method: method.to_owned(), path: path.to_owned(), ..Entry::default() }
}

async fn in_every_state(api: &Api, population: &Population, entry: &Entry, actor: impl Fn(SpaceId) -> Actor) -> Vec<Answer> {
    let asked = State::ALL.map(|state| {
        let theirs = population.of(state, false);
        ask(api, entry, &theirs, Some(&actor(theirs.space))).send()
    });
    join_all(asked).await
}

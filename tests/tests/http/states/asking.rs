//! One request of a table: sent as somebody in a state, and its answer as a word.

use ens_api::http::gate::Actor;
use uuid::Uuid;

use super::super::api::{Answer, Api, Ask};
use super::deposits::with_form;
use super::population::{Member, Population};
use super::state::State;
use super::table::Entry;

/// What stands for every answer that does what was asked.
const YES: &str = "yes";

/// What somebody is answered in a space of this state. Where that changed the space, the next one asks in another.
pub(super) async fn answered(
    api: &Api,
    population: &Population,
    entry: &Entry,
    state: State,
    actor: &dyn Fn(&Member) -> Option<Actor>,
) -> String {
    let names_one = ["{document}", "$own"].iter().any(|one| entry.path.contains(one) || entry.body.contains(one));
    // Before the opening nothing was deposited.
    let with_documents = names_one && state.was_opened();
    let member = population.of(state, with_documents);
    let answer = ask(api, entry, &member, actor(&member).as_ref()).send().await;
    let word = word(&answer);
    let quiet = answer.body["done"].as_array().is_some_and(Vec::is_empty);
    if entry.method != "GET" && entry.is_of_a_space() && word == YES && !quiet {
        population.changed(state, with_documents);
    }
    word
}

/// A request with the body of the table.
pub(super) fn ask(api: &Api, entry: &Entry, member: &Member, actor: Option<&Actor>) -> Ask {
    let fresh = Uuid::now_v7().to_string();
    let path = member.fill(&entry.path, &fresh);
    let ask = match actor {
        Some(actor) => api.by(actor, &entry.method, &path),
        None => api.ask(&entry.method, &path),
    };
    let ask = ask.anyhow().header("ens-reason", "inconscient");
    let body = member.fill(&entry.body, &fresh);
    if body.is_empty() {
        return ask;
    }
    if let Some(document) = body.strip_prefix("form ") {
        return with_form(ask, document);
    }
    if let Some((kind, text)) = body.strip_prefix("text ").and_then(|rest| rest.split_once(' ')) {
        return ask.text(kind, text);
    }
    ask.json(&serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error} in the body of {}", entry.spelled())))
}

/// The answer as a word: `yes`, else the reason of the gate, or the last part of the problem's type. Of many documents, what became of the first.
fn word(answer: &Answer) -> String {
    let refused = if answer.status < 300 { answer.body["documents"][0].get("refused") } else { Some(&answer.body) };
    let Some(problem) = refused else { return YES.to_owned() };
    let kind = problem["type"].as_str().and_then(|kind| kind.strip_prefix("urn:ens:problem:"));
    let reason = problem["reason"].as_str().filter(|_| kind == Some("access-refused"));
    reason.or(kind).unwrap_or_else(|| panic!("a refusal without a type: {} {}", answer.status, answer.text)).to_owned()
}

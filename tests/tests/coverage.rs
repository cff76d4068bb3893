//! Checks that the tests are complete: every invariant, refusal, event and route has a test, every setting and metric a description.

use std::collections::BTreeSet;

use ens_api::http::ROUTES;
use ens_tests::source::{self, SourceFile, snake_case};

/// Invariants that have no test yet, as `path: sentence`. This list only shrinks.
const UNTESTED_INVARIANTS: [&str; 0] = [];
/// Refusals that have no test yet. This list only shrinks.
const UNTESTED_REFUSALS: [&str; 0] = [];

#[test]
fn every_invariant_of_a_header_is_the_name_of_a_test() {
    let files = source::rust_files();
    missing_equals_listed(untested_invariants(&files), &UNTESTED_INVARIANTS);
}

#[test]
fn an_invariant_without_a_test_is_seen() {
    let header = SourceFile::sample(
        "crates/x/src/x.rs",
        "//! A window.\n//! - a window's days end\n//! - it ends late; never early\n//! - it starts\nfn it_starts() {}\n",
    );
    let tests = SourceFile::sample("crates/x/src/tests.rs", "#[test]\nfn a_windows_days_end() {}\n#[test]\nfn it_ends_late() {}\n");
    assert_eq!(untested_invariants(&[header, tests]), ["crates/x/src/x.rs: it ends late; never early", "crates/x/src/x.rs: it starts"]);
}

#[test]
fn every_refusal_is_returned_and_tested() {
    let domain: Vec<SourceFile> =
        source::rust_files().into_iter().filter(|file| file.path.starts_with("crates/domain/src/space/")).collect();
    missing_equals_listed(idle_refusals(&domain), &UNTESTED_REFUSALS);
}

#[test]
fn a_refusal_that_is_never_returned_or_tested_is_seen() {
    let refusals = SourceFile::sample("crates/domain/src/space/refusal.rs", "pub enum SpaceRefusal { NotOpen, CodeUsed, NoCode }\n");
    let rules = SourceFile::sample("crates/domain/src/space/code.rs", "fn x() { y(SpaceRefusal::NotOpen, SpaceRefusal::CodeUsed) }\n");
    let tests = SourceFile::sample("crates/domain/src/space/tests/code.rs", "fn x() { y(SpaceRefusal::NotOpen, SpaceRefusal::NoCode) }\n");
    assert_eq!(idle_refusals(&[refusals, rules, tests]), ["CodeUsed is not tested", "NoCode is never returned"]);
}

#[test]
fn every_event_is_emitted_and_tested() {
    let domain: Vec<SourceFile> = source::rust_files().into_iter().filter(|file| file.path.starts_with("crates/domain/src/")).collect();
    assert_eq!(idle_events(&domain), Vec::<String>::new());
}

#[test]
fn an_event_that_is_never_emitted_or_tested_is_seen() {
    let events = SourceFile::sample("crates/domain/src/space/events/code.rs", "pub enum CodeEvent { Issued, Used, Lost }\n");
    let rules = SourceFile::sample("crates/domain/src/space/code.rs", "fn x() { y(CodeEvent::Issued, CodeEvent::Used) }\n");
    let tests = SourceFile::sample("crates/domain/src/space/tests/code.rs", "fn x() { y(CodeEvent::Issued, CodeEvent::Lost) }\n");
    assert_eq!(idle_events(&[events, rules, tests]), ["CodeEvent::Lost is never emitted", "CodeEvent::Used is not tested"]);
}

/// Events that no rule or no test of the domain names.
fn idle_events(domain: &[SourceFile]) -> Vec<String> {
    let (declared, rest): (Vec<&SourceFile>, Vec<&SourceFile>) = domain.iter().partition(|file| file.declares_events());
    let (tests, rules): (Vec<&SourceFile>, Vec<&SourceFile>) = rest.into_iter().partition(|file| file.is_test());
    let mut idle = Vec::new();
    for found in declared.iter().flat_map(|file| file.event_enumerations()) {
        let enumeration = found.ident.to_string();
        for variant in found.variants.iter().map(|variant| variant.ident.to_string()) {
            idle.extend((!names(&rules, &enumeration, &variant)).then(|| format!("{enumeration}::{variant} is never emitted")));
            idle.extend((!names(&tests, &enumeration, &variant)).then(|| format!("{enumeration}::{variant} is not tested")));
        }
    }
    idle.sort();
    idle
}

#[test]
fn every_route_stands_in_the_table_that_the_access_test_goes_through() {
    let served: Vec<SourceFile> = source::rust_files().into_iter().filter(|file| file.path.starts_with("crates/api/src/")).collect();
    let table: BTreeSet<String> = ROUTES.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(stray_routes(&table, &served), Vec::<String>::new());
    let access = source::file("tests/tests/http/access.rs");
    assert!(access.text.contains("in ROUTES") || access.text.contains("ROUTES.iter()"), "{} does not go through ROUTES", access.path);
}

#[test]
fn a_route_that_is_not_declared_or_not_in_the_table_is_seen() {
    let table = ["GET /livez", "PUT /v1/x"].map(str::to_owned).into();
    let declared = SourceFile::sample(
        "crates/api/src/http/x.rs",
        "fn routes() {\n    get(\"/livez\", Access::Anyone)\n    delete(\n        \"/v1/y\",\n    )\n    widget(\"/v1/z\")\n}\n",
    );
    let past = SourceFile::sample("crates/api/src/http/y.rs", "fn x() { Router::new().route(\"/v1/w\", y).route_service(z); }\n");
    let put_together = SourceFile::sample(PUT_TOGETHER, "fn x() { router.route(path, handler) }\n#[cfg(test)]\nfn y() { x.route(z) }\n");
    assert_eq!(
        stray_routes(&table, &[declared, past, put_together]),
        [
            "DELETE /v1/y is declared and not in the table",
            "PUT /v1/x is in the table and not declared",
            "crates/api/src/http/y.rs serves a route past its declaration"
        ]
    );
}

/// The one file that gives handlers to the router, and those of declarations only.
const PUT_TOGETHER: &str = "crates/api/src/http/mod.rs";

/// Routes that are declared without standing in the table, the other way round, and files that serve a route without declaring it.
fn stray_routes(table: &BTreeSet<String>, files: &[SourceFile]) -> Vec<String> {
    let declared: BTreeSet<String> = files.iter().flat_map(declared_routes).collect();
    let unlisted = declared.difference(table).map(|route| format!("{route} is declared and not in the table"));
    let idle = table.difference(&declared).map(|route| format!("{route} is in the table and not declared"));
    let past = files.iter().filter(|file| router_calls(file) > usize::from(file.path == PUT_TOGETHER));
    let past = past.map(|file| format!("{} serves a route past its declaration", file.path));
    unlisted.chain(idle).chain(past).collect()
}

/// What the declarations of a file say: `get("/path", …)`, `post(…)`, `put(…)` or `delete(…)`.
fn declared_routes(file: &SourceFile) -> Vec<String> {
    let text = production(file);
    let declared = ["get", "post", "put", "delete"].into_iter().flat_map(|verb| {
        let call = format!("{verb}(");
        let starts: Vec<usize> = text.match_indices(&call).map(|(at, _)| at).collect();
        let whole = move |at: &usize| !text[..*at].ends_with(|letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | ':'));
        let path = move |at: usize| text[at + verb.len() + 1..].trim_start().strip_prefix('"')?.split('"').next();
        starts
            .into_iter()
            .filter(whole)
            .filter_map(path)
            .filter(|path| path.starts_with('/'))
            .map(move |path| format!("{} {path}", verb.to_uppercase()))
    });
    declared.collect()
}

/// How often a file gives a handler to a router.
fn router_calls(file: &SourceFile) -> usize {
    [".route(", ".route_service(", ".nest(", ".nest_service("].iter().map(|call| production(file).matches(call).count()).sum()
}

fn production(file: &SourceFile) -> &str {
    file.text.split("#[cfg(test)]").next().unwrap_or_default()
}

#[test]
fn every_setting_and_every_metric_is_explained_to_operators() {
    let page = source::file("docs/operations.md");
    let service: Vec<SourceFile> = source::rust_files().into_iter().filter(|file| is_of_the_service(&file.path)).collect();
    assert_eq!(unexplained(&service, &page), Vec::<String>::new());
}

#[test]
fn a_setting_and_a_metric_that_nobody_explains_are_seen() {
    let code = SourceFile::sample(
        "crates/api/src/x.rs",
        "#[arg(env = \"ENS_X\")]\ngauge!(\"ens_x\"); counter!(\n    \"ens_y\");\n#[arg(env = \"ENS_XY\")]\n",
    );
    let page = SourceFile::sample("docs/operations.md", "`ENS_XY`, `ens_y`");
    assert_eq!(unexplained(&[code], &page), ["ENS_X", "ens_x"]);
}

/// Whether a file is built into the binary that operators run; the bench has settings of its own.
fn is_of_the_service(path: &str) -> bool {
    path.starts_with("crates/") && path.contains("/src/") && !path.starts_with("crates/bench/")
}

/// Variables of the environment and metrics that the page does not name.
fn unexplained(service: &[SourceFile], page: &SourceFile) -> Vec<String> {
    let mut names = BTreeSet::new();
    for mark in ["env = \"", "gauge!(", "counter!(", "histogram!("] {
        for after in service.iter().flat_map(|file| file.text.split(mark).skip(1)) {
            names.extend(after.trim_start_matches(['"', ' ', '\n']).split('"').next().map(str::to_owned));
        }
    }
    names.into_iter().filter(|name| !page.text.contains(&format!("`{name}`"))).collect()
}

/// What is missing must equal the list: nothing new, and nothing that has a test by now.
fn missing_equals_listed(owed: Vec<String>, listed: &[&str]) {
    let new: Vec<&String> = owed.iter().filter(|one| !listed.contains(&one.as_str())).collect();
    assert!(new.is_empty(), "without a test: {new:#?}");
    let paid: Vec<&&str> = listed.iter().filter(|one| !owed.iter().any(|owed| owed == *one)).collect();
    assert!(paid.is_empty(), "take these off the list, which only shrinks: {paid:#?}");
}

/// Sentences of headers that no test is named after. A test's name is the whole sentence in snake case.
fn untested_invariants(files: &[SourceFile]) -> Vec<String> {
    let tests: BTreeSet<String> = files.iter().flat_map(test_names).collect();
    let crates = files.iter().filter(|file| file.path.starts_with("crates/"));
    let invariants = crates.flat_map(|file| file.invariants().into_iter().map(move |sentence| (file, sentence)));
    // The s of an owner may be joined to the word or stand apart.
    let names = |said: &str| [snake_case(said), snake_case(&said.replace(['\'', '’'], " "))];
    let untested = invariants.filter(|(_, said)| !names(said).iter().any(|name| tests.contains(name)));
    untested.map(|(file, sentence)| format!("{}: {sentence}", file.path)).collect()
}

/// The functions with a test attribute, also those inside macros.
fn test_names(file: &SourceFile) -> Vec<String> {
    let mut names = Vec::new();
    let mut attributed = false;
    for (_, line) in file.lines() {
        let line = line.trim();
        if line.starts_with("#[") {
            attributed |= line.contains("test]") || line.contains("test(");
        } else if let Some(name) = line.trim_start_matches("async ").strip_prefix("fn ") {
            if attributed {
                names.extend(name.split(['(', '<']).next().map(str::to_owned));
            }
            attributed = false;
        } else if !line.starts_with("//") {
            attributed = false;
        }
    }
    names
}

fn idle_refusals(domain: &[SourceFile]) -> Vec<String> {
    let (tests, rest): (Vec<&SourceFile>, Vec<&SourceFile>) = domain.iter().partition(|file| file.is_test());
    let rules: Vec<&SourceFile> = rest.into_iter().filter(|file| !file.path.ends_with("/refusal.rs")).collect();
    let mut idle = Vec::new();
    for refusal in variants(domain, "SpaceRefusal") {
        if !names(&tests, "SpaceRefusal", &refusal) {
            idle.push(format!("{refusal} is not tested"));
        }
        if !names(&rules, "SpaceRefusal", &refusal) {
            idle.push(format!("{refusal} is never returned"));
        }
    }
    idle
}

/// The variants of an enum of the domain, in alphabetical order.
fn variants(domain: &[SourceFile], enumeration: &str) -> BTreeSet<String> {
    let found = domain.iter().find_map(|file| file.enumeration(enumeration)).unwrap_or_else(|| panic!("no enum {enumeration}"));
    found.variants.iter().map(|variant| variant.ident.to_string()).collect()
}

/// Whether one of these files names the variant, as `Enum::Variant` or `Self::Variant`, or bare where it is imported.
fn names(files: &[&SourceFile], enumeration: &str, variant: &str) -> bool {
    let full = format!("{enumeration}::{variant}");
    let ends = |text: &str, at: usize| !text[at..].starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
    files.iter().any(|file| file.text.match_indices(&full).any(|(at, found)| ends(&file.text, at + found.len())))
}

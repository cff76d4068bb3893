//! Checks of the architecture: the dependencies among crates and files, what a crate must not use, and the names in the documents.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use ens_tests::modules::{Arrow, arrows, circles};
use ens_tests::rules;
use ens_tests::rules::{Complaint, of_words};
use ens_tests::source::{self, SourceFile};
use serde_json::Value;

/// The only dependencies among our crates; a crate that is not listed depends on none of them.
const ARROWS: [(&str, &[&str]); 7] = [
    ("ens-store", &["ens-domain", "ens-audit"]),
    ("ens-projections", &["ens-domain", "ens-store"]),
    ("ens-notices", &["ens-domain", "ens-store", "ens-projections"]),
    ("ens-demo", &["ens-domain", "ens-store", "ens-projections", "ens-notices"]),
    ("ens-api", &["ens-domain", "ens-store", "ens-projections", "ens-audit", "ens-notices", "ens-demo"]),
    ("ens-bench", &["ens-domain", "ens-store", "ens-projections", "ens-audit", "ens-api"]),
    ("ens-tests", &["ens-domain", "ens-store", "ens-projections", "ens-audit", "ens-notices", "ens-demo", "ens-api"]),
];
/// How many dependencies the pure crates may have.
const LIGHT: [(&str, usize); 2] = [("ens-domain", 6), ("ens-audit", 2)];
/// Dependencies that only these crates may have: a database is reached through the store.
/// The bench uses them for the libraries that it compares with.
const RESERVED: [(&str, &[&str]); 9] = [
    ("sqlx", &["ens-store", "ens-tests", "ens-bench"]),
    ("postgres-es", &["ens-store", "ens-tests", "ens-bench"]),
    ("sqlite-es", &["ens-bench"]),
    ("tokio-postgres", &["ens-store", "ens-bench"]),
    ("object_store", &["ens-store", "ens-tests"]),
    ("axum", &["ens-api", "ens-bench"]),
    ("lettre", &["ens-notices"]),
    ("mail-parser", &["ens-notices", "ens-tests"]),
    ("askama", &["ens-notices"]),
];

rules! {
    nothing_in_domain_knows_the_time_or_the_machine bites on "crates/domain/src/x.rs" "fn x() { let now = Utc::now(); }\n";
    no_handler_holds_sql bites on "crates/api/src/http/x.rs" "const X: &str = \"SELECT 1\";\n";
    no_bench_clicks_but_where_clicks_are_measured bites on "crates/bench/src/x.rs" "store.commands().execute(order, policy).await;\n";
    every_version_stands_in_the_workspace_manifest bites on "crates/x/Cargo.toml" "[dependencies]\nserde = \"1\"\n";
}

fn nothing_in_domain_knows_the_time_or_the_machine(file: &SourceFile) -> Vec<Complaint> {
    const TIME: [&str; 5] = ["Utc::now", "Local::", "SystemTime", "Instant::now", "now_v7"];
    const MACHINE: [&str; 6] = ["new_v4", "std::env", "std::fs", "std::net", "std::process", "std::thread"];
    if !file.path.starts_with("crates/domain/src/") || file.is_test() {
        return Vec::new();
    }
    [of_words(file, &TIME, "the domain is told what time it is"), of_words(file, &MACHINE, "the domain is given such things")].concat()
}

fn no_handler_holds_sql(file: &SourceFile) -> Vec<Complaint> {
    const WORDS: [&str; 4] = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM"];
    if file.path.starts_with("crates/api/src/http") { of_words(file, &WORDS, "a query has a name in a projection") } else { Vec::new() }
}

fn no_bench_clicks_but_where_clicks_are_measured(file: &SourceFile) -> Vec<Complaint> {
    const MEASURED: &str = "crates/bench/src/benches/commands.rs";
    if !file.path.starts_with("crates/bench/src/") || file.path == MEASURED {
        return Vec::new();
    }
    of_words(file, &["store.commands().execute("], "a click holds campaigns back for seconds, and so what is measured next")
}

fn every_version_stands_in_the_workspace_manifest(file: &SourceFile) -> Vec<Complaint> {
    if !file.path.ends_with("/Cargo.toml") {
        return Vec::new();
    }
    let mut dependencies = false;
    let mut complaints = Vec::new();
    for (number, line) in file.lines() {
        if line.starts_with('[') {
            dependencies = line.contains("dependencies");
        } else if dependencies && line.contains('=') && !line.starts_with('#') && !line.contains("workspace = true") {
            complaints.push((number, format!("{line}: a version of its own")));
        }
    }
    complaints
}

#[test]
fn crates_depend_on_each_other_only_as_listed() {
    let crates = crates();
    assert!(crates.len() >= 6, "cargo metadata tells of {} crates", crates.len());
    let forbidden = forbidden_arrows(&crates);
    assert!(forbidden.is_empty(), "{forbidden:#?}");
}

#[test]
fn a_wrong_dependency_is_seen() {
    let drawn = BTreeMap::from([
        ("ens-domain".to_owned(), vec!["serde".to_owned(), "ens-store".to_owned()]),
        ("ens-store".to_owned(), vec!["ens-domain".to_owned(), "ens-projections".to_owned()]),
        ("ens-projections".to_owned(), vec!["sqlx".to_owned()]),
        ("ens-audit".to_owned(), vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]),
    ]);
    assert_eq!(
        forbidden_arrows(&drawn),
        [
            "ens-audit has 3 dependencies, of 2 at most",
            "ens-domain depends on ens-store",
            "ens-projections depends on sqlx, which it must not use",
            "ens-store depends on ens-projections",
        ]
    );
}

#[test]
fn no_circle_ties_files_of_a_crate() {
    let mut crates: BTreeMap<String, Vec<SourceFile>> = BTreeMap::new();
    for file in source::rust_files() {
        if let Some((package, _)) = file.path.split_once("/src/") {
            crates.entry(package.to_owned()).or_default().push(file);
        }
    }
    let arrows: Vec<Arrow> = crates.values().flat_map(|files| arrows(files)).collect();
    let circles = circles(&arrows);
    let drawn: Vec<String> = circles.iter().map(|circle| drawn(circle, &arrows)).collect();
    assert!(drawn.is_empty(), "circles among files:\n{}", drawn.join("\n"));
}

#[test]
fn a_circle_of_files_is_seen() {
    let file = |name: &str, text: &str| SourceFile::sample(&format!("crates/x/src/{name}"), text);
    let files = [
        file("lib.rs", "mod a;\nmod b;\nmod c;\n"),
        file("a.rs", "use crate::b::B;\n"),
        file("b.rs", "fn b() {}\nfn c() { crate::c::c() }\n"),
        file("c.rs", "use super::a::{A, Z};\n#[cfg(test)]\nmod tests { use crate::d; }\n"),
        file("d.rs", "use crate::a;\n"),
    ];
    let arrows = arrows(&files);
    let [circle] = circles(&arrows).try_into().expect("one circle");
    let drawn = drawn(&circle, &arrows);
    assert_eq!(
        drawn,
        "crates/x/src/a.rs:1 leads to crates/x/src/b.rs by crate::b::B\n\
         crates/x/src/b.rs:2 leads to crates/x/src/c.rs by crate::c::c\n\
         crates/x/src/c.rs:1 leads to crates/x/src/a.rs by super::a::A\n"
    );
}

/// The arrows that tie a circle, a line each.
fn drawn(circle: &[String], arrows: &[Arrow]) -> String {
    let inside = arrows.iter().filter(|arrow| circle.contains(&arrow.from) && circle.contains(&arrow.to));
    inside.map(|arrow| format!("{}:{} leads to {} by {}\n", arrow.from, arrow.line, arrow.to, arrow.path)).collect()
}

#[test]
fn every_name_in_the_architecture_exists() {
    for path in ["docs/ARCHITECTURE.md", "README.md"] {
        let missing = missing_names(&source::file(path).text);
        assert!(missing.is_empty(), "{path} names what does not exist: {missing:?}");
    }
}

#[test]
fn a_name_that_does_not_exist_is_seen() {
    let nowhere = format!("NoSuch{}", "Type");
    let page = format!("see `crates/nowhere/src/lib.rs`, `{nowhere}`, `crates/domain/src/lib.rs` and `SpaceEvent::Opposed`");
    assert_eq!(missing_names(&page), ["crates/nowhere/src/lib.rs".to_owned(), nowhere]);
}

/// Our crates and the dependencies of each, those for builds and tests included.
fn crates() -> BTreeMap<String, Vec<String>> {
    let answer = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(source::root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&answer.stdout).expect("cargo metadata speaks JSON");
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().expect("packages");
    packages.iter().map(|package| (name(package), package["dependencies"].as_array().into_iter().flatten().map(name).collect())).collect()
}

fn forbidden_arrows(crates: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut forbidden: Vec<String> = crates.iter().flat_map(|(name, dependencies)| forbidden_of(name, dependencies)).collect();
    forbidden.sort();
    forbidden
}

fn forbidden_of(name: &str, dependencies: &[String]) -> Vec<String> {
    let allowed = ARROWS.iter().find(|(from, _)| *from == name).map_or(&[] as &[&str], |(_, to)| to);
    let ours = dependencies.iter().filter(|dependency| dependency.starts_with("ens-") && !allowed.contains(&dependency.as_str()));
    let reserved = dependencies.iter().filter(|dependency| RESERVED.iter().any(|(what, who)| what == dependency && !who.contains(&name)));
    // Dependencies of tests are not counted: they are not part of what others build.
    let taken = dependencies.iter().filter(|dependency| !matches!(dependency.as_str(), "chrono-tz" | "proptest" | "serde_json")).count();
    let most = LIGHT.iter().find(|(light, _)| *light == name).map_or(usize::MAX, |(_, most)| *most);
    let heavy = (taken > most).then(|| format!("{name} has {taken} dependencies, of {most} at most"));
    ours.map(|dependency| format!("{name} depends on {dependency}"))
        .chain(reserved.map(|dependency| format!("{name} depends on {dependency}, which it must not use")))
        .chain(heavy)
        .collect()
}

/// The names between backticks that are neither a path of the workspace nor found in its code. Texts with spaces are commands and left out.
fn missing_names(page: &str) -> Vec<String> {
    let root = source::root();
    let code: String = source::files().into_iter().filter(|file| !file.path.ends_with(".md")).map(|file| file.text).collect();
    let words: BTreeSet<&str> = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
    let prose: String = page.split("```").step_by(2).collect();
    let names = prose.split('`').skip(1).step_by(2);
    names.filter(|name| !name.contains(' ') && !root.join(name).exists() && !in_code(name, &words)).map(str::to_owned).collect()
}

fn in_code(name: &str, words: &BTreeSet<&str>) -> bool {
    let mut parts = name.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|part| !part.is_empty()).peekable();
    (!name.contains('/') || name.starts_with("/v1/")) && parts.peek().is_some() && parts.all(|part| words.contains(part))
}

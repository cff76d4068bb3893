//! Checks of code style: each rule holds for every file of the workspace and finds a bad sample.

use std::collections::{BTreeMap, BTreeSet};

use ens_tests::rules;
use ens_tests::rules::{Complaint, of_functions, of_lines, of_words};
use ens_tests::source::{self, Function, SourceFile, only_for_tests};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// The longest file, the longest function, the deepest block, and the most parameters.
const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 60;
const NESTING: usize = 3;
const PARAMETERS: usize = 5;

rules! {
    no_file_is_long bites on "crates/x/src/x.rs" &"\n".repeat(501);
    no_function_is_long bites on "crates/x/src/x.rs" &format!("fn x() {{\n{}}}\n", "    y();\n".repeat(59));
    no_block_is_nested_deep bites on "crates/x/src/x.rs" "fn x() { for a in b { if c { loop { if d { e() } } } } }\n";
    no_function_takes_many_parameters_or_a_boolean bites on "crates/x/src/x.rs" "fn x(deep: bool) {}\n";
    no_name_says_nothing bites on "crates/x/src/utils.rs" "";
    every_file_starts_by_saying_what_it_is bites on "crates/x/src/x.rs" "use std::fmt;\n";
    every_expectation_has_a_reason_and_nothing_is_allowed bites on "crates/x/src/x.rs" "#[allow(dead_code)]\nfn x() {}\n";
    nothing_panics_outside_tests_and_main bites on "crates/x/src/x.rs" "fn x() { y().unwrap(); }\n";
    nothing_is_left_to_do bites on "crates/x/src/x.rs" &format!("// {}: later\n", concat!("TO", "DO"));
    no_test_sleeps_or_is_ignored bites on "tests/tests/x.rs" concat!("async fn x() { tokio::time::sl", "eep(second()).await; }\n");
    no_path_of_a_machine_is_written_down bites on "docs/x.md" &format!("see {}me/x\n", concat!("/ho", "me/"));
    no_error_is_swallowed_without_a_reason bites on "crates/x/src/x.rs" "fn x() {\n    let _ = y();\n}\n";
    every_module_is_where_its_name_says bites on "crates/x/src/x.rs" "#[path = \"y.rs\"]\nmod y;\n";
    migrations_say_why_what_of_old_code_and_how_long bites on "migrations/sqlite/0001_x.sql" "CREATE TABLE x (y);\n";
    events_are_named_in_the_past_tense bites on "crates/domain/src/space/events.rs" "pub enum SpaceEvent { DeadlineSet, StatusChanged }\n";
}

fn no_file_is_long(file: &SourceFile) -> Vec<Complaint> {
    let lines = file.text.lines().count();
    let long = is_code(file) && lines > FILE_LINES;
    long.then(|| (lines, format!("{lines} lines; split it along a noun"))).into_iter().collect()
}

fn no_function_is_long(file: &SourceFile) -> Vec<Complaint> {
    of_functions(file, |function| is_long(function).then(|| format!("{} takes {} lines", function.name, function.lines)))
}

fn no_block_is_nested_deep(file: &SourceFile) -> Vec<Complaint> {
    of_functions(file, |function| is_deep(function).then(|| format!("{} has blocks nested {} deep", function.name, function.nesting)))
}

const fn is_long(function: &Function) -> bool {
    function.lines > FUNCTION_LINES
}

const fn is_deep(function: &Function) -> bool {
    function.nesting > NESTING
}

fn no_function_takes_many_parameters_or_a_boolean(file: &SourceFile) -> Vec<Complaint> {
    of_functions(file, |function| {
        let boolean = function.parameters.iter().any(|kind| kind == "bool") && !function.tests;
        let many = function.parameters.len() > PARAMETERS;
        (boolean || many).then(|| format!("{}({})", function.name, function.parameters.join(", ")))
    })
}

fn no_name_says_nothing(file: &SourceFile) -> Vec<Complaint> {
    const EMPTY: [&str; 6] = ["utils", "common", "helpers", "misc", "core", "manager"];
    let parts = file.path.split(['/', '.']);
    parts.filter(|part| EMPTY.contains(part)).map(|part| (1, format!("{part} is not a name"))).collect()
}

fn every_file_starts_by_saying_what_it_is(file: &SourceFile) -> Vec<Complaint> {
    let first = file.text.lines().next().unwrap_or_default();
    let says = match file.path.rsplit('.').next() {
        Some("rs") => first.strip_prefix("//! "),
        Some("sql") => return Vec::new(),
        Some("toml") if !file.path.ends_with("Cargo.toml") => first.strip_prefix("# "),
        Some("md") => first.strip_prefix("# "),
        Some("py") => first.strip_prefix("\"\"\""),
        Some(_) | None => return Vec::new(),
    };
    let fine = says.is_some_and(|sentence| !sentence.to_lowercase().starts_with("placeholder") && sentence.len() >= 3);
    (!fine).then(|| (1, "does not start by saying what it is".to_owned())).into_iter().collect()
}

fn every_expectation_has_a_reason_and_nothing_is_allowed(file: &SourceFile) -> Vec<Complaint> {
    struct Attributes(Vec<Complaint>);
    impl Visit<'_> for Attributes {
        fn visit_attribute(&mut self, attribute: &syn::Attribute) {
            let line = attribute.span().start().line;
            let words = match &attribute.meta {
                syn::Meta::List(list) => list.tokens.to_string(),
                syn::Meta::Path(_) | syn::Meta::NameValue(_) => String::new(),
            };
            if attribute.path().is_ident("allow") || attribute.path().is_ident("cfg_attr") && words.contains("allow (") {
                self.0.push((line, format!("allow({words})")));
            }
            if attribute.path().is_ident("expect") && !words.contains("reason = ") {
                self.0.push((line, format!("expect({words}) without a reason")));
            }
        }
    }
    if !file.is_rust() {
        return Vec::new();
    }
    let mut attributes = Attributes(Vec::new());
    attributes.visit_file(&file.syntax());
    attributes.0
}

fn nothing_panics_outside_tests_and_main(file: &SourceFile) -> Vec<Complaint> {
    struct Panics(Vec<Complaint>);
    impl Visit<'_> for Panics {
        fn visit_item_mod(&mut self, item: &syn::ItemMod) {
            if !only_for_tests(&item.attrs) {
                visit::visit_item_mod(self, item);
            }
        }
        fn visit_item_fn(&mut self, item: &syn::ItemFn) {
            if !only_for_tests(&item.attrs) && item.sig.ident != "main" {
                visit::visit_item_fn(self, item);
            }
        }
        fn visit_expr_method_call(&mut self, call: &syn::ExprMethodCall) {
            if matches!(call.method.to_string().as_str(), "unwrap" | "expect" | "unwrap_err" | "expect_err") {
                self.0.push((call.method.span().start().line, format!(".{}(…)", call.method)));
            }
            visit::visit_expr_method_call(self, call);
        }
        fn visit_macro(&mut self, call: &syn::Macro) {
            let name = call.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
            if matches!(name.as_str(), "panic" | "unreachable" | "todo" | "unimplemented") {
                self.0.push((call.span().start().line, format!("{name}!(…)")));
            }
        }
    }
    if !file.is_rust() || file.is_test() || file.path.contains("/examples/") {
        return Vec::new();
    }
    let mut panics = Panics(Vec::new());
    panics.visit_file(&file.syntax());
    panics.0
}

fn nothing_is_left_to_do(file: &SourceFile) -> Vec<Complaint> {
    const LATER: [&str; 4] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:"), concat!("HA", "CK")];
    of_words(file, &LATER, "is for an issue, not for the code")
}

fn no_test_sleeps_or_is_ignored(file: &SourceFile) -> Vec<Complaint> {
    const BANNED: [&str; 5] = [
        concat!("thread::sl", "eep"),
        concat!("time::sl", "eep"),
        concat!(" sl", "eep("),
        concat!("#[ig", "nore"),
        concat!("should_", "panic"),
    ];
    if !file.is_rust() {
        return Vec::new();
    }
    let test_from =
        if file.is_test() { 0 } else { file.lines().find(|(_, line)| line.trim() == "#[cfg(test)]").map_or(usize::MAX, |(line, _)| line) };
    let found = of_words(file, &BANNED, "wait for a condition instead");
    found.into_iter().filter(|(line, _)| *line >= test_from).collect()
}

fn no_path_of_a_machine_is_written_down(file: &SourceFile) -> Vec<Complaint> {
    const PLACES: [&str; 4] = [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!("/wo", "rk/")];
    of_words(file, &PLACES, "a path of one machine")
}

fn no_error_is_swallowed_without_a_reason(file: &SourceFile) -> Vec<Complaint> {
    /// Where errors are dropped: the line itself, and the one on which its statement begins.
    #[derive(Default)]
    struct Dropped {
        statement: usize,
        found: Vec<(usize, usize)>,
    }
    impl Dropped {
        fn note(&mut self, line: usize) {
            self.found.push((line, self.statement));
        }
        fn within(&mut self, line: usize, visit: impl FnOnce(&mut Self)) {
            let before = std::mem::replace(&mut self.statement, line);
            visit(self);
            self.statement = before;
        }
    }
    impl Visit<'_> for Dropped {
        fn visit_item_mod(&mut self, item: &syn::ItemMod) {
            if !only_for_tests(&item.attrs) {
                visit::visit_item_mod(self, item);
            }
        }
        fn visit_stmt(&mut self, statement: &syn::Stmt) {
            self.within(statement.span().start().line, |inner| visit::visit_stmt(inner, statement));
        }
        fn visit_arm(&mut self, arm: &syn::Arm) {
            self.within(arm.span().start().line, |inner| visit::visit_arm(inner, arm));
        }
        fn visit_local(&mut self, local: &syn::Local) {
            if matches!(local.pat, syn::Pat::Wild(_)) {
                self.note(local.span().start().line);
            }
            visit::visit_local(self, local);
        }
        fn visit_expr_method_call(&mut self, call: &syn::ExprMethodCall) {
            if call.method == "ok" && call.args.is_empty() {
                self.note(call.method.span().start().line);
            }
            visit::visit_expr_method_call(self, call);
        }
        fn visit_pat_tuple_struct(&mut self, pattern: &syn::PatTupleStruct) {
            let error = pattern.path.segments.last().is_some_and(|segment| segment.ident == "Err");
            if error && matches!(pattern.elems.first(), Some(syn::Pat::Wild(_))) {
                self.note(pattern.span().start().line);
            }
            visit::visit_pat_tuple_struct(self, pattern);
        }
    }
    if !file.is_rust() || file.is_test() {
        return Vec::new();
    }
    let mut dropped = Dropped::default();
    dropped.visit_file(&file.syntax());
    let lines: Vec<&str> = file.text.lines().collect();
    let said = |line: usize| lines.get(line.wrapping_sub(1)).is_some_and(|line| line.contains("// "));
    let above = |line: usize| lines.get(line.wrapping_sub(2)).is_some_and(|line| line.trim_start().starts_with("// "));
    let unsaid = dropped.found.into_iter().filter(|(line, statement)| !said(*line) && !above(*line) && !above(*statement));
    unsaid.map(|(line, _)| (line, "an error is dropped here; say why beside it".to_owned())).collect()
}

fn every_module_is_where_its_name_says(file: &SourceFile) -> Vec<Complaint> {
    let includes = of_lines(file, |line| line.trim_start().starts_with("#[path").then(|| "a module is where its name says".to_owned()));
    if file.is_rust() { includes } else { Vec::new() }
}

fn migrations_say_why_what_of_old_code_and_how_long(file: &SourceFile) -> Vec<Complaint> {
    const HEADER: [&str; 3] = ["-- Why: ", "-- Old code: ", "-- Takes: "];
    if !file.path.starts_with("migrations/") || !file.path.ends_with(".sql") {
        return Vec::new();
    }
    let top: Vec<&str> = file.text.lines().take_while(|line| line.starts_with("--") || line.trim().is_empty()).collect();
    let mut complaints: Vec<Complaint> = HEADER
        .iter()
        .filter(|line| !top.iter().any(|said| said.starts_with(**line)))
        .map(|line| (1, format!("does not say “{line}…” before the first statement")))
        .collect();
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let numbered =
        name.split_once('_').is_some_and(|(number, object)| number.len() == 4 && number.parse::<u16>().is_ok() && object.len() > 4);
    if !numbered {
        complaints.push((1, "is not named NNNN_object.sql".to_owned()));
    }
    complaints
}

fn events_are_named_in_the_past_tense(file: &SourceFile) -> Vec<Complaint> {
    const IRREGULAR: [&str; 9] = ["Found", "Came", "Withdrawn", "Sent", "Hidden", "Shown", "Made", "Left", "Chosen"];
    const EMPTY: [&str; 5] = ["Updated", "Changed", "Set", "Processed", "Data"];
    if !file.declares_events() {
        return Vec::new();
    }
    file.event_enumerations()
        .into_iter()
        .flat_map(|found| found.variants)
        .filter_map(|variant| {
            let name = variant.ident.to_string();
            let words = camel_words(&name);
            let past = words.iter().any(|word| word.ends_with("ed") || IRREGULAR.contains(&word.as_str()));
            let empty = words.iter().any(|word| EMPTY.contains(&word.as_str()));
            (!past || empty).then(|| (variant.ident.span().start().line, format!("{name} is not what happened, in the past tense")))
        })
        .collect()
}

#[test]
fn an_error_that_is_dropped_without_a_reason_is_seen() {
    let dropped = ["let _ = y();", "let z = y().ok();", "match y() { Ok(()) | Err(_) => {} }", "if let Err(_) = y() {}"];
    for line in dropped {
        let complaints = |text: &str| no_error_is_swallowed_without_a_reason(&SourceFile::sample("crates/x/src/x.rs", text)).len();
        assert_eq!(complaints(&format!("fn x() {{\n    {line}\n}}\n")), 1, "{line}");
        assert_eq!(complaints(&format!("fn x() {{\n    // It is told already.\n    {line}\n}}\n")), 0, "{line}");
        assert_eq!(complaints(&format!("fn x() {{\n    {line} // It is told already.\n}}\n")), 0, "{line}");
        assert_eq!(complaints(&format!("#[cfg(test)]\nmod tests {{\n    fn x() {{ {line} }}\n}}\n")), 0, "{line}");
    }
}

#[test]
fn migrations_have_the_same_names_on_both_engines() {
    let names = |folder: &str| -> BTreeSet<String> {
        source::files().into_iter().filter_map(|file| file.path.strip_prefix(folder).map(str::to_owned)).collect()
    };
    let postgres = names("migrations/postgres/");
    assert!(!postgres.is_empty(), "no migration was found");
    assert_eq!(postgres, names("migrations/sqlite/"));
}

#[test]
fn no_two_files_start_by_saying_the_same() {
    let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in source::rust_files() {
        said.entry(file.text.lines().next().unwrap_or_default().to_owned()).or_default().push(file.path);
    }
    let twice: Vec<_> = said.into_iter().filter(|(_, paths)| paths.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:#?}");
}

#[test]
fn a_folder_of_one_file_is_folded_back() {
    let mut folders: BTreeMap<String, usize> = BTreeMap::new();
    for file in source::rust_files() {
        // A file counts in its own folder, and its folder in the one above.
        for folder in
            file.path.rsplit_once('/').into_iter().flat_map(|(folder, _)| [Some(folder), folder.rsplit_once('/').map(|(above, _)| above)])
        {
            *folders.entry(folder.unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    let alone: Vec<_> =
        folders.into_iter().filter(|(folder, count)| *count == 1 && folder.contains("/src/") && !folder.ends_with("/bin")).collect();
    assert!(alone.is_empty(), "{alone:#?}");
}

#[test]
fn sizes_stay_where_the_style_aims() {
    let production: Vec<SourceFile> =
        source::rust_files().into_iter().filter(|file| file.path.starts_with("crates/") && !file.is_test()).collect();
    let files = production.iter().map(|file| file.text.split("#[cfg(test)]").next().unwrap_or_default().lines().count()).collect();
    let functions =
        production.iter().flat_map(SourceFile::functions).filter(|function| !function.tests).map(|function| function.lines).collect();
    let (files, functions) = (spread(files), spread(functions));
    println!(
        "files: median {} / p90 {} / max {} lines; functions: {} / {} / {}",
        files.0, files.1, files.2, functions.0, functions.1, functions.2
    );
    assert!(files.0 <= 120 && files.1 <= 300, "files: {files:?}");
    assert!(functions.0 <= 9 && functions.1 <= 25, "functions: {functions:?}");
}

/// Median, ninth decile and maximum.
fn spread(mut sizes: Vec<usize>) -> (usize, usize, usize) {
    sizes.sort_unstable();
    let at = |share: usize| sizes.get(sizes.len() * share / 100).copied().unwrap_or_default();
    (at(50), at(90), sizes.last().copied().unwrap_or_default())
}

fn is_code(file: &SourceFile) -> bool {
    matches!(file.path.rsplit('.').next(), Some("rs" | "sql" | "py")) || file.path.starts_with("scripts/")
}

fn camel_words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for letter in name.chars() {
        match words.last_mut() {
            Some(word) if !letter.is_uppercase() => word.push(letter),
            Some(_) | None => words.push(letter.to_string()),
        }
    }
    words
}

//! The workspace's files as data, with the functions, tests and enums of the Rust files, for the checks of code style.

#![expect(clippy::wildcard_enum_match_arm, reason = "the enums matched here are syn's, which grow")]

use std::path::{Path, PathBuf};

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::nesting::nesting;

/// A file of the workspace.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Its path from the root, with slashes.
    pub path: String,
    /// Its contents.
    pub text: String,
}

/// A function of a Rust file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The line on which it starts.
    pub line: usize,
    /// How many lines it takes, its signature included.
    pub lines: usize,
    /// How deep its blocks are nested.
    pub nesting: usize,
    /// Whether it is compiled for tests only.
    pub tests: bool,
    /// The types of its parameters, `self` left out.
    pub parameters: Vec<String>,
}

/// The folder of the workspace's manifest.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ stands in the workspace").to_owned()
}

/// Where the project's own files are; everything else under the root was made by a tool.
const OWN: [&str; 6] = ["crates", "docs", "migrations", "scripts", "tests", ".ci"];

/// Every text file that the project wrote, by path.
pub fn files() -> Vec<SourceFile> {
    let root = root();
    let mut files = Vec::new();
    for folder in OWN {
        gather(&root, &root.join(folder), &mut files);
    }
    files.extend(entries(&root).into_iter().filter(|path| path.is_file()).filter_map(|path| read(&root, &path)));
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files
}

/// Every Rust file, by path.
pub fn rust_files() -> Vec<SourceFile> {
    files().into_iter().filter(|file| file.path.ends_with(".rs")).collect()
}

/// One file by its path from the root.
pub fn file(path: &str) -> SourceFile {
    let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    SourceFile { path: path.to_owned(), text }
}

/// A sentence as the name of a test: lower case, words joined by underscores.
pub fn snake_case(sentence: &str) -> String {
    let letters = sentence.to_lowercase().replace(['\'', '’', '`'], "");
    letters.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

fn gather(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) {
    for path in entries(folder) {
        if !path.is_dir() {
            files.extend(read(root, &path));
        } else if !path.ends_with("target") {
            gather(root, &path, files);
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("an entry of the folder").path()).collect()
}

/// A text file of a kind that people write, or nothing.
fn read(root: &Path, path: &Path) -> Option<SourceFile> {
    let written = match path.extension().and_then(|extension| extension.to_str()) {
        Some(extension) => matches!(extension, "rs" | "sql" | "toml" | "md" | "py" | "html" | "txt" | "json"),
        None => true,
    };
    let relative = path.strip_prefix(root).expect("a path under the root").to_string_lossy().replace('\\', "/");
    // A file that was removed since the folder was listed is left out.
    let text = std::fs::read_to_string(path).ok().filter(|_| written)?;
    Some(SourceFile { path: relative, text })
}

impl SourceFile {
    /// A file that need not exist, for trying a rule.
    pub fn sample(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether its path says that it is compiled for tests only.
    pub fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }

    /// Its lines with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// Its syntax tree.
    pub fn syntax(&self) -> syn::File {
        syn::parse_file(&self.text).unwrap_or_else(|error| panic!("{}: {error}", self.path))
    }

    /// Its functions, nested ones included.
    pub fn functions(&self) -> Vec<Function> {
        let mut seen = Functions { tests: self.is_test(), found: Vec::new() };
        seen.visit_file(&self.syntax());
        seen.found
    }

    /// The sentences of its header that are invariants: the lines `//! - …` before the first item.
    pub fn invariants(&self) -> Vec<String> {
        let mut invariants: Vec<String> = Vec::new();
        let mut inside = false;
        for line in self.text.lines().take_while(|line| line.starts_with("//!")) {
            let said = line.trim_start_matches("//!");
            if let Some(sentence) = said.strip_prefix(" - ") {
                invariants.push(sentence.trim().to_owned());
                inside = true;
            } else if let (true, Some(more), Some(last)) = (inside, said.strip_prefix("   "), invariants.last_mut()) {
                last.push(' ');
                last.push_str(more.trim());
            } else {
                inside = false;
            }
        }
        invariants
    }

    /// Whether it declares events of the domain: `events.rs`, or a file of a folder `events`.
    pub fn declares_events(&self) -> bool {
        self.path.starts_with("crates/domain/src/") && (self.path.ends_with("/events.rs") || self.path.contains("/events/"))
    }

    /// The enums whose variants are events: those whose names end in `Event`.
    pub fn event_enumerations(&self) -> Vec<syn::ItemEnum> {
        let enumerations =
            self.syntax().items.into_iter().filter_map(|item| if let syn::Item::Enum(found) = item { Some(found) } else { None });
        enumerations.filter(|found| found.ident.to_string().ends_with("Event")).collect()
    }

    /// The enum of this name, with its documentation.
    pub fn enumeration(&self, name: &str) -> Option<syn::ItemEnum> {
        self.syntax().items.into_iter().find_map(|item| match item {
            syn::Item::Enum(found) if found.ident == name => Some(found),
            _ => None,
        })
    }
}

/// Whether an item is compiled for tests only.
pub fn only_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_test = attribute.path().segments.last().is_some_and(|segment| segment.ident == "test");
        is_test || attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "test")
    })
}

/// The documentation of an item, one string a line.
pub fn documentation(attributes: &[syn::Attribute]) -> Vec<String> {
    attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        })
        .collect()
}

/// How many lines stand between the start of one and the end of another.
fn lines_between(start: Span, end: Span) -> usize {
    end.end().line + 1 - start.start().line
}

struct Functions {
    tests: bool,
    found: Vec<Function>,
}

impl Functions {
    fn note(&mut self, signature: &syn::Signature, block: &syn::Block, attributes: &[syn::Attribute]) {
        let parameters = signature.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(parameter) => Some(words(parameter.ty.as_ref())),
            syn::FnArg::Receiver(_) => None,
        });
        self.found.push(Function {
            name: signature.ident.to_string(),
            line: signature.span().start().line,
            lines: lines_between(signature.span(), block.span()),
            nesting: nesting(block),
            tests: self.tests || only_for_tests(attributes),
            parameters: parameters.collect(),
        });
    }

    fn within(&mut self, attributes: &[syn::Attribute], visit: impl FnOnce(&mut Self)) {
        let before = self.tests;
        self.tests |= only_for_tests(attributes);
        visit(self);
        self.tests = before;
    }
}

impl Visit<'_> for Functions {
    fn visit_item_fn(&mut self, item: &syn::ItemFn) {
        self.note(&item.sig, &item.block, &item.attrs);
        self.within(&item.attrs, |inner| visit::visit_item_fn(inner, item));
    }

    fn visit_impl_item_fn(&mut self, item: &syn::ImplItemFn) {
        self.note(&item.sig, &item.block, &item.attrs);
        self.within(&item.attrs, |inner| visit::visit_impl_item_fn(inner, item));
    }

    fn visit_trait_item_fn(&mut self, item: &syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.note(&item.sig, block, &item.attrs);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        self.within(&item.attrs, |inner| visit::visit_item_mod(inner, item));
    }

    fn visit_item_impl(&mut self, item: &syn::ItemImpl) {
        self.within(&item.attrs, |inner| visit::visit_item_impl(inner, item));
    }
}

/// A type as it is written, for the simple ones; the others by their last word.
pub fn words(kind: &syn::Type) -> String {
    match kind {
        syn::Type::Path(path) => path.path.segments.iter().map(segment).collect::<Vec<_>>().join("::"),
        syn::Type::Reference(reference) => format!("&{}", words(&reference.elem)),
        syn::Type::Array(array) => format!("[{}]", words(&array.elem)),
        syn::Type::Slice(slice) => format!("[{}]", words(&slice.elem)),
        syn::Type::Tuple(tuple) => format!("({})", tuple.elems.iter().map(words).collect::<Vec<_>>().join(", ")),
        _ => "…".to_owned(),
    }
}

fn segment(segment: &syn::PathSegment) -> String {
    let inner: Vec<String> = match &segment.arguments {
        syn::PathArguments::AngleBracketed(brackets) => brackets
            .args
            .iter()
            .filter_map(|argument| match argument {
                syn::GenericArgument::Type(kind) => Some(words(kind)),
                _ => None,
            })
            .collect(),
        syn::PathArguments::None | syn::PathArguments::Parenthesized(_) => Vec::new(),
    };
    if inner.is_empty() { segment.ident.to_string() } else { format!("{}<{}>", segment.ident, inner.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_becomes_the_name_of_a_test() {
        assert_eq!(snake_case("The day of receipt is not counted."), "the_day_of_receipt_is_not_counted");
        assert_eq!(snake_case("a holder's `Code` – used once, never twice"), "a_holders_code_used_once_never_twice");
    }

    #[test]
    fn functions_are_measured_and_tests_are_known() {
        let text = "fn one(a: bool, b: &str) {\n}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn two() {\n        let x = 1;\n    }\n}\n";
        let found = SourceFile::sample("crates/x/src/x.rs", text).functions();
        let one =
            Function { name: "one".into(), line: 1, lines: 2, nesting: 0, tests: false, parameters: vec!["bool".into(), "&str".into()] };
        let two = Function { name: "two".into(), line: 6, lines: 3, nesting: 0, tests: true, parameters: vec![] };
        assert_eq!(found, [one, two]);
    }

    #[test]
    fn invariants_are_the_bullets_of_the_header() {
        let text = "//! A window.\n//!\n//! - a failed sending\n//!   informs nobody\n//! - two\n//! done\nfn x() {}\n//! - three\n";
        assert_eq!(SourceFile::sample("x.rs", text).invariants(), ["a failed sending informs nobody", "two"]);
    }
}

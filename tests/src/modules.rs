//! The files of a crate as a graph: which file uses what another file defines, and the circles among them.
//!
//! A path leads to the file of the last module that it names: `super::sibling::Item` to the sibling alone, `super::Item` to the parent, also
//! where the parent only re-exports the item. A declaration `mod child;` leads from the parent to the child. Code for tests is left out, and
//! so are the bodies of `macro_rules`, whose paths are read where they are used.

#![expect(clippy::wildcard_enum_match_arm, reason = "the enums matched here are syn's, which grow")]

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::source::{SourceFile, only_for_tests};

/// A module's names from the root of its crate; the root itself has none.
type ModulePath = Vec<String>;

/// One file names something that stands in another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    /// The file that names it.
    pub from: String,
    /// The file in which it is defined or re-exported.
    pub to: String,
    /// The line on which it is named.
    pub line: usize,
    /// The path that is written there.
    pub path: String,
}

/// The arrows among these files of one crate, in order, one for each pair of files.
pub fn arrows(files: &[SourceFile]) -> Vec<Arrow> {
    let tree = Tree::of(files);
    let mut arrows: BTreeMap<(String, String), Arrow> = BTreeMap::new();
    for (module, file) in &tree.read {
        let mut reader = Reader { tree: &tree, file, module: module.clone(), imports: Imports::of(file, module), found: Vec::new() };
        reader.visit_file(&file.syntax());
        for arrow in reader.found {
            arrows.entry((arrow.from.clone(), arrow.to.clone())).or_insert(arrow);
        }
    }
    arrows.into_values().collect()
}

/// Each set of files that lead to each other, in order; and in each set its files, in order.
pub fn circles(arrows: &[Arrow]) -> Vec<Vec<String>> {
    let mut next: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for arrow in arrows {
        next.entry(&arrow.from).or_default().insert(&arrow.to);
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> = next.keys().map(|file| (*file, reachable(file, &next))).collect();
    let leads = |from: &str, to: &str| reached.get(from).is_some_and(|files| files.contains(to));
    let circle = |file: &str| -> Vec<String> {
        reached.keys().filter(|other| leads(file, other) && leads(other, file)).map(|other| (*other).to_owned()).collect()
    };
    let circles: BTreeSet<Vec<String>> = reached.keys().filter(|file| leads(file, file)).map(|file| circle(file)).collect();
    circles.into_iter().collect()
}

fn reachable<'a>(file: &str, next: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&str> = next.get(file).into_iter().flatten().copied().collect();
    while let Some(file) = waiting.pop() {
        if reached.insert(file) {
            waiting.extend(next.get(file).into_iter().flatten());
        }
    }
    reached
}

/// The modules of a crate, each with the file that holds it.
struct Tree<'a> {
    holds: BTreeMap<ModulePath, &'a str>,
    read: Vec<(ModulePath, &'a SourceFile)>,
}

impl<'a> Tree<'a> {
    fn of(files: &'a [SourceFile]) -> Self {
        let modules: Vec<(ModulePath, &SourceFile)> =
            files.iter().filter_map(|file| module_of(&file.path).map(|module| (module, file))).collect();
        let mut declared = Declared::default();
        for (module, file) in &modules {
            declared.module.clone_from(module);
            declared.visit_file(&file.syntax());
        }
        let tested = |module: &ModulePath| (1..=module.len()).any(|end| declared.tests.contains(&module[..end]));
        let read: Vec<(ModulePath, &SourceFile)> = modules.into_iter().filter(|(module, _)| !tested(module)).collect();
        let mut holds: BTreeMap<ModulePath, &str> = read.iter().map(|(module, file)| (module.clone(), file.path.as_str())).collect();
        for inline in declared.inline {
            let holder = (0..inline.len()).rev().find_map(|end| holds.get(&inline[..end]).copied());
            holds.extend(holder.map(|file| (inline, file)));
        }
        Self { holds, read }
    }

    /// The last module on this path from the root, which must begin with a module.
    fn target(&self, path: &[String]) -> Option<&'a str> {
        let mut end = 0;
        while end < path.len() && self.holds.contains_key(&path[..=end]) {
            end += 1;
        }
        self.holds.get(&path[..end]).copied()
    }
}

/// The module that a file holds. Programs beside the library are crates of their own and have one file.
fn module_of(path: &str) -> Option<ModulePath> {
    let (_, inside) = path.split_once("src/")?;
    let names = inside.strip_suffix(".rs")?;
    let mut names: ModulePath = names.split('/').map(str::to_owned).collect();
    let test = names.iter().any(|name| name == "tests");
    if test || inside == "main.rs" || inside.starts_with("bin/") {
        return None;
    }
    if names.last().is_some_and(|name| name == "mod") || inside == "lib.rs" {
        names.pop();
    }
    Some(names)
}

/// The modules that files declare inside themselves, and those that are compiled for tests only.
#[derive(Default)]
struct Declared {
    module: ModulePath,
    inline: Vec<ModulePath>,
    tests: BTreeSet<ModulePath>,
}

impl Visit<'_> for Declared {
    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        self.module.push(item.ident.to_string());
        if only_for_tests(&item.attrs) {
            self.tests.insert(self.module.clone());
        } else if item.content.is_some() {
            self.inline.push(self.module.clone());
            visit::visit_item_mod(self, item);
        }
        self.module.pop();
    }
}

/// The names that a file imports, by the module that imports them, each with its path from the root of the crate.
#[derive(Default)]
struct Imports {
    module: ModulePath,
    found: BTreeMap<(ModulePath, String), ModulePath>,
}

impl Imports {
    fn of(file: &SourceFile, module: &[String]) -> BTreeMap<(ModulePath, String), ModulePath> {
        let mut imports = Self { module: module.to_vec(), found: BTreeMap::new() };
        imports.visit_file(&file.syntax());
        imports.found
    }
}

impl Visit<'_> for Imports {
    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        if !only_for_tests(&item.attrs) {
            self.module.push(item.ident.to_string());
            visit::visit_item_mod(self, item);
            self.module.pop();
        }
    }

    fn visit_item_use(&mut self, item: &syn::ItemUse) {
        for (path, name) in used(&item.tree) {
            let import = from_the_root(&self.module, &path).zip(name);
            self.found.extend(import.map(|(path, name)| ((self.module.clone(), name), path)));
        }
    }
}

/// The paths of a `use`, each with the name that it gets here; a glob gives none.
fn used(tree: &syn::UseTree) -> Vec<(Vec<String>, Option<String>)> {
    match tree {
        syn::UseTree::Path(path) => {
            let under = |(mut rest, name): (Vec<String>, Option<String>)| {
                rest.insert(0, path.ident.to_string());
                (rest, name)
            };
            used(&path.tree).into_iter().map(under).collect()
        }
        syn::UseTree::Name(name) if name.ident == "self" => vec![(Vec::new(), None)],
        syn::UseTree::Name(name) => vec![(vec![name.ident.to_string()], Some(name.ident.to_string()))],
        syn::UseTree::Rename(rename) => vec![(vec![rename.ident.to_string()], Some(rename.rename.to_string()))],
        syn::UseTree::Glob(_) => vec![(Vec::new(), None)],
        syn::UseTree::Group(group) => group.items.iter().flat_map(used).collect(),
    }
}

/// A path that begins with `crate`, `self` or `super`, from the root of the crate.
fn from_the_root(module: &[String], path: &[String]) -> Option<ModulePath> {
    let (mut base, mut rest) = match path.split_first()? {
        (first, rest) if first == "crate" => (&[] as &[String], rest),
        (first, rest) if first == "self" => (module, rest),
        (first, _) if first == "super" => (module, path),
        _ => return None,
    };
    while let Some((_, after)) = rest.split_first().filter(|(first, _)| *first == "super") {
        (base, rest) = (base.split_last()?.1, after);
    }
    Some([base, rest].concat())
}

/// Reads the paths of one file.
struct Reader<'a> {
    tree: &'a Tree<'a>,
    file: &'a SourceFile,
    module: ModulePath,
    imports: BTreeMap<(ModulePath, String), ModulePath>,
    found: Vec<Arrow>,
}

impl Reader<'_> {
    fn note(&mut self, path: &[String], line: usize) {
        let Some(first) = path.first() else { return };
        let child = [self.module.as_slice(), path].concat();
        let whole = match from_the_root(&self.module, path) {
            Some(whole) => whole,
            None if self.tree.holds.contains_key(&child[..=self.module.len()]) => child,
            None => match self.imports.get(&(self.module.clone(), first.clone())) {
                Some(import) => [import, &path[1..]].concat(),
                None => return,
            },
        };
        self.note_target(&whole, line, path.join("::"));
    }

    fn note_target(&mut self, whole: &[String], line: usize, path: String) {
        let to = self.tree.target(whole).filter(|to| *to != self.file.path);
        self.found.extend(to.map(|to| Arrow { from: self.file.path.clone(), to: to.to_owned(), line, path }));
    }

    /// The paths in tokens that are no Rust yet: what macros and attributes are given.
    fn note_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let (mut line, mut colons) = (0, 0);
        for token in tokens {
            match token {
                TokenTree::Punct(colon) if colon.as_char() == ':' => colons += 1,
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.note(&std::mem::take(&mut path), line);
                    }
                    (line, colons) = (name.span().start().line, 0);
                    path.push(name.to_string());
                }
                TokenTree::Group(group) => {
                    self.note(&std::mem::take(&mut path), line);
                    self.note_tokens(group.stream());
                    colons = 0;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.note(&std::mem::take(&mut path), line);
                    colons = 0;
                }
            }
        }
        self.note(&path, line);
    }
}

impl Visit<'_> for Reader<'_> {
    fn visit_item(&mut self, item: &syn::Item) {
        if !only_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &syn::ImplItemFn) {
        if !only_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        self.module.push(item.ident.to_string());
        match &item.content {
            Some(_) => visit::visit_item_mod(self, item),
            None => self.note_target(&self.module.clone(), item.span().start().line, format!("mod {}", item.ident)),
        }
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &syn::ItemUse) {
        for (path, _) in used(&item.tree) {
            self.note(&path, item.span().start().line);
        }
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.note(&names, path.span().start().line);
        visit::visit_path(self, path);
    }

    // `pub(in super::x)` says who may see it, not what is needed.
    fn visit_visibility(&mut self, _: &syn::Visibility) {}

    fn visit_item_macro(&mut self, item: &syn::ItemMacro) {
        if !item.mac.path.is_ident("macro_rules") {
            visit::visit_item_macro(self, item);
        }
    }

    fn visit_macro(&mut self, call: &syn::Macro) {
        self.note_tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.note_tokens(list.tokens.clone());
        }
    }
}

/// The attributes of an item that can be left out of a build for other purposes than tests.
fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The arrows of a crate of these files, each as `from -> to`.
    fn drawn(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<SourceFile> = files.iter().map(|(path, text)| SourceFile::sample(&format!("crates/x/src/{path}"), text)).collect();
        let short = |path: &str| path.trim_start_matches("crates/x/src/").to_owned();
        arrows(&files).iter().map(|arrow| format!("{} -> {}", short(&arrow.from), short(&arrow.to))).collect()
    }

    const SIBLINGS: [(&str, &str); 2] = [("a/c.rs", "pub struct Item;"), ("d.rs", "pub fn done() {}")];

    fn of_b(text: &str) -> Vec<String> {
        drawn(&[&SIBLINGS[..], &[("a/mod.rs", ""), ("a/b.rs", text), ("lib.rs", "")]].concat())
    }

    #[test]
    fn a_path_leads_to_the_last_module_that_it_names() {
        assert_eq!(of_b("use super::c::Item;"), ["a/b.rs -> a/c.rs"]);
        assert_eq!(of_b("use super::Item;"), ["a/b.rs -> a/mod.rs"]);
        assert_eq!(of_b("use crate::{a::c, d::{self, done}};"), ["a/b.rs -> a/c.rs", "a/b.rs -> d.rs"]);
        assert_eq!(of_b("use std::fmt; use serde::de; fn x(y: std::d::Z) {}"), [""; 0]);
    }

    #[test]
    fn a_path_in_code_counts_and_so_does_one_in_a_macro() {
        assert_eq!(of_b("fn x() -> super::c::Item { self::y() }"), ["a/b.rs -> a/c.rs"]);
        assert_eq!(of_b("use crate::a as e; fn x() { e::c::y() }"), ["a/b.rs -> a/c.rs", "a/b.rs -> a/mod.rs"]);
        assert_eq!(of_b("fn x() { assert!(y, \"{}\", crate::d::done()); }"), ["a/b.rs -> d.rs"]);
        assert_eq!(of_b("pub(in crate::a) struct X; #[cfg(test)] mod tests { use crate::d; }"), [""; 0]);
    }

    #[test]
    fn a_declaration_and_a_re_export_lead_to_the_child() {
        let parent = "mod b; pub use c::Item; #[cfg(test)] mod tests;";
        let files = [&SIBLINGS[..], &[("a/mod.rs", parent), ("a/b.rs", ""), ("a/tests.rs", "use crate::d;")]].concat();
        assert_eq!(drawn(&files), ["a/mod.rs -> a/b.rs", "a/mod.rs -> a/c.rs"]);
    }
}

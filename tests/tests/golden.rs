//! Golden samples: one stored event for each type and version, which never changes, and the generated page of events.

#![expect(clippy::wildcard_enum_match_arm, reason = "the items matched here are syn's, which grow")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ens_domain::access::AccessRefusal;
use ens_domain::event::{Event, EventType, Refusal, StreamKind, event_types};
use ens_domain::sections::consultations::ConsultationRefusal;
use ens_domain::space::{CodeEvent, SpaceEvent, SpaceRefusal};
use ens_tests::source::{self, SourceFile, documentation, words};
use ring::digest::{SHA256, digest};

const SAMPLES: &str = "tests/golden/events";
const PAGE: &str = "docs/events.md";
/// Where the words stand that events are made of, besides the files of the events.
const WORDS: [&str; 21] = [
    "crates/domain/src/space/person.rs",
    "crates/domain/src/space/terms.rs",
    "crates/domain/src/space/telling.rs",
    "crates/domain/src/space/receipt.rs",
    "crates/domain/src/party.rs",
    "crates/domain/src/sections/measures/measure_type.rs",
    "crates/domain/src/sections/medical_record/act.rs",
    "crates/domain/src/sections/medical_record/actor.rs",
    "crates/domain/src/sections/medical_record/announcement.rs",
    "crates/domain/src/sections/medical_record/content.rs",
    "crates/domain/src/access/ground.rs",
    "crates/domain/src/access/refusal.rs",
    "crates/domain/src/access/action.rs",
    "crates/domain/src/access/purpose.rs",
    "crates/domain/src/access/reader.rs",
    "crates/domain/src/access/grant.rs",
    "crates/domain/src/access/care_team.rs",
    "crates/domain/src/access/emergency_choices.rs",
    "crates/domain/src/access/document.rs",
    "crates/domain/src/access/profession.rs",
    "crates/domain/src/sections/consultations/subject.rs",
];

/// Set to 1, it adds new samples to the manifest and rewrites the page; it never changes a line of the manifest.
fn blessed() -> bool {
    std::env::var("ENS_BLESS").is_ok_and(|value| value == "1")
}

/// The samples by file name, without the line end that closes each file.
fn samples() -> BTreeMap<String, String> {
    let folder = std::fs::read_dir(source::root().join(SAMPLES)).expect("the golden samples");
    let paths = folder.map(|entry| entry.expect("an entry of the folder").path());
    let samples = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    samples.map(|path| (name(&path), std::fs::read_to_string(&path).expect("a sample").trim_end().to_owned())).collect()
}

fn name(path: &Path) -> String {
    path.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8").to_owned()
}

fn manifest() -> PathBuf {
    source::root().join(SAMPLES).join("SHA256SUMS")
}

#[test]
fn an_event_of_the_list_has_a_golden_sample_for_ever() {
    let samples = samples();
    let missing: Vec<String> =
        event_types().map(|known| format!("{}-{}.json", known.name, known.version)).filter(|name| !samples.contains_key(name)).collect();
    assert!(missing.is_empty(), "no golden sample stands for {missing:?} in {SAMPLES}");
}

#[test]
fn every_sample_is_still_read_and_todays_are_written_to_the_byte() {
    for (name, stored) in samples() {
        let (event_type, version) = name.trim_end_matches(".json").split_once('-').expect("<Type>-<version>.json");
        let event = read(kind_of(event_type), &stored).unwrap_or_else(|error| panic!("{name} is no longer read: {error}"));
        assert_eq!(event.name(), event_type, "{name}");
        if event.version() == version {
            // As the store writes it: through a JSON value, whose fields stand in alphabetical order.
            let written = serde_json::to_value(&event).expect("an event is JSON").to_string();
            assert_eq!(written, stored, "{name}");
        }
    }
}

fn kind_of(event_type: &str) -> StreamKind {
    let known = event_types().find(|known| known.name == event_type);
    known.unwrap_or_else(|| panic!("{event_type} is of no kind of stream")).kind
}

fn read(kind: StreamKind, stored: &str) -> serde_json::Result<Event> {
    let mut json = serde_json::Deserializer::from_str(stored);
    let event = Event::read(kind, &mut json)?;
    json.end().map(|()| event)
}

/// One event of each kind, as its sample of today's version gives it.
fn one_of_each() -> Vec<Event> {
    let samples = samples();
    let sample = |known: EventType| read(known.kind, &samples[&format!("{}-{}.json", known.name, known.version)]).expect("a sample");
    event_types().map(sample).collect()
}

#[test]
fn every_event_is_listed_once_under_its_variants_name() {
    let events = one_of_each();
    let names: Vec<&str> = events.iter().map(Event::name).collect();
    assert_eq!(names, event_types().map(|known| known.name).collect::<Vec<_>>());
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    for event in &events {
        let stored = serde_json::to_value(event).expect("an event is JSON");
        assert_eq!(stored.as_object().expect("an object").keys().collect::<Vec<_>>(), [event.name()], "the tag is the name");
        assert!(EventType::is_known(event.kind(), event.name(), &event.version()));
    }
    let of_space = events.iter().filter(|event| event.kind() == StreamKind::Space).count();
    assert_eq!(of_space, SpaceEvent::names().count());
    assert!(!EventType::is_known(StreamKind::Space, "StatusChanged", "1.0") && !EventType::is_known(StreamKind::Space, "Opposed", "0.9"));
}

#[test]
fn every_event_comes_back_from_its_stored_form() {
    for event in one_of_each() {
        let stored = serde_json::to_string(&event).expect("an event is JSON");
        assert_eq!(read(event.kind(), &stored).expect("what was written is read"), event, "{stored}");
    }
}

#[test]
fn only_attempts_record_a_refusal() {
    let refusals: Vec<(&str, Refusal)> = one_of_each().iter().filter_map(|event| Some((event.name(), event.refusal()?))).collect();
    let left = one_of_each().iter().find_map(|event| match event.as_space() {
        Some(SpaceEvent::Code(CodeEvent::WrongCodeEntered { left, .. })) => Some(*left),
        _ => None,
    });
    let wrong = SpaceRefusal::WrongCode { left: left.expect("a sample of a wrong code") };
    let refused = Refusal::Consultation(ConsultationRefusal::Refused(AccessRefusal::ProfessionalBlocked));
    let expected =
        [("WrongCodeEntered", Refusal::Space(wrong)), ("CodeLocked", Refusal::Space(SpaceRefusal::CodeLocked)), ("AccessRefused", refused)];
    assert_eq!(refusals, expected);
}

#[test]
fn every_event_is_one_or_two_french_sentences_without_anything_personal() {
    for event in one_of_each() {
        let sentence = event.sentence();
        assert!(sentence.starts_with(char::is_uppercase) && sentence.ends_with('.'), "{}: {sentence}", event.name());
        assert!(!sentence.contains("$sealed") && !sentence.contains("Personal"), "{}: {sentence}", event.name());
    }
}

#[test]
fn a_name_is_that_of_one_event_only() {
    let names: Vec<&str> = event_types().map(|known| known.name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}

#[test]
fn nothing_personal_stands_in_clear_in_a_sample() {
    for (name, stored) in samples() {
        assert!(!stored.contains(ens_domain::personal::CLEAR_MARKER), "{name}");
    }
}

#[test]
fn no_sample_was_edited_or_deleted() {
    let samples = samples();
    let mut listed = std::fs::read_to_string(manifest()).unwrap_or_default();
    if blessed() {
        let new: String =
            samples.iter().filter(|(name, _)| !listed.contains(name.as_str())).map(|(name, stored)| line(name, stored)).collect();
        listed.push_str(&new);
        std::fs::write(manifest(), &listed).expect("the manifest can be written");
    }
    let complaints = disagreements(&listed, &samples);
    assert!(
        complaints.is_empty(),
        "{complaints:#?}\na sample is never edited: a new shape is a new version, with an upcaster for the old one"
    );
}

#[test]
fn an_edited_a_deleted_and_an_unlisted_sample_are_seen() {
    let before = BTreeMap::from([("A-1.0.json".to_owned(), "{}".to_owned()), ("B-1.0.json".to_owned(), "{}".to_owned())]);
    let listed: String = before.iter().map(|(name, stored)| line(name, stored)).collect();
    assert!(disagreements(&listed, &before).is_empty());
    let after = BTreeMap::from([("A-1.0.json".to_owned(), "{ }".to_owned()), ("C-1.0.json".to_owned(), "{}".to_owned())]);
    assert_eq!(disagreements(&listed, &after), ["A-1.0.json was edited", "B-1.0.json was deleted", "C-1.0.json is not in the manifest"]);
}

/// A line of the manifest, as `sha256sum` writes and checks it.
fn line(name: &str, stored: &str) -> String {
    let hash = digest(&SHA256, format!("{stored}\n").as_bytes());
    let hexadecimal: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hexadecimal}  {name}\n")
}

fn disagreements(listed: &str, samples: &BTreeMap<String, String>) -> Vec<String> {
    let listed: BTreeMap<&str, &str> = listed.lines().filter_map(|line| line.split_once("  ")).map(|(hash, name)| (name, hash)).collect();
    let of_listed = listed.iter().filter_map(|(name, hash)| match samples.get(*name) {
        None => Some(format!("{name} was deleted")),
        Some(stored) => (!line(name, stored).starts_with(*hash)).then(|| format!("{name} was edited")),
    });
    let unlisted = samples.keys().filter(|name| !listed.contains_key(name.as_str())).map(|name| format!("{name} is not in the manifest"));
    of_listed.chain(unlisted).collect()
}

#[test]
fn the_page_of_events_is_what_the_code_says() {
    let path = source::root().join(PAGE);
    let page = page_of_events();
    if blessed() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stands == page, "{PAGE} is not what the code says; write it anew with: ENS_BLESS=1 cargo test -p ens-tests --test golden");
}

fn page_of_events() -> String {
    let mut page = format!(
        "# Events\n\nEvery event that the log can hold, as it is stored. This page is made from the files of the events in `crates/domain` and \
         the samples in `{SAMPLES}`; a test keeps it so.\n\nPersonal values stand sealed: `{{\"$sealed\": \"…\", \"kind\": \"…\"}}`, \
         guarded ones `{{\"$guarded\": \"…\", \"kind\": \"…\"}}`. A `?` \
         marks what may be null; what the other types hold stands at the end.\n"
    );
    let samples = samples();
    let (events, words): (Vec<syn::ItemEnum>, Vec<syn::ItemEnum>) =
        event_files().iter().flat_map(enumerations).partition(|of| of.ident.to_string().ends_with("Event"));
    for of in &events {
        page.push_str(&format!("\n# {}\n\n{}\n", of.ident, sentence(&of.attrs)));
        page.extend(of.variants.iter().map(|variant| event(variant, &samples)));
    }
    page.push_str("\n# What they are made of\n");
    let items = WORDS.iter().flat_map(|path| source::file(path).syntax().items).chain(words.into_iter().map(syn::Item::Enum));
    page.extend(items.filter_map(|item| match item {
        // What is wrong with a value is never stored.
        syn::Item::Struct(of) if of.ident.to_string().ends_with("Error") => None,
        syn::Item::Struct(of) => Some(format!("\n## {}\n\n{}\n\n{}", of.ident, sentence(&of.attrs), fields(&of.fields))),
        syn::Item::Enum(of) => {
            let variants: String = of.variants.iter().map(value).collect();
            Some(format!("\n## {}\n\n{}\n\n{variants}", of.ident, sentence(&of.attrs)))
        }
        _ => None,
    }));
    page
}

/// The files of the stored contract: a group of the space's events each, then a section each.
fn event_files() -> Vec<SourceFile> {
    let of_events = |path: &str| path.starts_with("crates/domain/src/space/events/") || path.ends_with("/events.rs");
    let mut files: Vec<SourceFile> =
        source::rust_files().into_iter().filter(|file| file.path.starts_with("crates/domain/") && of_events(&file.path)).collect();
    files.retain(|file| !WORDS.contains(&file.path.as_str()) && !file.path.ends_with("/mod.rs"));
    files.sort_by_key(|file| (file.path.contains("/sections/"), file.path.clone()));
    files
}

fn enumerations(file: &SourceFile) -> Vec<syn::ItemEnum> {
    file.syntax().items.into_iter().filter_map(|item| if let syn::Item::Enum(of) = item { Some(of) } else { None }).collect()
}

/// An event with its samples.
fn event(variant: &syn::Variant, samples: &BTreeMap<String, String>) -> String {
    let mut text = format!("\n## {}\n\n{}\n\n{}", variant.ident, sentence(&variant.attrs), fields(&variant.fields));
    for (name, stored) in samples.iter().filter(|(name, _)| name.starts_with(&format!("{}-", variant.ident))) {
        let version = name.trim_end_matches(".json").rsplit('-').next().unwrap_or_default();
        text.push_str(&format!("\nVersion {version}:\n\n```json\n{stored}\n```\n"));
    }
    text
}

/// The documentation of an item on one line.
fn sentence(attributes: &[syn::Attribute]) -> String {
    let lines = documentation(attributes);
    lines.iter().map(String::as_str).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn fields(of: &syn::Fields) -> String {
    let line = |field: &syn::Field| {
        let said = sentence(&field.attrs);
        let kind = kind(&field.ty);
        // What is wrapped is stored with its own fields.
        let Some(name) = field.ident.as_ref() else { return format!("- the fields of `{kind}`\n") };
        if said.is_empty() { format!("- `{name}` (`{kind}`)\n") } else { format!("- `{name}` (`{kind}`): {said}\n") }
    };
    of.iter().map(line).collect()
}

/// A variant as it is stored: its name in snake case, and what it holds.
fn value(variant: &syn::Variant) -> String {
    let mut name = String::new();
    for letter in variant.ident.to_string().chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    let inner = fields(&variant.fields).replace("- `", "  - `");
    format!("- `{name}`: {}\n{inner}", sentence(&variant.attrs))
}

/// A field's type as a reader of the log needs it: without the crates' paths, `?` for what may be null.
fn kind(of: &syn::Type) -> String {
    let written = words(of).replace("DateTime<Utc>", "instant").replace("NaiveDate", "date");
    match written.strip_prefix("Option<").and_then(|inner| inner.strip_suffix('>')) {
        Some(inner) => format!("{inner}?"),
        None => written,
    }
}

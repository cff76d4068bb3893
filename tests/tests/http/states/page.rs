//! The table of documents on the page for people who integrate and for lawyers: `docs/medical-record.md` says what the data says.

use ens_api::problem::every_type;
use ens_domain::access::AccessRefusal;

use super::super::documents::with_table;
use super::state::State;
use super::table::{DOCUMENTS_TABLE, Entry, Row, entries_of};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/medical-record.md");

#[test]
fn the_page_of_the_medical_record_says_what_the_table_says() {
    let entries = entries_of(DOCUMENTS_TABLE);
    let page = std::fs::read_to_string(PAGE).expect("docs/medical-record.md");
    let made = with_table(&with_table(&page, "states", &states(&entries)), "answers", &answers(&entries));
    if std::env::var("ENS_BLESS").is_ok_and(|value| value == "1") {
        std::fs::write(PAGE, &made).expect("docs/medical-record.md is written");
        return;
    }
    assert!(
        made == page,
        "docs/medical-record.md is not what {DOCUMENTS_TABLE} says; write its tables anew with: \
         ENS_BLESS=1 cargo test -p ens-tests --test http the_page_of_the_medical_record"
    );
}

fn states(entries: &[Entry]) -> String {
    let names = State::ALL.map(State::name).join(" | ");
    let rows = entries.iter().flat_map(|entry| entry.rows.iter().map(move |row| line(entry, row)));
    format!("| What | Who | {names} |\n|---|---|{}\n{}", "---|".repeat(State::ALL.len()), rows.collect::<String>())
}

fn line(entry: &Entry, row: &Row) -> String {
    format!("| {} | {} | {} |\n", entry.title, row.who.join(", "), row.words.join(" | "))
}

/// What each word means, but for `yes`.
fn answers(entries: &[Entry]) -> String {
    let words = entries.iter().flat_map(|entry| entry.rows.iter().flat_map(|row| row.words.iter()));
    let mut words: Vec<&String> = words.filter(|word| *word != "yes").collect();
    words.sort();
    words.dedup();
    let rows = words.into_iter().map(|word| format!("| `{word}` | {} |\n", meaning(word)));
    format!("| Answer | Meaning |\n|---|---|\n{}", rows.collect::<String>())
}

fn meaning(word: &str) -> String {
    let of_gate = AccessRefusal::ALL.into_iter().find(|refusal| refusal.name() == word).map(|refusal| format!("403: {refusal}"));
    let of_problem = || every_type().find(|known| known.slug == word).map(|known| format!("{}: {}", known.status.as_u16(), known.title));
    of_gate.or_else(of_problem).unwrap_or_else(|| panic!("no problem is called {word}"))
}

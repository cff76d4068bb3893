//! The tables in `tests/data`: for each request who is answered what in which state of the space, read line by line.
//!
//! `## Title` names the requests that follow. `METHOD /path BODY` begins one; below it, `who, who: word …` has one word for every state, or one
//! for each. A body is JSON, or `form JSON` for a deposit, or `text TYPE BODY`.

use ens_tests::source;

use super::state::State;

/// Every route but those of documents, by role.
pub(super) const ROUTES_TABLE: &str = "tests/data/route_states.txt";
/// Documents, by who has to do with them.
pub(super) const DOCUMENTS_TABLE: &str = "tests/data/document_states.txt";

/// One request, and what is answered.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    pub(super) title: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) body: String,
    pub(super) rows: Vec<Row>,
}

/// What some are answered, state by state.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) who: Vec<String>,
    pub(super) words: Vec<String>,
}

/// The entries of a file.
pub(super) fn entries_of(file: &str) -> Vec<Entry> {
    entries(&source::file(file).text)
}

pub(super) fn entries(text: &str) -> Vec<Entry> {
    let mut title = "";
    let mut entries: Vec<Entry> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if let Some(named) = line.strip_prefix("## ") {
            title = named;
        } else if line.starts_with(' ') {
            entries.last_mut().unwrap_or_else(|| panic!("a row without a request: {line}")).rows.push(row(line));
        } else if !line.starts_with('#') {
            entries.push(request(title, line));
        }
    }
    entries
}

fn request(title: &str, line: &str) -> Entry {
    let (method, rest) = line.split_once(' ').unwrap_or_else(|| panic!("no request: {line}"));
    let (path, body) = rest.split_once(' ').unwrap_or((rest, ""));
    Entry { title: title.to_owned(), method: method.to_owned(), path: path.to_owned(), body: body.trim().to_owned(), rows: Vec::new() }
}

fn row(line: &str) -> Row {
    let (who, words) = line.split_once(':').unwrap_or_else(|| panic!("nobody is named: {line}"));
    let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    let words = match words.as_slice() {
        [one] => vec![one.clone(); State::ALL.len()],
        each if each.len() == State::ALL.len() => words,
        _ => panic!("one word, or {} of them: {line}", State::ALL.len()),
    };
    Row { who: who.split(',').map(|who| who.trim().to_owned()).collect(), words }
}

impl Entry {
    /// The path as the routes spell it.
    pub(super) fn route(&self) -> String {
        self.path.split('?').next().unwrap_or_default().replace("$own", "{document}")
    }

    /// Whether the state of a space can matter.
    pub(super) fn is_of_a_space(&self) -> bool {
        self.path.contains("{space}") || self.body.contains("$ins")
    }

    /// What the table says; nothing where nobody of this name has a row.
    pub(super) fn words(&self, who: &str) -> Option<&[String]> {
        self.rows.iter().find(|row| row.who.iter().any(|named| named == who)).map(|row| row.words.as_slice())
    }

    /// The request as the table spells it.
    pub(super) fn spelled(&self) -> String {
        format!("{} {} {}", self.method, self.path, self.body).trim_end().to_owned()
    }
}

/// A row as the table spells it: one word where all states answer alike.
pub(super) fn spelled(who: &str, words: &[String]) -> String {
    let alike = words.windows(2).all(|pair| pair[0] == pair[1]);
    format!("    {who}: {}", if alike { words[0].clone() } else { words.join(" ") })
}

//! The second writing of the rules: lines of conditions, the first of which that fits a case decides it.

use crate::columns::{COLUMNS, Case, vocabulary};

/// A line: for each column the words that fit, and what is decided where all do.
pub(crate) struct Rule {
    pub(crate) line: String,
    pub(crate) outcome: String,
    masks: [u64; 14],
}

/// Reads the lines; a word that no column has is a mistake of the file.
pub(crate) fn rules(text: &str) -> Vec<Rule> {
    let vocabulary = vocabulary();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| rule(line, &vocabulary)).collect()
}

fn rule(line: &str, vocabulary: &[Vec<String>; 14]) -> Rule {
    let (conditions, outcome) = line.split_once("-> ").unwrap_or_else(|| panic!("no outcome: {line}"));
    let mut masks = [u64::MAX; 14];
    for condition in conditions.split_whitespace() {
        let (column, words) = condition.split_once('=').unwrap_or_else(|| panic!("no condition: {condition}"));
        let column = COLUMNS.iter().position(|known| *known == column).unwrap_or_else(|| panic!("no column: {condition}"));
        let known = &vocabulary[column];
        let place = |word: &str| known.iter().position(|known| known == word).unwrap_or_else(|| panic!("no word {word} in {line}"));
        let named = words.trim_start_matches('!').split('|').fold(0_u64, |mask, word| mask | 1 << place(word));
        masks[column] = if words.starts_with('!') { !named } else { named };
    }
    Rule { line: line.to_owned(), outcome: outcome.trim().to_owned(), masks }
}

impl Rule {
    pub(crate) fn fits(&self, case: &Case) -> bool {
        self.masks.iter().zip(case).all(|(mask, word)| mask >> word & 1 == 1)
    }
}

//! The title under which a document is listed; written by its author, so it may say anything of the person.
//!
//! - a title is one line of 1 to 255 characters

use crate::parsed::{redacted, text_value};
use crate::personal::PersonalData;

const LONGEST: usize = 255;

/// A document's title, such as *Compte rendu de consultation*.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentTitle(String);

redacted!(DocumentTitle);

impl PersonalData for DocumentTitle {
    const KIND: &'static str = "document_title";
}

/// A text that is not a title. Never holds what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a title is one line of 1 to {LONGEST} characters")]
pub struct DocumentTitleError;

impl DocumentTitle {
    /// Reads a title, spaces around it left out.
    ///
    /// # Errors
    /// [`DocumentTitleError`] where it is empty, too long, or holds a line break or another control character.
    pub fn parse(text: &str) -> Result<Self, DocumentTitleError> {
        let text = text.trim();
        let fits = (1..=LONGEST).contains(&text.chars().count());
        if fits && !text.contains(char::is_control) { Ok(Self(text.to_owned())) } else { Err(DocumentTitleError) }
    }

    /// The title.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_value!(DocumentTitle, DocumentTitleError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_of_1_to_255_characters() {
        assert_eq!(DocumentTitle::parse(" Ordonnance du 2 mars ").unwrap().as_str(), "Ordonnance du 2 mars");
        assert!(DocumentTitle::parse(&"é".repeat(255)).is_ok());
        for text in ["", "  ", "a\nb", "a\u{0}b", "a\u{85}b", &"é".repeat(256)] {
            assert_eq!(DocumentTitle::parse(text), Err(DocumentTitleError), "{text:?}");
        }
    }

    #[test]
    fn a_title_travels_as_its_text_and_is_never_shown() {
        let title = DocumentTitle::parse("Bilan sanguin").unwrap();
        assert_eq!(serde_json::to_string(&title).unwrap(), "\"Bilan sanguin\"");
        assert_eq!(serde_json::from_str::<DocumentTitle>("\"Bilan sanguin\"").unwrap(), title);
        assert!(serde_json::from_str::<DocumentTitle>("\"\"").is_err());
        assert_eq!(format!("{title:?}"), "DocumentTitle(…)");
    }
}

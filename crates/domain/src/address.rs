//! A French postal address as NF Z10-011 wants it on an envelope, so that sorting machines read it and a letter arrives.

use serde::{Deserialize, Serialize};

use crate::parsed::redacted;
use crate::personal::PersonalData;

/// The most lines on an envelope within France.
const LINES: usize = 6;
/// The most characters in a line, spaces included.
const LINE_LENGTH: usize = 38;
/// The lines above this one (recipient, flat, building) may hold punctuation.
const STREET_LINE: usize = 4;

/// One to six lines of at most 38 characters, recipient included where known, the last one postcode and town.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct PostalAddress(Vec<String>);

redacted!(PostalAddress);

impl PersonalData for PostalAddress {
    const KIND: &'static str = "postal_address";
}

/// What is wrong with a postal address. Names the line, counted from 1, and never holds what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PostalAddressError {
    /// None, or more than an envelope holds.
    #[error("an address has 1 to 6 lines that are not empty")]
    Lines,
    /// A line that sorting machines would cut.
    #[error("line {line}: at most 38 characters, spaces included")]
    TooLong {
        /// The line's number.
        line: usize,
    },
    /// A tab, a line break or the like inside a line.
    #[error("line {line}: one line of text, without control characters")]
    Control {
        /// The line's number.
        line: usize,
    },
    /// Punctuation in the street line or below it.
    #[error("line {line}: from the street on, letters, digits and spaces only; write a space for a comma, dash or apostrophe")]
    Punctuation {
        /// The line's number.
        line: usize,
    },
    /// A last line that does not begin with a postcode.
    #[error("the last line is a postcode of 5 digits, a space and the town")]
    Town,
    /// A town in small letters.
    #[error("the last line is in capitals")]
    Capitals,
}

impl PostalAddress {
    /// Reads the lines from top to bottom; empty ones are left out and spaces evened, as the norm says.
    ///
    /// Which of the norm's six lines a given line is cannot be known once empty ones are left out. The last is the sixth; the one
    /// before it is the street, or the locality under it, and so is any from the fourth on: these bear no punctuation. The
    /// first is the recipient's and may.
    ///
    /// # Errors
    /// A [`PostalAddressError`] that names the line to mend.
    pub fn parse(lines: &[&str]) -> Result<Self, PostalAddressError> {
        let lines: Vec<String> = lines
            .iter()
            .map(|line| line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
            .filter(|line| !line.is_empty())
            .collect();
        let last = lines.last().filter(|_| lines.len() <= LINES).ok_or(PostalAddressError::Lines)?;
        for (line, text) in (1..).zip(&lines) {
            check_line(line, text)?;
            let from_street = line >= STREET_LINE || line + 1 >= lines.len();
            if from_street && (line > 1 || lines.len() == 1) && !text.chars().all(|letter| letter.is_alphanumeric() || letter == ' ') {
                return Err(PostalAddressError::Punctuation { line });
            }
        }
        check_town(last)?;
        Ok(Self(lines))
    }

    /// The line as the norm writes it from the street on: capitals, no accent of French, spaces for punctuation.
    /// `12, rue de l'Église` gives `12 RUE DE L EGLISE`.
    pub fn norm_line(text: &str) -> String {
        let spaced: String = text.chars().map(|letter| if letter.is_alphanumeric() { letter } else { ' ' }).collect();
        let plain: String = spaced.to_uppercase().chars().map(without_accent).collect();
        plain.replace('Œ', "OE").replace('Æ', "AE").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The lines, from the recipient to the town.
    pub fn lines(&self) -> &[String] {
        &self.0
    }
}

fn check_line(line: usize, text: &str) -> Result<(), PostalAddressError> {
    if text.chars().count() > LINE_LENGTH {
        return Err(PostalAddressError::TooLong { line });
    }
    if text.chars().any(|letter| letter.is_control() || (letter.is_whitespace() && letter != ' ')) {
        return Err(PostalAddressError::Control { line });
    }
    Ok(())
}

fn check_town(line: &str) -> Result<(), PostalAddressError> {
    let (postcode, town) = line.split_once(' ').ok_or(PostalAddressError::Town)?;
    let coded = postcode.len() == 5 && postcode.bytes().all(|byte| byte.is_ascii_digit());
    if !coded || !town.chars().any(char::is_alphabetic) {
        return Err(PostalAddressError::Town);
    }
    if town.chars().any(char::is_lowercase) {
        return Err(PostalAddressError::Capitals);
    }
    Ok(())
}

/// A French capital without its accent, as addresses are written (NF Z10-011).
pub const fn without_accent(capital: char) -> char {
    match capital {
        'À' | 'Â' | 'Ä' => 'A',
        'Ç' => 'C',
        'É' | 'È' | 'Ê' | 'Ë' => 'E',
        'Î' | 'Ï' => 'I',
        'Ô' | 'Ö' => 'O',
        'Ù' | 'Û' | 'Ü' => 'U',
        'Ÿ' => 'Y',
        other => other,
    }
}

impl TryFrom<Vec<String>> for PostalAddress {
    type Error = PostalAddressError;

    fn try_from(lines: Vec<String>) -> Result<Self, PostalAddressError> {
        Self::parse(&lines.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

impl From<PostalAddress> for Vec<String> {
    fn from(address: PostalAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn address_of_six_lines_is_read_from_recipient_to_town() {
        let lines = [
            "M. JEAN-PIERRE D'ARC",
            "Appt. 12, Esc. C",
            "Rés. « Les Tilleuls »",
            "25 D RUE DES FLEURS",
            "BP 123",
            "31000 TOULOUSE CEDEX 9",
        ];
        assert_eq!(PostalAddress::parse(&lines).unwrap().lines(), lines);
    }

    #[test]
    fn address_drops_empty_lines_and_evens_spaces() {
        let address = PostalAddress::parse(&["", " Mme  MARTIN ", "   ", "12 RUE DE L EGLISE", "44600  SAINT NAZAIRE "]).unwrap();
        assert_eq!(address.lines(), ["Mme MARTIN", "12 RUE DE L EGLISE", "44600 SAINT NAZAIRE"]);
    }

    #[test]
    fn address_bears_no_punctuation_from_the_street_on() {
        let cases: [(&[&str], usize); 5] = [
            (&["Mme MARTIN", "12, RUE DU BAC", "31000 TOULOUSE"], 2),
            (&["Mme MARTIN", "12 RUE DU BAC", "44600 SAINT-NAZAIRE"], 3),
            (&["M. A", "APPT. 2", "BAT. C", "12 RUE DE L'UNION", "CIDEX 4", "31000 TOULOUSE"], 4),
            (&["M. A", "APPT. 2", "BAT. C", "12 RUE DU BAC", "B.P. 4", "31000 TOULOUSE"], 5),
            (&["31240 L'UNION"], 1),
        ];
        for (lines, line) in cases {
            assert_eq!(PostalAddress::parse(lines), Err(PostalAddressError::Punctuation { line }), "{lines:?}");
        }
        assert!(PostalAddress::parse(&["M. D'ARC", "31000 TOULOUSE"]).is_ok(), "the recipient's line may");
    }

    #[test]
    fn address_says_which_line_to_mend() {
        let long = "A".repeat(39);
        let cases: [(&[&str], PostalAddressError); 9] = [
            (&[], PostalAddressError::Lines),
            (&["", " "], PostalAddressError::Lines),
            (&["A", "B", "C", "D", "E", "F", "31000 TOULOUSE"], PostalAddressError::Lines),
            (&["Mme MARTIN", &long, "31000 TOULOUSE"], PostalAddressError::TooLong { line: 2 }),
            (&["Mme\tMARTIN", "31000 TOULOUSE"], PostalAddressError::Control { line: 1 }),
            (&["Mme MARTIN", "1 RUE DU BAC\n31000 TOULOUSE"], PostalAddressError::Control { line: 2 }),
            (&["Mme MARTIN", "1 RUE DU BAC", "TOULOUSE"], PostalAddressError::Town),
            (&["Mme MARTIN", "1 RUE DU BAC", "3100 TOULOUSE"], PostalAddressError::Town),
            (&["Mme MARTIN", "1 RUE DU BAC", "31000 Toulouse"], PostalAddressError::Capitals),
        ];
        for (lines, error) in cases {
            assert_eq!(PostalAddress::parse(lines), Err(error), "{lines:?}");
        }
        assert!(PostalAddress::parse(&[&"É".repeat(38), "31000 TOULOUSE"]).is_ok(), "characters count, not bytes");
    }

    #[test]
    fn address_in_json_is_its_lines_and_comes_back_checked() {
        let json = r#"["Mme MARTIN","1 RUE DU BAC","31000 TOULOUSE"]"#;
        let address: PostalAddress = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&address).unwrap(), json);
        assert_eq!(format!("{address:?}"), "PostalAddress(…)");
        assert!(serde_json::from_str::<PostalAddress>(r#"["Mme MARTIN"]"#).is_err());
    }

    #[test]
    fn address_norm_line_is_in_capitals_without_accents_or_punctuation() {
        let cases =
            [("12, rue de l'Église", "12 RUE DE L EGLISE"), ("Saint-Nazaire", "SAINT NAZAIRE"), ("Œuilly", "OEUILLY"), ("L’Haÿ", "L HAY")];
        for (text, line) in cases {
            assert_eq!(PostalAddress::norm_line(text), line);
        }
    }

    proptest! {
        #[test]
        fn address_once_parsed_parses_to_itself(lines in prop::collection::vec(any::<String>(), 0..5), town in "[0-9]{5} [A-Z ]{1,34}") {
            let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            lines.push(&town);
            if let Ok(address) = PostalAddress::parse(&lines) {
                prop_assert_eq!(PostalAddress::try_from(address.lines().to_vec()), Ok(address));
            }
        }

        #[test]
        fn address_norm_line_can_stand_below_the_street(text in "[a-zA-Zéèàùçœ0-9',;.-]{1,30}", code in "[0-9]{5}") {
            let line = PostalAddress::norm_line(&text);
            prop_assume!(line.chars().any(char::is_alphabetic) && line.chars().count() <= 32);
            let town = format!("{code} {line}");
            prop_assert!(PostalAddress::parse(&["Mme MARTIN", &line, &town]).is_ok());
        }
    }
}

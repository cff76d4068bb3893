//! A phone number, in the one international form (E.164) that dials it from anywhere.

use crate::parsed::{redacted, text_value};
use crate::personal::PersonalData;

/// A number such as `+33612345678`.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

redacted!(PhoneNumber);

impl PersonalData for PhoneNumber {
    const KIND: &'static str = "phone";
}

/// A text that is not a phone number. Never holds what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneNumberError {
    /// Letters, or signs that nobody writes in a number.
    #[error("a phone number is written in digits, with spaces, dots, dashes or brackets between them")]
    Shape,
    /// A French number that is too short, too long or begins with two zeros.
    #[error("a French phone number has 10 digits from 0, or +33 and 9 digits")]
    French,
    /// A number from elsewhere, too short or too long (E.164: at most 15 digits).
    #[error("an international phone number has + and 8 to 15 digits")]
    International,
}

/// Where French numbers overseas begin, as dialled within France, and the country code they bear from abroad.
const OVERSEAS: [(&[&str], &str); 4] = [
    (&["0590", "0690", "0691"], "590"),
    (&["0594", "0694"], "594"),
    (&["0596", "0696", "0697"], "596"),
    (&["0262", "0263", "0269", "0639", "0692", "0693"], "262"),
];

impl PhoneNumber {
    /// Reads a number as people write it: `06 12 34 56 78`, `+33 (0)6.12.34.56.78`, `0033612345678`, `+32 475 12 34 56`.
    ///
    /// # Errors
    /// A [`PhoneNumberError`] that says what to mend.
    pub fn parse(text: &str) -> Result<Self, PhoneNumberError> {
        // "+33 (0)6…": the zero in brackets is there for those who dial within France.
        let plain: String = text.replacen("(0)", "", 1).chars().filter(|letter| !is_separator(*letter)).collect();
        let (abroad, digits) = match plain.strip_prefix('+').or_else(|| plain.strip_prefix("00")) {
            Some(digits) => (true, digits),
            None => (false, plain.as_str()),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PhoneNumberError::Shape);
        }
        if abroad { Self::international(digits) } else { Self::within_france(digits) }
    }

    fn within_france(digits: &str) -> Result<Self, PhoneNumberError> {
        let subscriber = digits.strip_prefix('0').filter(|rest| rest.len() == 9 && !rest.starts_with('0'));
        let subscriber = subscriber.ok_or(PhoneNumberError::French)?;
        let overseas = OVERSEAS.iter().find(|(starts, _)| starts.iter().any(|start| digits.starts_with(start)));
        let country = overseas.map_or("33", |(_, country)| country);
        Ok(Self(format!("+{country}{subscriber}")))
    }

    fn international(digits: &str) -> Result<Self, PhoneNumberError> {
        if let Some(subscriber) = digits.strip_prefix("33") {
            let subscriber = subscriber.strip_prefix('0').unwrap_or(subscriber);
            return Self::within_france(&format!("0{subscriber}"));
        }
        if digits.starts_with('0') || !(8..=15).contains(&digits.len()) {
            return Err(PhoneNumberError::International);
        }
        Ok(Self(format!("+{digits}")))
    }

    /// The number in E.164, `+` first.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_value!(PhoneNumber, PhoneNumberError);

/// What people put between the digits.
const fn is_separator(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '.' | '-' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn phone_takes_the_ways_people_write() {
        for text in ["0612345678", "06 12 34 56 78", "06.12.34.56.78", "+33612345678", "+33 (0)6 12 34 56 78", "00 33 6-12-34-56-78"] {
            assert_eq!(PhoneNumber::parse(text).unwrap().as_str(), "+33612345678", "{text}");
        }
        assert_eq!(PhoneNumber::parse("+32 475 12 34 56").unwrap().as_str(), "+32475123456");
    }

    #[test]
    fn phone_overseas_bears_its_own_country_code() {
        let cases = [("0690 12 34 56", "+590690123456"), ("0596123456", "+596596123456"), ("0639 12 34 56", "+262639123456")];
        for (text, number) in cases {
            assert_eq!(PhoneNumber::parse(text).unwrap().as_str(), number);
        }
    }

    #[test]
    fn phone_says_what_to_mend() {
        let cases = [
            ("", PhoneNumberError::Shape),
            ("zéro six", PhoneNumberError::Shape),
            ("+", PhoneNumberError::Shape),
            ("3422", PhoneNumberError::French),
            ("06123456789", PhoneNumberError::French),
            ("+33 1234", PhoneNumberError::French),
            ("+1234567", PhoneNumberError::International),
            ("+1234567890123456", PhoneNumberError::International),
            ("+0475123456", PhoneNumberError::International),
        ];
        for (text, error) in cases {
            assert_eq!(PhoneNumber::parse(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn phone_once_parsed_parses_to_itself(text in r"(\+|00|0)[1-9][0-9 .]{6,16}") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                prop_assert_eq!(PhoneNumber::parse(number.as_str()), Ok(number));
            }
        }
    }
}

//! FINESS: the number of a health establishment (*fichier national des établissements sanitaires et sociaux*).

use crate::luhn;
use crate::parsed::{shown, text_value};

/// A structure's number: 9 letters or digits; all-digit ones end with the Luhn key.
///
/// Those of Corsica carry the `A` or `B` of their department, and no key that the national file documents.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Finess(String);

/// A text that is not a FINESS number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FinessError {
    /// Too short, too long, or with something else than letters and digits.
    #[error("a FINESS number has 9 letters or digits")]
    Shape,
    /// A digit was mistyped.
    #[error("the last digit does not match the others: check the FINESS number for a typing slip")]
    Key,
}

impl Finess {
    /// Reads a number, its letters in either case.
    ///
    /// # Errors
    /// [`FinessError::Shape`] unless it has 9 letters or digits, [`FinessError::Key`] where all are digits and the last is not
    /// the Luhn key.
    pub fn parse(text: &str) -> Result<Self, FinessError> {
        if text.len() != 9 || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(FinessError::Shape);
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) && !luhn::holds(text) {
            return Err(FinessError::Key);
        }
        Ok(Self(text.to_ascii_uppercase()))
    }

    /// The number that begins with these eight digits, for invented structures.
    ///
    /// # Errors
    /// [`FinessError::Shape`] unless there are eight digits.
    pub fn from_first8(digits: &str) -> Result<Self, FinessError> {
        let key = luhn::key_of(digits).ok_or(FinessError::Shape)?;
        Self::parse(&format!("{digits}{key}"))
    }

    /// The 9 characters, letters in capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_value!(Finess, FinessError);
shown!(Finess);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn finess_of_known_hospitals_hold() {
        for number in ["310781406", "440000289", "750712184"] {
            assert_eq!(Finess::parse(number).unwrap().as_str(), number);
        }
    }

    #[test]
    fn finess_with_letters_has_no_key() {
        assert_eq!(Finess::parse("2a0000014").unwrap().to_string(), "2A0000014");
        assert_eq!(Finess::parse("2B0000015").unwrap().as_str(), "2B0000015");
    }

    #[test]
    fn finess_shape_and_key_are_told_apart() {
        assert_eq!(Finess::parse("31078140"), Err(FinessError::Shape));
        assert_eq!(Finess::parse("31078140-"), Err(FinessError::Shape));
        assert_eq!(Finess::parse("310781407"), Err(FinessError::Key));
        assert_eq!(Finess::from_first8("2A000001"), Err(FinessError::Shape));
    }

    proptest! {
        #[test]
        fn finess_of_digits_has_one_key_and_no_other(first8 in "[0-9]{8}") {
            let valid: Vec<Finess> = (0..10).filter_map(|key| Finess::parse(&format!("{first8}{key}")).ok()).collect();
            prop_assert_eq!(&valid, &vec![Finess::from_first8(&first8).unwrap()]);
        }
    }
}

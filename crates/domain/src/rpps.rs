//! RPPS: the number that a health professional keeps for life (*répertoire partagé des professionnels de santé*).

use crate::luhn;
use crate::parsed::{shown, text_value};

/// A professional's number: 11 digits, the last of which is the Luhn key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rpps(String);

/// A text that is not an RPPS number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RppsError {
    /// Too short, too long, or with something else than digits.
    #[error("an RPPS number has 11 digits")]
    Shape,
    /// A digit was mistyped.
    #[error("the last digit does not match the others: check the RPPS number for a typing slip")]
    Key,
}

impl Rpps {
    /// Reads a number as printed on the professional's card.
    ///
    /// # Errors
    /// [`RppsError::Shape`] unless it has 11 digits, [`RppsError::Key`] unless the last is the Luhn key.
    pub fn parse(text: &str) -> Result<Self, RppsError> {
        if text.len() != 11 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(RppsError::Shape);
        }
        if !luhn::holds(text) {
            return Err(RppsError::Key);
        }
        Ok(Self(text.to_owned()))
    }

    /// The number that begins with these ten digits, for invented professionals.
    ///
    /// # Errors
    /// [`RppsError::Shape`] unless there are ten digits.
    pub fn from_first10(digits: &str) -> Result<Self, RppsError> {
        let key = luhn::key_of(digits).ok_or(RppsError::Shape)?;
        Self::parse(&format!("{digits}{key}"))
    }

    /// A number that nobody has, to ask what any professional could do.
    pub(crate) fn of_nobody() -> Self {
        Self("0".repeat(11))
    }

    /// The 11 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_value!(Rpps, RppsError);
shown!(Rpps);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rpps_has_eleven_digits_and_a_luhn_key() {
        assert_eq!(Rpps::parse("10100000008").unwrap().to_string(), "10100000008");
        assert_eq!(Rpps::parse("10100000004"), Err(RppsError::Key));
        assert_eq!(Rpps::parse("1010000000"), Err(RppsError::Shape));
        assert_eq!(Rpps::parse("101000000040"), Err(RppsError::Shape));
        assert_eq!(Rpps::parse("1010000000A"), Err(RppsError::Shape));
        assert_eq!(Rpps::from_first10("101"), Err(RppsError::Shape));
    }

    proptest! {
        #[test]
        fn rpps_has_one_key_and_no_other(first10 in "[0-9]{10}") {
            let valid: Vec<Rpps> = (0..10).filter_map(|key| Rpps::parse(&format!("{first10}{key}")).ok()).collect();
            prop_assert_eq!(&valid, &vec![Rpps::from_first10(&first10).unwrap()]);
            let json = serde_json::to_string(&valid[0]).unwrap();
            prop_assert_eq!(serde_json::from_str::<Rpps>(&json).unwrap(), valid[0].clone());
        }
    }
}

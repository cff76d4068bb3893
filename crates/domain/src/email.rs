//! An e-mail address that a notice can be sent to; shape only, since the one proof of an address is its answer.

use crate::parsed::{redacted, text_value};
use crate::personal::PersonalData;

/// An address as declared, its domain in lower case.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

redacted!(EmailAddress);

impl PersonalData for EmailAddress {
    const KIND: &'static str = "email";
}

/// What is wrong with an e-mail address. Never holds what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailAddressError {
    /// More than any server takes (RFC 5321, section 4.5.3.1).
    #[error("an e-mail address has at most 254 bytes, 64 of them before the @")]
    Length,
    /// Nothing like `name@domain`.
    #[error("an e-mail address has a name, one @ and a domain")]
    Shape,
    /// The part before the `@`.
    #[error("before the @: letters, digits and .!#$%&'*+/=?^_`{{|}}~- with no dot at either end nor two in a row")]
    Name,
    /// The part after the `@`.
    #[error("after the @: a domain such as exemple.fr, in letters without accents, digits and dashes")]
    Domain,
}

impl EmailAddress {
    /// Reads an address, spaces around it left out.
    ///
    /// # Errors
    /// An [`EmailAddressError`] that names the part to mend.
    pub fn parse(text: &str) -> Result<Self, EmailAddressError> {
        let (name, domain) = text.trim().split_once('@').ok_or(EmailAddressError::Shape)?;
        if domain.contains('@') {
            return Err(EmailAddressError::Shape);
        }
        if name.len() > 64 || name.len() + 1 + domain.len() > 254 {
            return Err(EmailAddressError::Length);
        }
        if !name.split('.').all(is_atom) {
            return Err(EmailAddressError::Name);
        }
        let domain = domain.to_ascii_lowercase();
        if !is_domain(&domain) {
            return Err(EmailAddressError::Domain);
        }
        Ok(Self(format!("{name}@{domain}")))
    }

    /// The address, as `name@domain`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_value!(EmailAddress, EmailAddressError);

/// A run of the characters that RFC 5322 allows unquoted, accented letters added (RFC 6531).
fn is_atom(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(letter))
}

/// Two labels or more, the last of which is no number.
fn is_domain(domain: &str) -> bool {
    let last = domain.rsplit('.').next().unwrap_or_default();
    let named = last.len() >= 2 && last.bytes().any(|byte| byte.is_ascii_alphabetic());
    named && domain.contains('.') && domain.split('.').all(is_label)
}

/// A host name's part (RFC 1123, section 2.1).
fn is_label(label: &str) -> bool {
    let clean = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    clean && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn email_keeps_the_name_and_lowers_the_domain() {
        assert_eq!(EmailAddress::parse(" Jeanne.Doé+mes@Exemple.FR ").unwrap().as_str(), "Jeanne.Doé+mes@exemple.fr");
        assert_eq!(EmailAddress::parse("o'neil@xn--exmple-cva.co").unwrap().as_str(), "o'neil@xn--exmple-cva.co");
    }

    #[test]
    fn email_says_which_part_to_mend() {
        let cases = [
            ("", EmailAddressError::Shape),
            ("jeanne.exemple.fr", EmailAddressError::Shape),
            ("a@b@exemple.fr", EmailAddressError::Shape),
            ("@exemple.fr", EmailAddressError::Name),
            (".jeanne@exemple.fr", EmailAddressError::Name),
            ("jeanne.@exemple.fr", EmailAddressError::Name),
            ("jea..nne@exemple.fr", EmailAddressError::Name),
            ("jea nne@exemple.fr", EmailAddressError::Name),
            ("jeanne\r\nBcc: x@exemple.fr", EmailAddressError::Name),
            ("jeanne@exemple", EmailAddressError::Domain),
            ("jeanne@exemple.f", EmailAddressError::Domain),
            ("jeanne@-exemple.fr", EmailAddressError::Domain),
            ("jeanne@exémple.fr", EmailAddressError::Domain),
            ("jeanne@192.168.10.12", EmailAddressError::Domain),
            ("jeanne@exemple..fr", EmailAddressError::Domain),
            ("jeanne@exemple.fr\r\nDATA", EmailAddressError::Domain),
        ];
        for (text, error) in cases {
            assert_eq!(EmailAddress::parse(text), Err(error), "{text:?}");
        }
        assert_eq!(EmailAddress::parse(&format!("{}@exemple.fr", "a".repeat(65))), Err(EmailAddressError::Length));
        assert_eq!(EmailAddress::parse(&format!("a@{}.fr", "b.".repeat(130))), Err(EmailAddressError::Length));
    }

    #[test]
    fn email_is_never_shown_by_debug() {
        assert_eq!(format!("{:?}", EmailAddress::parse("jeanne@exemple.fr").unwrap()), "EmailAddress(…)");
    }

    proptest! {
        #[test]
        fn email_once_parsed_parses_to_itself(text in "[a-zA-Zé0-9._+-]{1,20}@[a-zA-Z0-9.-]{1,20}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address));
            }
        }

        #[test]
        fn email_never_lets_a_line_break_through(text in any::<String>()) {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert!(!address.as_str().contains(|letter: char| letter.is_control() || letter.is_whitespace()));
            }
        }
    }
}

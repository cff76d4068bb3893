//! The reason that a professional states for coming in without an authorisation; debug output never shows it.

use std::fmt;

/// A longer reason is cut here, in characters.
const LONGEST: usize = 500;

/// What a professional states as the reason of an emergency. It may name the person, so it goes nowhere but into a sealed event.
#[derive(Clone, PartialEq, Eq)]
pub struct StatedReason(String);

impl StatedReason {
    /// Reads a reason; `None` where nothing is said.
    pub fn read(text: &str) -> Option<Self> {
        let text: String = text.trim().chars().filter(|letter| !letter.is_control()).take(LONGEST).collect();
        (!text.is_empty()).then_some(Self(text))
    }

    /// What was said.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StatedReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StatedReason(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something_and_is_not_shown() {
        assert_eq!(StatedReason::read(" \n "), None);
        let reason = StatedReason::read(&format!(" perte de\nconnaissance {}", "x".repeat(1_000))).unwrap();
        assert!(reason.expose().starts_with("perte deconnaissance") && reason.expose().chars().count() == LONGEST);
        assert!(!format!("{reason:?}").contains("perte"));
    }
}

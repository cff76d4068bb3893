//! Who stands behind a party: the fund that insures, the department where people live, the agent at the phone or desk.

use crate::parsed::{shown, text_value};

/// An insurer's code, such as `CPAM-31` or `MSA-44`: 2 to 16 capitals, digits or dashes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InsurerCode(String);

/// A text that is not an insurer's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an insurer's code has 2 to 16 capitals, digits or dashes, such as CPAM-31")]
pub struct InsurerCodeError;

impl InsurerCode {
    /// Reads a code as it stands in the insurer's file; case counts.
    ///
    /// # Errors
    /// [`InsurerCodeError`] where it is too short, too long, or holds anything else.
    pub fn parse(text: &str) -> Result<Self, InsurerCodeError> {
        let fits = (2..=16).contains(&text.len());
        let clean = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
        if fits && clean { Ok(Self(text.to_owned())) } else { Err(InsurerCodeError) }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_value!(InsurerCode, InsurerCodeError);
shown!(InsurerCode);

/// A French department: `01` to `95`, `2A`, `2B` (there is no `20`), `971` to `976`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Department(String);

/// A text that is not a department.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a department is 01 to 95, 2A, 2B (not 20) or 971 to 976")]
pub struct DepartmentError;

impl Department {
    /// Reads a department's code, with its leading zero.
    ///
    /// # Errors
    /// [`DepartmentError`] where there is no such department.
    pub fn parse(text: &str) -> Result<Self, DepartmentError> {
        let exists = match text.as_bytes() {
            [b'2', b'A' | b'B'] => true,
            [b'2', b'0'] | [b'0', b'0'] => false,
            [b'0'..=b'8', b'0'..=b'9'] | [b'9', b'0'..=b'5'] => true,
            [b'9', b'7', b'1'..=b'6'] => true,
            _ => false,
        };
        if exists { Ok(Self(text.to_owned())) } else { Err(DepartmentError) }
    }

    /// The code, such as `31`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_value!(Department, DepartmentError);
shown!(Department);

/// An agent of the phone line or of a desk, as their organism names them: 1 to 64 letters, digits, dots, dashes or underscores.
///
/// It is written into events, so organisms give a number or a pseudonym, not a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AgentId(String);

/// A text that is not an agent's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an agent's id has 1 to 64 letters, digits, dots, dashes or underscores")]
pub struct AgentIdError;

impl AgentId {
    /// Reads an id; case counts.
    ///
    /// # Errors
    /// [`AgentIdError`] where it is empty, too long, or holds anything else.
    pub fn parse(text: &str) -> Result<Self, AgentIdError> {
        let fits = (1..=64).contains(&text.len());
        let clean = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
        if fits && clean { Ok(Self(text.to_owned())) } else { Err(AgentIdError) }
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_value!(AgentId, AgentIdError);
shown!(AgentId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn departments_are_exactly_the_existing_ones() {
        let one_to_95 = (1..=95).filter(|number| *number != 20).map(|number| format!("{number:02}"));
        let expected: std::collections::BTreeSet<String> =
            one_to_95.chain(["2A", "2B", "971", "972", "973", "974", "975", "976"].map(str::to_owned)).collect();
        let letters = "0123456789ABab ";
        let mut candidates = vec![String::new()];
        let mut found = std::collections::BTreeSet::new();
        for _ in 0..4 {
            candidates = candidates.iter().flat_map(|start| letters.chars().map(move |letter| format!("{start}{letter}"))).collect();
            found.extend(candidates.iter().filter(|text| Department::parse(text).is_ok()).cloned());
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn insurer_codes_keep_to_their_letters() {
        assert_eq!(InsurerCode::parse("CPAM-31").unwrap().to_string(), "CPAM-31");
        for text in ["", "C", "cpam-31", "CPAM 31", "CPAM_31", "CPAM-31-TOULOUSE-"] {
            assert_eq!(InsurerCode::parse(text), Err(InsurerCodeError), "{text}");
        }
    }

    #[test]
    fn agent_ids_keep_to_their_letters() {
        assert_eq!(AgentId::parse("desk_7.toulouse-A").unwrap().as_str(), "desk_7.toulouse-A");
        for text in ["", "a b", "é", &"a".repeat(65)] {
            assert_eq!(AgentId::parse(text), Err(AgentIdError), "{text}");
        }
    }

    #[test]
    fn organisms_travel_as_plain_strings_and_come_back_checked() {
        assert_eq!(serde_json::to_string(&Department::parse("2A").unwrap()).unwrap(), "\"2A\"");
        assert_eq!(serde_json::from_str::<Department>("\"31\"").unwrap(), Department::parse("31").unwrap());
        assert!(serde_json::from_str::<Department>("\"96\"").is_err());
        assert!(serde_json::from_str::<InsurerCode>("\"x\"").is_err());
        assert!(serde_json::from_str::<AgentId>("\"\"").is_err());
    }
}

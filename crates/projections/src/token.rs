//! Turns domain values into the strings that read models store: `token` gives an enum value as events spell it, `role` a party's role.

use ens_domain::access::Reader;
use ens_domain::party::Party;
use serde::Serialize;
use serde_json::Value;

/// The word that this term serialises to; empty for what is not a single word, which no term is.
pub(crate) fn token(term: &impl Serialize) -> String {
    match serde_json::to_value(term) {
        Ok(Value::String(word)) => word,
        // A term without fields is always written as a word.
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) | Err(_) => String::new(),
    }
}

/// The role of a reader, and the number by which they are told apart; none where the role says it all.
pub(crate) fn reader_name(reader: &Reader) -> (&'static str, String) {
    match reader {
        Reader::Holder => ("holder", String::new()),
        Reader::Representative => ("representative", String::new()),
        Reader::Caregiver { caregiver } => ("caregiver", caregiver.to_string()),
        Reader::Professional(professional) => ("professional", professional.rpps.to_string()),
        Reader::Service { service } => ("service", service.to_string()),
        Reader::Cnam => ("cnam", String::new()),
        Reader::Insurer { insurer } => ("insurer", insurer.to_string()),
        Reader::Support { agent } => ("support", agent.to_string()),
        Reader::Auditor => ("auditor", String::new()),
        Reader::Admin => ("admin", String::new()),
    }
}

/// The role of a party, without who it is.
pub(crate) fn role(by: &Party) -> String {
    let role = match by {
        Party::Holder => "holder",
        Party::Representative => "representative",
        Party::Cnam => "cnam",
        Party::Insurer { .. } => "insurer",
        Party::Support { .. } => "support",
        Party::Professional { .. } => "professional",
        Party::Clock => "clock",
    };
    role.to_owned()
}

//! The words of the closed lists: codes that are stored, sentences that citizens read.

use std::collections::BTreeSet;

use crate::access::{AccessRefusal, Action, Ground, Purpose};

#[test]
fn every_ground_and_every_refusal_is_a_french_sentence_of_its_own() {
    let grounds = Ground::ALL.map(Ground::sentence);
    let refusals = AccessRefusal::ALL.map(AccessRefusal::sentence);
    let mut said = BTreeSet::new();
    for sentence in grounds.iter().chain(&refusals) {
        assert!(sentence.starts_with(char::is_uppercase) && sentence.ends_with(['.']), "{sentence}");
        assert!(!sentence.contains('\'') && !sentence.contains(" ;") && !sentence.contains(" :"), "typography: {sentence}");
        assert!(said.insert(*sentence), "twice: {sentence}");
    }
}

#[test]
fn grounds_and_refusals_are_stored_under_their_names() {
    assert_eq!(serde_json::to_string(&Ground::AttendingDoctor).unwrap(), "\"attending_doctor\"");
    assert_eq!(serde_json::to_string(&AccessRefusal::NotInMatrix).unwrap(), "\"not_in_matrix\"");
    for ground in Ground::ALL {
        assert_eq!(serde_json::from_str::<Ground>(&serde_json::to_string(&ground).unwrap()).unwrap(), ground);
    }
    for refusal in AccessRefusal::ALL {
        assert_eq!(serde_json::from_str::<AccessRefusal>(&serde_json::to_string(&refusal).unwrap()).unwrap(), refusal);
        assert!(!refusal.to_string().ends_with('.') && refusal.to_string().starts_with(char::is_lowercase));
    }
    assert_eq!(BTreeSet::from(Action::ALL).len(), Action::ALL.len());
    assert_eq!(BTreeSet::from(Purpose::ALL.map(Purpose::label)).len(), Purpose::ALL.len());
}

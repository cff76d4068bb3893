//! The time in which a person opposed: nobody feeds the record for it, also once the space is open.

use crate::access::Reader;
use crate::sections::medical_record::{ActDays, Correction, DocumentRefusal, DocumentRequest, NewDocument, NewVersion};
use crate::space::tests::a_space_that_was_opposed;

use super::grammar::{given_a_report, given_nothing_in};
use super::persons::{day, doctor, own_document, report, version};

/// Opposed from 20 March until 1 June 2026.
const OPPOSED: [(&str, &str); 5] = [
    ("2026-03-20", "2026-03-20"),
    ("2026-04-15", "2026-04-15"),
    ("2026-05-31", "2026-05-31"),
    ("2026-03-01", "2026-03-20"), // a stay that reaches into it
    ("2026-01-01", "2026-06-02"), // and one around it
];
const FREE: [(&str, &str); 3] = [("2026-03-19", "2026-03-19"), ("2026-06-01", "2026-06-01"), ("2026-06-01", "2026-06-02")];

fn act((first, last): (&str, &str)) -> ActDays {
    ActDays::between(day(first), day(last)).unwrap()
}

fn refusal() -> DocumentRefusal {
    DocumentRefusal::ActWhileOpposed { since: day("2026-03-20"), until: Some(day("2026-06-01")) }
}

#[test]
fn nothing_is_recorded_for_the_time_in_which_the_person_opposed() {
    let deposit = |days| DocumentRequest::Deposit(NewDocument { act: act(days), ..report(1) });
    for days in FREE {
        given_nothing_in(a_space_that_was_opposed()).when(doctor(), deposit(days)).then("DocumentDeposited");
    }
    for days in OPPOSED {
        given_nothing_in(a_space_that_was_opposed()).when(doctor(), deposit(days)).then_refused(refusal());
        let deposited = given_a_report().in_space(a_space_that_was_opposed());
        let replaced = NewVersion { act: act(days), ..version(2) };
        deposited.when(doctor(), DocumentRequest::Replace(replaced)).then_refused(refusal());
        let corrected = Correction { act: Some(act(days)), ..Correction::default() };
        deposited.when(doctor(), DocumentRequest::CorrectMetadata(corrected)).then_refused(refusal());
    }
}

#[test]
fn the_holder_adds_documents_of_that_time_themselves() {
    for days in OPPOSED {
        let own = NewDocument { act: act(days), ..own_document(1) };
        given_nothing_in(a_space_that_was_opposed()).when(Reader::Holder, DocumentRequest::Deposit(own)).then("DocumentDeposited");
    }
}

#[test]
fn a_refusal_names_the_days_of_the_opposition() {
    assert_eq!(refusal().to_string(), "the person opposed from 2026-03-20 until 2026-06-01: nothing is recorded for these days");
    let standing = DocumentRefusal::ActWhileOpposed { since: day("2026-03-20"), until: None };
    assert_eq!(standing.to_string(), "the person opposed from 2026-03-20: nothing is recorded for these days");
}

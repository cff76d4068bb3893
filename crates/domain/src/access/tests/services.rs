//! The rules of the services of the catalogue.

use crate::access::{AccessRefusal, Action, DocumentAuthor, Ground, Period, Purpose, Reader, ServiceConsent};
use crate::ids::ServiceId;
use crate::space::terms::Section;

use super::scene::{Scene, a_document, awaiting, by, day, hidden, kept_from_representatives, service, withdrawn};

fn consented() -> Scene {
    let period = Period { from: day("2026-06-10"), until: Some(day("2026-06-20")) };
    let consent = ServiceConsent { sections: [Section::Measures, Section::MedicalRecord].into(), period };
    let scene = Scene { purpose: Purpose::Prevention, ..Scene::of(Reader::Service { service: service() }) };
    scene.with(|directory| directory.consent_to_service(service(), Purpose::Prevention, consent))
}

#[test]
fn a_service_reads_and_writes_the_categories_consented_to_for_the_purpose_consented_to() {
    for section in Section::ALL {
        let named = matches!(section, Section::Measures | Section::MedicalRecord);
        let expected = if named { Ok(Ground::ServiceConsent) } else { Err(AccessRefusal::OutsideScope) };
        for action in [Action::Read, Action::List] {
            assert_eq!(consented().within(section).to(action).decided(), expected, "{section:?} {action:?}");
        }
        assert_eq!(consented().within(section).to(Action::Deposit).decided().is_ok(), named, "{section:?}");
    }
    for purpose in [Purpose::Care, Purpose::Research, Purpose::PersonalUse] {
        assert_eq!(Scene { purpose, ..consented() }.decided(), Err(AccessRefusal::PurposeNotCovered));
    }
    assert_eq!(consented().on("2026-06-09 23:59").decided(), Err(AccessRefusal::AccessNotBegun));
    assert_eq!(consented().on("2026-06-21 00:00").decided(), Err(AccessRefusal::AccessOver));
    let withdrawn = consented().with(|directory| directory.withdraw_service_consent(service(), Purpose::Prevention));
    assert_eq!(withdrawn.decided(), Err(AccessRefusal::NotAuthorised));
    let other = Reader::Service { service: ServiceId::at(consented().at, [2; 10]) };
    assert_eq!(Scene { reader: other, ..consented() }.decided(), Err(AccessRefusal::NotAuthorised));
}

#[test]
fn a_service_enters_nothing_into_what_is_the_holders_or_the_insurers_to_fill() {
    for section in Section::ALL {
        let consent = ServiceConsent { sections: [section].into(), period: Period::from(day("2026-01-01")) };
        let fed = consented().with(|directory| directory.consent_to_service(service(), Purpose::Prevention, consent));
        let fed = fed.within(section).to(Action::Deposit).decided();
        let open = matches!(section, Section::MedicalRecord | Section::Agenda | Section::Measures | Section::MedicalProfile);
        assert_eq!(fed, if open { Ok(Ground::ServiceConsent) } else { Err(AccessRefusal::NotForThisRole) }, "{section:?}");
    }
}

#[test]
fn a_consent_is_for_each_purpose_by_itself() {
    let consent = ServiceConsent { sections: [Section::Agenda].into(), period: Period::from(day("2026-01-01")) };
    let both = consented().with(|directory| directory.consent_to_service(service(), Purpose::Care, consent));
    assert_eq!(both.clone().within(Section::Agenda).decided(), Err(AccessRefusal::OutsideScope));
    assert_eq!(Scene { purpose: Purpose::Care, ..both }.within(Section::Agenda).decided(), Ok(Ground::ServiceConsent));
}

#[test]
fn a_service_alters_what_it_deposited_and_nothing_else() {
    for action in [Action::Deposit, Action::Replace, Action::CorrectMetadata, Action::Withdraw] {
        let own = consented().asking(by(DocumentAuthor::Service { service: service() })).to(action);
        assert_eq!(own.decided(), Ok(Ground::ServiceConsent), "{action:?}");
        assert_eq!(own.asking(a_document()).decided(), Err(AccessRefusal::NotTheAuthor), "{action:?}");
    }
    for action in [Action::Delete, Action::Hide, Action::Share, Action::Close, Action::TakeConsent] {
        assert_eq!(consented().to(action).decided(), Err(AccessRefusal::NotForThisRole), "{action:?}");
    }
    assert_eq!(consented().to(Action::Replace).decided(), Err(AccessRefusal::DocumentNotNamed));
}

#[test]
fn a_service_is_shown_no_document_that_is_kept_from_the_holder_from_representatives_or_from_professionals() {
    let decided = |document| consented().asking(document).decided();
    assert_eq!(decided(a_document()), Ok(Ground::ServiceConsent));
    assert_eq!(decided(awaiting(a_document())), Err(AccessRefusal::AwaitsAnnouncement));
    assert_eq!(decided(kept_from_representatives(a_document())), Err(AccessRefusal::HiddenFromRepresentatives));
    assert_eq!(decided(hidden(a_document())), Err(AccessRefusal::HiddenByHolder));
    assert_eq!(decided(withdrawn(a_document())), Err(AccessRefusal::DocumentWithdrawn));
    assert_eq!(decided(hidden(by(DocumentAuthor::Service { service: service() }))), Ok(Ground::ServiceConsent), "its own");
}

//! The rules of professionals in ordinary care.

use crate::access::{
    AccessRefusal, Action, DocumentClass, DocumentType, Grant, Grantee, Ground, Period, Professional, Purpose, Reader, Scope, TeamMember,
};
use crate::space::terms::Section;

use super::scene::{
    Scene, a_document, a_grant, a_nurse, awaiting, by_the_doctor, day, doctor, document_type, hidden, id, kept_from_representatives, rpps,
    structure, the_doctor, withdrawn,
};

fn granted(grant: Grant) -> Scene {
    Scene::of(the_doctor()).with(|directory| directory.grant(id(1), grant))
}

fn of_a_structure() -> Reader {
    Reader::Professional(Professional { structure: Some(structure(1)), ..doctor(1) })
}

fn attending() -> Scene {
    Scene::of(the_doctor()).with(|directory| directory.declare_attending_doctor(rpps(1)))
}

#[test]
fn deny_is_the_default() {
    for section in Section::ALL {
        for action in Action::ALL {
            let scene = Scene::of(the_doctor()).within(section).to(action);
            let feeds = action == Action::Deposit && matches!(section, Section::MedicalRecord | Section::Messaging);
            assert_eq!(scene.decided().is_ok(), feeds, "{section:?} {action:?}");
        }
    }
    for action in Action::ALL {
        assert!(Scene::of(the_doctor()).asking(a_document()).to(action).decided().is_err(), "{action:?}");
    }
}

#[test]
fn a_grant_counts_from_its_first_day_to_the_end_of_its_last() {
    let period = Period { from: day("2026-06-10"), until: Some(day("2026-06-20")) };
    let on = |instant: &str| granted(Grant { period, ..a_grant() }).on(instant).decided();
    assert_eq!(on("2026-06-09 23:59"), Err(AccessRefusal::AccessNotBegun));
    assert_eq!(on("2026-06-10 00:00"), Ok(Ground::GrantToProfessional));
    assert_eq!(on("2026-06-20 23:59"), Ok(Ground::GrantToProfessional));
    assert_eq!(on("2026-06-21 00:00"), Err(AccessRefusal::AccessOver));
}

#[test]
fn a_grant_opens_what_it_names_and_nothing_else() {
    let sections = Scope::Sections { sections: [Section::Agenda, Section::MedicalRecord].into() };
    for section in Section::ALL {
        let named = matches!(section, Section::Agenda | Section::MedicalRecord);
        let decided = granted(Grant { scope: sections.clone(), ..a_grant() }).within(section).decided();
        assert_eq!(decided, if named { Ok(Ground::GrantToProfessional) } else { Err(AccessRefusal::OutsideScope) }, "{section:?}");
        assert!(granted(a_grant()).within(section).decided().is_ok());
    }
    let classes = granted(Grant { scope: Scope::DocumentClasses { classes: [DocumentClass::Imaging].into() }, ..a_grant() });
    let mut image = a_document();
    image.document_type = document_type("18748-4");
    assert!(classes.decided().is_ok(), "the list, which is then filtered");
    assert!(classes.clone().asking(image).decided().is_ok());
    assert_eq!(classes.clone().asking(a_document()).decided(), Err(AccessRefusal::OutsideScope));
    assert_eq!(classes.within(Section::Measures).decided(), Err(AccessRefusal::OutsideScope));
    let none = granted(Grant { scope: Scope::DocumentClasses { classes: [].into() }, ..a_grant() });
    assert_eq!(none.decided(), Err(AccessRefusal::OutsideScope));
}

#[test]
fn a_grant_serves_its_purpose_and_one_for_care_all_care() {
    let serves = |given: Purpose, asked: Purpose| Scene { purpose: asked, ..granted(Grant { purpose: given, ..a_grant() }) }.decided();
    for asked in [Purpose::Care, Purpose::Prevention, Purpose::Emergency] {
        assert!(serves(Purpose::Care, asked).is_ok(), "{asked:?}");
    }
    assert_eq!(serves(Purpose::Care, Purpose::OccupationalHealth), Err(AccessRefusal::PurposeNotCovered));
    assert_eq!(serves(Purpose::Prevention, Purpose::Care), Err(AccessRefusal::PurposeNotCovered));
    assert_eq!(serves(Purpose::OccupationalHealth, Purpose::OccupationalHealth), Ok(Ground::GrantToProfessional));
}

#[test]
fn nobody_reads_for_an_insurance_a_bank_or_an_employer_even_with_consent() {
    for purpose in [Purpose::Insurance, Purpose::Bank, Purpose::Employment] {
        let consented = Scene { purpose, ..granted(Grant { purpose, ..a_grant() }) };
        assert_eq!(consented.decided(), Err(AccessRefusal::ForbiddenPurpose));
        assert_eq!(Scene { purpose, ..Scene::of(Reader::Holder) }.decided(), Err(AccessRefusal::ForbiddenPurpose));
    }
}

#[test]
fn a_grant_to_a_structure_is_for_those_who_act_in_it() {
    let grant = Grant { to: Grantee::Structure { finess: structure(1) }, ..a_grant() };
    assert_eq!(granted(grant.clone()).decided(), Err(AccessRefusal::NotAuthorised));
    let inside = Scene { reader: of_a_structure(), ..granted(grant) };
    assert_eq!(inside.decided(), Ok(Ground::GrantToStructure));
}

#[test]
fn the_care_team_reads_the_sections_of_care_once_the_person_has_consented() {
    let joined = Scene::of(the_doctor()).with(|directory| directory.join_care_team(TeamMember::Professional { rpps: rpps(1) }));
    assert_eq!(joined.decided(), Err(AccessRefusal::NotAuthorised), "an initial consent is needed");
    let consented = joined.with(|directory| directory.consent_to_care_team(day("2026-06-15")));
    assert_eq!(consented.clone().on("2026-06-14 23:59").decided(), Err(AccessRefusal::AccessNotBegun));
    let of_care = [Section::AdministrativeData, Section::MedicalRecord, Section::Measures, Section::MedicalProfile];
    for section in Section::ALL {
        let expected = if of_care.contains(&section) { Ok(Ground::CareTeamConsent) } else { Err(AccessRefusal::OutsideScope) };
        assert_eq!(consented.clone().within(section).decided(), expected, "{section:?}");
    }
    let research = Scene { purpose: Purpose::Research, ..consented.clone() };
    assert_eq!(research.decided(), Err(AccessRefusal::PurposeNotCovered));
    let member = TeamMember::Professional { rpps: rpps(1) };
    assert!(consented.clone().with(|directory| directory.leave_care_team(&member)).decided().is_err());
    assert!(consented.with(|directory| directory.withdraw_care_team_consent()).decided().is_err());
}

#[test]
fn a_structure_of_the_care_team_brings_its_professionals() {
    let team = |reader| {
        Scene::of(reader).with(|directory| {
            directory.consent_to_care_team(day("2026-01-01"));
            directory.join_care_team(TeamMember::Structure { finess: structure(1) });
        })
    };
    assert_eq!(team(of_a_structure()).decided(), Ok(Ground::CareTeamConsent));
    assert_eq!(team(the_doctor()).decided(), Err(AccessRefusal::NotAuthorised));
    let leaves = TeamMember::Structure { finess: structure(1) };
    assert!(team(of_a_structure()).with(|directory| directory.leave_care_team(&leaves)).decided().is_err());
}

#[test]
fn the_attending_doctor_reads_the_sections_of_care_and_the_directory() {
    for section in Section::ALL {
        let opened = !matches!(section, Section::Reimbursements | Section::Messaging | Section::Agenda | Section::Catalogue);
        let expected = if opened { Ok(Ground::AttendingDoctor) } else { Err(AccessRefusal::OutsideScope) };
        assert_eq!(attending().within(section).decided(), expected, "{section:?}");
    }
    assert_eq!(Scene { purpose: Purpose::Research, ..attending() }.decided(), Err(AccessRefusal::PurposeNotCovered));
    let changed = attending().with(|directory| directory.declare_attending_doctor(rpps(3)));
    assert_eq!(changed.decided(), Err(AccessRefusal::NotAuthorised), "there is one at a time");
    assert!(attending().with(|directory| directory.end_attending_doctor()).decided().is_err());
}

#[test]
fn of_several_authorisations_the_most_personal_one_is_the_ground() {
    let mut scene = Scene { reader: of_a_structure(), ..Scene::of(the_doctor()) };
    scene.directory.consent_to_care_team(day("2026-01-01"));
    scene.directory.join_care_team(TeamMember::Professional { rpps: rpps(1) });
    assert_eq!(scene.decided(), Ok(Ground::CareTeamConsent));
    scene.directory.grant(id(1), Grant { to: Grantee::CareTeam, ..a_grant() });
    assert_eq!(scene.decided(), Ok(Ground::GrantToCareTeam));
    scene.directory.grant(id(2), Grant { to: Grantee::Structure { finess: structure(1) }, ..a_grant() });
    assert_eq!(scene.decided(), Ok(Ground::GrantToStructure));
    scene.directory.grant(id(3), a_grant());
    assert_eq!(scene.decided(), Ok(Ground::GrantToProfessional));
    scene.directory.declare_attending_doctor(rpps(1));
    assert_eq!(scene.decided(), Ok(Ground::AttendingDoctor));
}

#[test]
fn where_none_opens_the_refusal_says_what_is_nearest() {
    let over = Grant { period: Period { from: day("2026-01-01"), until: Some(day("2026-02-01")) }, ..a_grant() };
    let narrow = Grant { scope: Scope::Sections { sections: [Section::Agenda].into() }, ..a_grant() };
    for order in [[id(1), id(2)], [id(2), id(1)]] {
        let scene = Scene::of(the_doctor()).with(|directory| {
            directory.grant(order[0], over.clone());
            directory.grant(order[1], narrow.clone());
        });
        assert_eq!(scene.decided(), Err(AccessRefusal::OutsideScope));
    }
}

#[test]
fn a_blocked_professional_does_nothing_in_ordinary_care() {
    let blocked = |scene: Scene| scene.with(|directory| directory.block(&rpps(1)));
    let everything = attending().with(|directory| {
        directory.consent_to_care_team(day("2026-01-01"));
        directory.join_care_team(TeamMember::Professional { rpps: rpps(1) });
        directory.appoint_administrator(rpps(1));
    });
    for action in Action::ALL {
        for scene in [blocked(everything.clone()), blocked(everything.clone()).asking(by_the_doctor())] {
            let later = scene.with(|directory| directory.grant(id(2), a_grant()));
            assert_eq!(later.to(action).decided(), Err(AccessRefusal::ProfessionalBlocked), "{action:?}");
        }
    }
}

#[test]
fn an_author_reads_and_corrects_their_own_documents() {
    let own = Scene::of(the_doctor()).asking(hidden(awaiting(kept_from_representatives(by_the_doctor()))));
    let done = [Action::Read, Action::List, Action::Replace, Action::CorrectMetadata, Action::Withdraw, Action::MoveOut, Action::Announce];
    for action in done {
        assert_eq!(own.clone().to(action).decided(), Ok(Ground::Author), "{action:?}");
    }
    let nurse = Scene { reader: a_nurse(), ..own.clone() };
    assert_eq!(nurse.decided(), Ok(Ground::Author), "the matrix is for what others wrote");
    let gone = own.asking(withdrawn(by_the_doctor()));
    assert_eq!(gone.decided(), Err(AccessRefusal::DocumentWithdrawn));
    assert_eq!(gone.to(Action::Withdraw).decided(), Ok(Ground::Author), "twice is for the section to answer");
}

#[test]
fn only_the_author_replaces_corrects_withdraws_or_moves_out_a_document() {
    for action in [Action::Deposit, Action::Replace, Action::CorrectMetadata, Action::Withdraw, Action::MoveOut, Action::Archive] {
        let scene = attending().asking(a_document()).to(action);
        assert_eq!(scene.decided(), Err(AccessRefusal::NotTheAuthor), "{action:?}");
    }
}

#[test]
fn the_author_or_the_attending_doctor_announces_and_keeps_a_minors_secret() {
    for action in [Action::Announce, Action::HideFromRepresentatives, Action::ShowToRepresentatives] {
        assert_eq!(Scene::of(the_doctor()).asking(by_the_doctor()).to(action).decided(), Ok(Ground::Author));
        assert_eq!(attending().asking(a_document()).to(action).decided(), Ok(Ground::AttendingDoctor));
        assert_eq!(granted(a_grant()).asking(a_document()).to(action).decided(), Err(AccessRefusal::NotTheAuthor));
        assert_eq!(attending().asking(withdrawn(a_document())).to(action).decided(), Err(AccessRefusal::DocumentWithdrawn));
    }
}

#[test]
fn a_hidden_document_is_read_by_its_author_the_attending_doctor_and_an_administrator() {
    let secret = hidden(a_document());
    assert_eq!(granted(a_grant()).asking(secret.clone()).decided(), Err(AccessRefusal::HiddenByHolder));
    assert_eq!(attending().asking(secret.clone()).decided(), Ok(Ground::AttendingDoctor));
    assert_eq!(Scene::of(the_doctor()).asking(hidden(by_the_doctor())).decided(), Ok(Ground::Author));
    let administrator = Scene::of(the_doctor()).with(|directory| directory.appoint_administrator(rpps(1))).asking(secret);
    assert_eq!(administrator.decided(), Err(AccessRefusal::NotAuthorised), "an administrator needs access, as everybody");
    let administrator = administrator.with(|directory| directory.grant(id(1), a_grant()));
    assert_eq!(administrator.decided(), Ok(Ground::Administrator));
    let dismissed = administrator.with(|directory| directory.dismiss_administrator(&rpps(1)));
    assert_eq!(dismissed.decided(), Err(AccessRefusal::HiddenByHolder));
}

#[test]
fn the_matrix_bounds_every_authorisation() {
    let mut residence = a_document();
    residence.document_type = document_type("ATTEST-RESID");
    for scene in [granted(a_grant()), attending()] {
        assert_eq!(scene.asking(residence.clone()).decided(), Err(AccessRefusal::NotInMatrix));
    }
    let nurse = Scene { reader: a_nurse(), ..granted(a_grant()) };
    let read =
        |one: DocumentType| nurse.clone().asking(crate::access::DocumentFacts { document_type: one, ..a_document() }).decided().is_ok();
    let readable: Vec<DocumentType> = DocumentType::all().filter(|one| read(*one)).collect();
    let opened: Vec<DocumentType> = DocumentType::all().filter(|one| nurse.matrix.opens(crate::access::Profession::Nurse, *one)).collect();
    assert_eq!(readable, opened);
    assert_eq!(readable.len(), 9);
}

#[test]
fn a_professional_with_access_takes_the_persons_consent_for_a_colleague() {
    let takes = |scene: Scene| scene.to(Action::TakeConsent).decided();
    assert_eq!(takes(granted(a_grant())), Ok(Ground::GrantToProfessional));
    assert_eq!(takes(Scene::of(the_doctor())), Err(AccessRefusal::NotAuthorised));
    let narrow = Grant { scope: Scope::Sections { sections: [Section::Agenda].into() }, ..a_grant() };
    assert_eq!(takes(granted(narrow)), Err(AccessRefusal::OutsideScope), "not for more than they have");
    assert_eq!(takes(Scene::of(Reader::Holder)), Err(AccessRefusal::NotForThisRole), "the holder shares");
}

#[test]
fn feeding_the_medical_record_needs_no_authorisation() {
    let feeds = |section| Scene::of(the_doctor()).within(section).to(Action::Deposit);
    assert_eq!(feeds(Section::MedicalRecord).decided(), Ok(Ground::DutyToFeed));
    assert_eq!(feeds(Section::MedicalRecord).asking(by_the_doctor()).decided(), Ok(Ground::DutyToFeed));
    assert_eq!(feeds(Section::Messaging).decided(), Ok(Ground::WritesFirst));
    assert_eq!(feeds(Section::Agenda).decided(), Err(AccessRefusal::NotAuthorised));
    assert_eq!(feeds(Section::Agenda).with(|directory| directory.grant(id(1), a_grant())).decided(), Ok(Ground::GrantToProfessional));
    for section in [Section::AdministrativeData, Section::Reimbursements, Section::Catalogue, Section::Authorisations] {
        let granted = feeds(section).with(|directory| directory.grant(id(1), a_grant()));
        assert_eq!(granted.decided(), Err(AccessRefusal::NotForThisRole), "{section:?}");
    }
    let research = Scene { purpose: Purpose::Research, ..feeds(Section::MedicalRecord) };
    assert_eq!(research.decided(), Err(AccessRefusal::PurposeNotCovered));
}

#[test]
fn an_administrator_blocks_other_professionals() {
    let administrator = granted(a_grant()).with(|directory| directory.appoint_administrator(rpps(1))).to(Action::BlockProfessional);
    assert_eq!(administrator.decided(), Ok(Ground::Administrator));
    let without_access = administrator.clone().with(|directory| directory.end(id(1)));
    assert_eq!(without_access.decided(), Err(AccessRefusal::NotAuthorised));
    assert_eq!(granted(a_grant()).to(Action::BlockProfessional).decided(), Err(AccessRefusal::NotForThisRole));
}

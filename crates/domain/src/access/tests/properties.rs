//! Random directories: whatever was changed in whatever order, who must not read does not.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::access::{
    AccessMode, AccessRefusal, Action, Directory, Grant, Grantee, Ground, Period, Profession, Professional, Purpose, Reader, Scope,
    ServiceConsent, TeamMember,
};
use crate::ids::{CaregiverId, ServiceId};
use crate::space::terms::Section;
use crate::space::tests::instant;

use super::scene::{NOW, Scene, a_document, day, hidden, id, rpps, structure, the_doctor};

/// One change of a directory, with the few people that there are.
#[derive(Debug, Clone, Copy)]
enum Change {
    Grant { number: u8, to: u8, scope: u8, purpose: usize, period: u8 },
    End(u8),
    Block(u8),
    Unblock(u8),
    Consent(u8),
    WithdrawConsent,
    Join(u8),
    Leave(u8),
    Attending(u8),
    Administrator(u8),
    Delegate { caregiver: u8, period: u8 },
    EndDelegation(u8),
    Service { purpose: usize, section: usize, period: u8 },
    WithdrawService(usize),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let person = || 1u8..4;
    let change = prop_oneof![
        (0u8..6, 0u8..7, 0u8..3, 0usize..Purpose::ALL.len(), 0u8..3).prop_map(|(number, to, scope, purpose, period)| Change::Grant {
            number,
            to,
            scope,
            purpose,
            period
        }),
        (0u8..6).prop_map(Change::End),
        person().prop_map(Change::Block),
        person().prop_map(Change::Unblock),
        (0u8..3).prop_map(Change::Consent),
        Just(Change::WithdrawConsent),
        (1u8..7).prop_map(Change::Join),
        (1u8..7).prop_map(Change::Leave),
        person().prop_map(Change::Attending),
        person().prop_map(Change::Administrator),
        (0u8..2, 0u8..3).prop_map(|(caregiver, period)| Change::Delegate { caregiver, period }),
        (0u8..2).prop_map(Change::EndDelegation),
        (0usize..Purpose::ALL.len(), 0usize..9, 0u8..3).prop_map(|(purpose, section, period)| Change::Service { purpose, section, period }),
        (0usize..Purpose::ALL.len()).prop_map(Change::WithdrawService),
    ];
    proptest::collection::vec(change, 0..25)
}

/// Over, running, or to come on 15 June 2026.
fn period(kind: u8) -> Period {
    match kind {
        0 => Period { from: day("2026-01-01"), until: Some(day("2026-06-14")) },
        1 => Period { from: day("2026-06-15"), until: Some(day("2026-06-15")) },
        _ => Period::from(day("2026-06-16")),
    }
}

fn scope(kind: u8) -> Scope {
    match kind {
        0 => Scope::All,
        1 => Scope::Sections { sections: [Section::MedicalRecord].into() },
        _ => Scope::Sections { sections: [Section::Agenda].into() },
    }
}

fn grantee(number: u8) -> Grantee {
    match number {
        0 => Grantee::CareTeam,
        1..=3 => Grantee::Professional { rpps: rpps(number.into()) },
        _ => Grantee::Structure { finess: structure(u32::from(number) - 3) },
    }
}

fn member(number: u8) -> TeamMember {
    match number {
        0..=3 => TeamMember::Professional { rpps: rpps(number.into()) },
        _ => TeamMember::Structure { finess: structure(u32::from(number) - 3) },
    }
}

fn caregiver(number: u8) -> CaregiverId {
    CaregiverId::at(instant(NOW), [number; 10])
}

fn service() -> ServiceId {
    ServiceId::at(instant(NOW), [7; 10])
}

fn apply(directory: &mut Directory, change: Change) {
    match change {
        Change::Grant { number, to, scope: what, purpose, period: when } => {
            let grant = Grant { to: grantee(to), scope: scope(what), purpose: Purpose::ALL[purpose], period: period(when) };
            directory.grant(id(number), grant);
        }
        Change::End(number) => directory.end(id(number)),
        Change::Block(person) => directory.block(&rpps(person.into())),
        Change::Unblock(person) => directory.unblock(&rpps(person.into())),
        Change::Consent(when) => directory.consent_to_care_team(period(when).from),
        Change::WithdrawConsent => directory.withdraw_care_team_consent(),
        Change::Join(number) => directory.join_care_team(member(number)),
        Change::Leave(number) => directory.leave_care_team(&member(number)),
        Change::Attending(person) => directory.declare_attending_doctor(rpps(person.into())),
        Change::Administrator(person) => directory.appoint_administrator(rpps(person.into())),
        Change::Delegate { caregiver: number, period: when } => directory.delegate(caregiver(number), period(when)),
        Change::EndDelegation(number) => directory.end_delegation(caregiver(number)),
        Change::Service { purpose, section, period: when } => {
            let consent = ServiceConsent { sections: [Section::ALL[section]].into(), period: period(when) };
            directory.consent_to_service(service(), Purpose::ALL[purpose], consent);
        }
        Change::WithdrawService(purpose) => directory.withdraw_service_consent(service(), Purpose::ALL[purpose]),
    }
}

/// Whether this change gives something to the doctor, who acts in structure 1.
fn favours(change: Change) -> bool {
    match change {
        Change::Grant { to, .. } => matches!(to, 0 | 1 | 4),
        Change::Join(number) => matches!(number, 1 | 4),
        Change::Consent(_) | Change::Attending(1) => true,
        Change::End(_)
        | Change::Block(_)
        | Change::Unblock(_)
        | Change::WithdrawConsent
        | Change::Leave(_)
        | Change::Attending(_)
        | Change::Administrator(_)
        | Change::Delegate { .. }
        | Change::EndDelegation(_)
        | Change::Service { .. }
        | Change::WithdrawService(_) => false,
    }
}

fn doctor_in_structure_one() -> Reader {
    Reader::Professional(Professional {
        rpps: rpps(1),
        profession: Profession::Doctor,
        structure: Some(structure(1)),
        mode: AccessMode::Ordinary,
    })
}

/// Every question that a reader may put about a section or a document.
fn every_question(reader: &Reader, directory: &Directory) -> Vec<Scene> {
    let of = |purpose| Scene { directory: directory.clone(), purpose, ..Scene::of(reader.clone()) };
    let sections = Purpose::ALL.into_iter().flat_map(|purpose| Section::ALL.map(|section| of(purpose).within(section)));
    let documents =
        Purpose::ALL.into_iter().flat_map(|purpose| [a_document(), hidden(a_document())].map(|document| of(purpose).asking(document)));
    sections.chain(documents).collect()
}

fn grounds(reader: &Reader, directory: &Directory) -> BTreeSet<Ground> {
    every_question(reader, directory).iter().filter_map(|scene| scene.decided().ok()).collect()
}

proptest! {
    // Each case puts some hundred questions.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whoever_is_blocked_at_the_end_reads_nothing(before in changes(), after in changes()) {
        let mut directory = Directory::default();
        before.into_iter().for_each(|change| apply(&mut directory, change));
        directory.block(&rpps(1));
        let after: Vec<Change> = after.into_iter().filter(|change| !matches!(change, Change::Unblock(1))).collect();
        after.into_iter().for_each(|change| apply(&mut directory, change));
        prop_assert!(grounds(&doctor_in_structure_one(), &directory).is_empty());
    }

    #[test]
    fn whoever_was_unblocked_and_given_nothing_since_reads_nothing(before in changes(), after in changes()) {
        let mut directory = Directory::default();
        before.into_iter().for_each(|change| apply(&mut directory, change));
        directory.block(&rpps(1));
        directory.unblock(&rpps(1));
        after.into_iter().filter(|change| !favours(*change)).for_each(|change| apply(&mut directory, change));
        prop_assert!(grounds(&doctor_in_structure_one(), &directory).is_empty());
    }

    #[test]
    fn nobody_reads_for_a_forbidden_purpose_whatever_was_consented(all in changes()) {
        let mut directory = Directory::default();
        all.into_iter().for_each(|change| apply(&mut directory, change));
        let readers = [doctor_in_structure_one(), Reader::Holder, Reader::Service { service: service() }, Reader::Caregiver { caregiver: caregiver(0) }];
        for scene in readers.iter().flat_map(|reader| every_question(reader, &directory)).filter(|scene| scene.purpose.is_forbidden()) {
            prop_assert_eq!(scene.decided(), Err(AccessRefusal::ForbiddenPurpose));
            prop_assert_eq!(scene.to(Action::Deposit).decided(), Err(AccessRefusal::ForbiddenPurpose));
        }
    }

    #[test]
    fn what_is_over_revoked_or_to_come_opens_nothing(all in changes()) {
        let mut directory = Directory::default();
        all.into_iter().for_each(|change| apply(&mut directory, change));
        // Everything that counts on this day counts on it alone, but for the consent to the care team and the attending doctor.
        let attending = directory.is_attending_doctor(&rpps(1));
        let mut left = directory.clone();
        left.withdraw_care_team_consent();
        (0..6).for_each(|number| if left.grants().any(|(known, grant)| known == id(number) && grant.period.admit(day("2026-06-15")).is_ok()) { left.end(id(number)); });
        let found = grounds(&doctor_in_structure_one(), &left);
        prop_assert!(found.iter().all(|ground| attending && matches!(ground, Ground::AttendingDoctor)), "{found:?}");
        let over = directory.delegation(caregiver(0)).is_none_or(|one| one.admit(day("2026-06-15")).is_err());
        prop_assert_eq!(grounds(&Reader::Caregiver { caregiver: caregiver(0) }, &directory).is_empty(), over);
    }

    #[test]
    fn who_came_of_age_is_read_by_no_representative(all in changes()) {
        let mut directory = Directory::default();
        all.into_iter().for_each(|change| apply(&mut directory, change));
        prop_assert!(grounds(&Reader::Representative, &directory).is_empty());
    }

    #[test]
    fn a_directory_comes_back_from_its_stored_form_and_decides_the_same(all in changes()) {
        let mut directory = Directory::default();
        all.into_iter().for_each(|change| apply(&mut directory, change));
        let back: Directory = serde_json::from_str(&serde_json::to_string(&directory).unwrap()).unwrap();
        for reader in [doctor_in_structure_one(), the_doctor()] {
            let decide = |directory: &Directory| every_question(&reader, directory).iter().map(Scene::decided).collect::<Vec<_>>();
            prop_assert_eq!(decide(&directory), decide(&back));
        }
    }
}

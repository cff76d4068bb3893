//! The rules of the directory itself.

use crate::access::{
    AccessRefusal, CAREGIVERS_AT_MOST, Directory, Grant, GrantState, Grantee, Ground, Period, Professional, Reader, Scope, TeamMember,
    TooManyCaregivers, Visibility,
};
use crate::ids::CaregiverId;
use crate::space::tests::instant;

use super::scene::{NOW, Scene, a_grant, day, doctor, id, rpps, structure, the_doctor};

#[test]
fn blocking_a_professional_ends_the_grants_that_name_them() {
    let mut directory = Directory::default();
    directory.grant(id(1), a_grant());
    directory.grant(id(2), Grant { to: Grantee::Structure { finess: structure(1) }, ..a_grant() });
    directory.grant(id(3), Grant { to: Grantee::Professional { rpps: rpps(2) }, ..a_grant() });
    assert_eq!(directory.granted_to(&rpps(1)).collect::<Vec<_>>(), [id(1)]);
    directory.block(&rpps(1));
    assert_eq!(directory.grants().map(|(id, _)| id).collect::<Vec<_>>(), [id(2), id(3)]);
    assert_eq!(directory.blocked().collect::<Vec<_>>(), [&rpps(1)]);
    assert!(directory.is_blocked(&rpps(1)) && !directory.is_blocked(&rpps(2)));
}

#[test]
fn unblocking_restores_nothing() {
    let reader = Reader::Professional(Professional { structure: Some(structure(1)), ..doctor(1) });
    let mut scene = Scene { reader, ..Scene::of(the_doctor()) };
    let authorise = |directory: &mut Directory| {
        directory.grant(id(1), a_grant());
        directory.grant(id(2), Grant { to: Grantee::Structure { finess: structure(1) }, ..a_grant() });
        directory.grant(id(3), Grant { to: Grantee::CareTeam, ..a_grant() });
        directory.consent_to_care_team(day("2026-01-01"));
        directory.join_care_team(TeamMember::Professional { rpps: rpps(1) });
        directory.join_care_team(TeamMember::Structure { finess: structure(1) });
        directory.declare_attending_doctor(rpps(1));
        directory.appoint_administrator(rpps(1));
    };
    authorise(&mut scene.directory);
    scene.directory.block(&rpps(1));
    scene.directory.grant(id(4), a_grant());
    scene.directory.unblock(&rpps(1));
    assert_eq!(scene.decided(), Err(AccessRefusal::NotAuthorised), "nor what was given in the meantime");
    assert!(!scene.directory.is_attending_doctor(&rpps(1)) && !scene.directory.is_administrator(&rpps(1)));
    let renewed = |change: fn(&mut Directory)| scene.clone().with(change).decided();
    assert_eq!(renewed(|directory| directory.grant(id(5), a_grant())), Ok(Ground::GrantToProfessional));
    assert_eq!(renewed(|directory| directory.declare_attending_doctor(rpps(1))), Ok(Ground::AttendingDoctor));
    assert_eq!(renewed(|directory| directory.consent_to_care_team(day("2026-06-01"))), Ok(Ground::CareTeamConsent));
    assert_eq!(renewed(|directory| directory.join_care_team(TeamMember::Professional { rpps: rpps(1) })), Ok(Ground::CareTeamConsent));
    let colleague = Reader::Professional(Professional { structure: Some(structure(1)), ..doctor(2) });
    assert_eq!(Scene { reader: colleague, ..scene }.decided(), Ok(Ground::GrantToStructure), "a colleague was never blocked");
}

#[test]
fn unblocking_somebody_who_is_not_blocked_changes_nothing() {
    let scene = Scene::of(the_doctor()).with(|directory| {
        directory.grant(id(1), a_grant());
        directory.unblock(&rpps(1));
    });
    assert_eq!(scene.decided(), Ok(Ground::GrantToProfessional));
}

#[test]
fn a_grant_that_is_over_is_remembered_and_its_id_is_not_free() {
    let mut directory = Directory::default();
    assert_eq!(directory.state(id(1)), None);
    directory.grant(id(1), a_grant());
    assert_eq!(directory.state(id(1)), Some(GrantState::Standing(&a_grant())));
    directory.end(id(1));
    directory.end(id(1));
    assert_eq!(directory.state(id(1)), Some(GrantState::Over(&a_grant())));
    assert_eq!(directory.grants().count(), 0);
}

#[test]
fn a_person_has_at_most_three_caregivers_at_a_time() {
    let mut directory = Directory::default();
    let caregiver = |number: u8| CaregiverId::at(instant(NOW), [number; 10]);
    let today = day("2026-06-15");
    directory.delegate(caregiver(9), Period { from: day("2026-01-01"), until: Some(day("2026-06-14")) });
    for number in 1..=3 {
        assert_eq!(directory.has_room_for_caregiver(today), Ok(()), "{number}");
        directory.delegate(caregiver(number), Period { from: day("2026-07-01"), until: None });
    }
    assert_eq!(CAREGIVERS_AT_MOST, 3);
    assert_eq!(directory.has_room_for_caregiver(today), Err(TooManyCaregivers));
    directory.end_delegation(caregiver(1));
    assert_eq!(directory.has_room_for_caregiver(today), Ok(()));
    assert_eq!(directory.delegations().count(), 3);
}

#[test]
fn a_directory_travels_as_plain_data() {
    let mut directory = Directory::default();
    directory.grant(id(1), a_grant());
    directory.grant(id(2), Grant { scope: Scope::Sections { sections: [].into() }, to: Grantee::CareTeam, ..a_grant() });
    directory.block(&rpps(1));
    directory.unblock(&rpps(1));
    directory.join_care_team(TeamMember::Structure { finess: structure(1) });
    directory.declare_attending_doctor(rpps(2));
    directory.appoint_administrator(rpps(3));
    directory.choose_default_visibility(Visibility::Hidden);
    let json = serde_json::to_string(&directory).unwrap();
    let back: Directory = serde_json::from_str(&json).unwrap();
    assert_eq!(back, directory);
    assert_eq!((back.default_visibility(), back.attending_doctor()), (Visibility::Hidden, Some(&rpps(2))));
    assert_eq!(Directory::default().default_visibility(), Visibility::Shown);
}

//! The directory beside the grants: care team, attending doctor, administrators, emergency choices, caregivers, services.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::access::{
    AccessMode, AccessRefusal, Choice, EmergencyAccess, Grantee, Profession, Professional, Purpose, Scope, TeamMember, Visibility,
};
use crate::calendar::paris;
use crate::guarded::Guarded;
use crate::ids::{CaregiverId, ServiceId};
use crate::party::Party;
use crate::policy::Policy;
use crate::space::commands::{
    AppointAdministrator, BlockAsAdministrator, ChooseDefaultVisibility, ChooseForEmergency, ConsentToCareTeam, ConsentToService,
    DeclareAttendingDoctor, DelegateToCaregiver, DismissAdministrator, EndAttendingDoctor, EndDelegation, JoinCareTeam, LeaveCareTeam,
    TakeConsent, WithdrawCareTeamConsent, WithdrawServiceConsent,
};
use crate::space::terms::{ClosingGround, Section, Stage};
use crate::space::{AccessEvent, ClosingEvent, DelegationState, DirectoryEvent, Parties, SpaceEvent, SpaceRefusal};

use super::grammar::given;
use super::persons::{at, day, doctor, grant_id, identity, insurer, space_id};
use super::requests::block;
use super::stories::{LATER, closed, closing, destroyed, granted, notified, open};

const AFTER: &str = "2026-06-02 12:00";

fn holder() -> Party {
    Party::Holder
}

fn directory(event: DirectoryEvent) -> SpaceEvent {
    SpaceEvent::Directory(event)
}

fn caregiver(number: u128) -> CaregiverId {
    CaregiverId::from(Uuid::from_u128(0x500 + number))
}

fn service() -> ServiceId {
    ServiceId::from(Uuid::from_u128(7))
}

fn member() -> TeamMember {
    TeamMember::Professional { rpps: doctor(1) }
}

fn delegate(number: u128) -> DelegateToCaregiver {
    let (at, by, person) = (at(AFTER), holder(), identity("Camille"));
    DelegateToCaregiver { at, by, caregiver: caregiver(number), person, from: None, until: Some(day("2026-12-31")) }
}

fn delegated(number: u128) -> SpaceEvent {
    let (at, by, person) = (at(AFTER), holder(), identity("Camille"));
    let (from, until) = (day("2026-06-02"), Some(day("2026-12-31")));
    directory(DirectoryEvent::CaregiverDelegated { at, by, caregiver: Guarded::new(caregiver(number)), person, from, until })
}

fn consent_to(sections: &[Section]) -> ConsentToService {
    let sections: BTreeSet<Section> = sections.iter().copied().collect();
    ConsentToService { at: at(AFTER), by: holder(), service: service(), purpose: Purpose::Prevention, sections, until: None }
}

fn consented_to(sections: &[Section]) -> SpaceEvent {
    let (at, by, sections) = (at(AFTER), holder(), sections.iter().copied().collect());
    let (service, purpose, from) = (service(), Purpose::Prevention, day("2026-06-02"));
    directory(DirectoryEvent::ServiceConsented { at, by, service, purpose, sections, from, until: None })
}

fn professional(number: u32) -> Professional {
    Professional { rpps: doctor(number), profession: Profession::Doctor, structure: None, mode: AccessMode::Ordinary }
}

#[test]
fn the_consent_to_the_care_team_is_given_once_for_all_its_members() {
    let (consent, withdraw) = (ConsentToCareTeam { at: at(AFTER), by: holder() }, WithdrawCareTeamConsent { at: at(AFTER), by: holder() });
    let consented = directory(DirectoryEvent::CareTeamConsented { at: at(AFTER), by: holder(), since: day("2026-06-02") });
    let withdrawn = directory(DirectoryEvent::CareTeamConsentWithdrawn { at: at(AFTER), by: holder() });
    given(open()).when(consent.clone()).then([consented.clone()]);
    given(open()).and([consented.clone()]).when(consent.clone()).then_quiet();
    given(open()).and([consented]).when(withdraw.clone()).then([withdrawn]);
    given(open()).when(withdraw).then_quiet();
    given(destroyed()).when(consent).then_refused(SpaceRefusal::SpaceDestroyed);
}

#[test]
fn a_member_joins_the_care_team_and_leaves_it() {
    let join = JoinCareTeam { at: at(AFTER), by: holder(), member: member() };
    let leave = LeaveCareTeam { at: at(AFTER), by: holder(), member: member() };
    let joined = directory(DirectoryEvent::CareTeamJoined { at: at(AFTER), by: holder(), member: Guarded::new(member()) });
    let left = directory(DirectoryEvent::CareTeamLeft { at: at(AFTER), by: holder(), member: Guarded::new(member()) });
    given(open()).when(join.clone()).then([joined.clone()]);
    given(open()).and([joined.clone()]).when(join.clone()).then_quiet();
    given(open()).and([joined]).when(leave.clone()).then([left]);
    given(open()).when(leave).then_quiet();
    let blocked = SpaceEvent::Access(AccessEvent::ProfessionalBlocked {
        at: at(LATER),
        by: holder(),
        professional: Guarded::new(doctor(1)),
        ended: Vec::new(),
    });
    given(open()).and([blocked]).when(join).then_refused(SpaceRefusal::ProfessionalIsBlocked);
}

#[test]
fn a_member_who_was_unblocked_joins_the_care_team_anew() {
    let (by, professional) = (holder(), || Guarded::new(doctor(1)));
    let joined = directory(DirectoryEvent::CareTeamJoined { at: at(AFTER), by: by.clone(), member: Guarded::new(member()) });
    let blocked = AccessEvent::ProfessionalBlocked { at: at(AFTER), by: by.clone(), professional: professional(), ended: Vec::new() };
    let unblocked = AccessEvent::ProfessionalUnblocked { at: at(AFTER), by: by.clone(), professional: professional() };
    let join = JoinCareTeam { at: at(LATER), by: by.clone(), member: member() };
    let anew = directory(DirectoryEvent::CareTeamJoined { at: at(LATER), by, member: Guarded::new(member()) });
    given(open()).and([joined, SpaceEvent::Access(blocked), SpaceEvent::Access(unblocked)]).when(join.clone()).then([anew.clone()]);
    given(open()).and([anew]).when(join).then_quiet();
}

#[test]
fn there_is_one_attending_doctor_at_most() {
    let declare = |number| DeclareAttendingDoctor { at: at(AFTER), by: holder(), doctor: doctor(number) };
    let declared =
        |number| directory(DirectoryEvent::AttendingDoctorDeclared { at: at(AFTER), by: holder(), doctor: Guarded::new(doctor(number)) });
    let end = EndAttendingDoctor { at: at(AFTER), by: holder() };
    given(open()).when(declare(1)).then([declared(1)]);
    given(open()).and([declared(1)]).when(declare(1)).then_quiet();
    given(open()).and([declared(1), declared(2)]).when(declare(1)).then([declared(1)]);
    given(open())
        .and([declared(1)])
        .when(end.clone())
        .then([directory(DirectoryEvent::AttendingDoctorEnded { at: at(AFTER), by: holder() })]);
    given(open()).when(end).then_quiet();
}

#[test]
fn an_administrator_is_chosen_blocks_others_and_is_dismissed() {
    let appoint = AppointAdministrator { at: at(AFTER), by: holder(), professional: doctor(1) };
    let dismiss = DismissAdministrator { at: at(AFTER), by: holder(), professional: doctor(1) };
    let professional_1 = Guarded::new(doctor(1));
    let appointed = directory(DirectoryEvent::AdministratorAppointed { at: at(AFTER), by: holder(), professional: professional_1.clone() });
    let dismissed = directory(DirectoryEvent::AdministratorDismissed { at: at(AFTER), by: holder(), professional: professional_1.clone() });
    given(open()).when(appoint.clone()).then([appointed.clone()]);
    given(open()).and([appointed.clone()]).when(appoint).then_quiet();
    given(open()).and([appointed.clone()]).when(dismiss.clone()).then([dismissed]);
    given(open()).when(dismiss).then_quiet();
    let block_as = BlockAsAdministrator { at: at(AFTER), by: professional(1), professional: doctor(2) };
    given(open()).and([granted(1, None), appointed]).when(block_as.clone()).then([SpaceEvent::Access(AccessEvent::ProfessionalBlocked {
        at: at(AFTER),
        by: Party::Professional { rpps: professional_1 },
        professional: Guarded::new(doctor(2)),
        ended: Vec::new(),
    })]);
    let refused = |refusal: &SpaceRefusal| matches!(refusal, SpaceRefusal::AccessRefused { .. });
    let space = super::grammar::space_after(open());
    assert!(space.decide(block_as.into(), &Policy::default()).is_err_and(|refusal| refused(&refusal)));
}

#[test]
fn a_professional_takes_the_consent_of_the_person_for_a_colleague_only_with_access_of_their_own() {
    let to = Grantee::Professional { rpps: doctor(2) };
    let (grant, scope) = (grant_id(9), Scope::All);
    let take = TakeConsent { at: at(AFTER), by: professional(1), grant, to: to.clone(), scope: scope.clone(), until: None };
    let from = paris::day_of(at(AFTER));
    let until = Policy::default().grant_days.last_day(&to, from);
    let by = Party::Professional { rpps: Guarded::new(doctor(1)) };
    let (to, purpose) = (Guarded::new(to), Purpose::Care);
    let given_on = SpaceEvent::Access(AccessEvent::AccessGranted { at: at(AFTER), by, grant, to, scope, purpose, from, until });
    given(open()).and([granted(1, None)]).when(take.clone()).then([given_on]);
    given(open()).when(take).then_refused(SpaceRefusal::AccessRefused { because: AccessRefusal::NotAuthorised });
}

#[test]
fn what_is_decided_beforehand_for_an_emergency_is_decided_by_the_holder_side() {
    let choose = |by| ChooseForEmergency { at: at(AFTER), by, access: EmergencyAccess::BreakGlass, choice: Choice::Refused };
    let (access, choice) = (EmergencyAccess::BreakGlass, Choice::Refused);
    let chosen = directory(DirectoryEvent::EmergencyChoiceMade { at: at(AFTER), by: holder(), access, choice });
    given(open()).when(choose(holder())).then([chosen.clone()]);
    given(open()).and([chosen]).when(choose(holder())).then_quiet();
    given(open()).when(choose(insurer())).then_refused(SpaceRefusal::PartyNotAllowed { expected: Parties::HolderSide });
}

#[test]
fn a_person_has_three_caregivers_at_most() {
    given(open()).when(delegate(1)).then([delegated(1)]);
    let three = [delegated(1), delegated(2), delegated(3)];
    given(open()).and(three.clone()).when(delegate(3)).then_quiet();
    given(open()).and(three.clone()).when(delegate(4)).then_refused(SpaceRefusal::TooManyCaregivers { at_most: 3 });
    let end = EndDelegation { at: at(AFTER), by: holder(), caregiver: caregiver(3) };
    let ended = directory(DirectoryEvent::DelegationEnded { at: at(AFTER), by: holder(), caregiver: Guarded::new(caregiver(3)) });
    given(open()).and(three.clone()).when(end.clone()).then([ended.clone()]);
    given(open()).when(end).then_quiet();
    given(open()).and(three).and([ended]).when(delegate(4)).then([delegated(4)]);
    let over = DelegateToCaregiver { until: Some(day("2026-06-01")), ..delegate(1) };
    given(open()).when(over).then_refused(SpaceRefusal::GrantAlreadyOver { until: day("2026-06-01") });
    given(notified()).when(delegate(1)).then_refused(SpaceRefusal::NotOpen { stage: crate::space::terms::Stage::Notified });
}

#[test]
fn nobody_is_a_caregiver_of_their_own() {
    let own = DelegateToCaregiver { caregiver: space_id().uuid().into(), ..delegate(1) };
    given(open()).when(own).then_refused(SpaceRefusal::SamePerson);
}

#[test]
fn naming_a_caregiver_again_replaces_their_days() {
    let (later, person) = ("2026-08-01 12:00", identity("Camille"));
    let again = |from, until: &str| DelegateToCaregiver { at: at(later), from, until: Some(day(until)), ..delegate(1) };
    let named = |from: &str, until: &str| {
        let (by, caregiver, person) = (holder(), Guarded::new(caregiver(1)), person.clone());
        directory(DirectoryEvent::CaregiverDelegated { at: at(later), by, caregiver, person, from: day(from), until: Some(day(until)) })
    };
    given(open()).and([delegated(1)]).when(again(None, "2026-12-31")).then_quiet();
    given(open()).and([delegated(1)]).when(again(None, "2027-01-31")).then([named("2026-06-02", "2027-01-31")]);
    given(open()).and([delegated(1)]).when(again(Some(day("2026-09-01")), "2026-12-31")).then([named("2026-09-01", "2026-12-31")]);
    let past = SpaceRefusal::GrantAlreadyOver { until: day("2026-07-31") };
    given(open()).and([delegated(1)]).when(again(None, "2026-07-31")).then_refused(past);
    // One whose days are over is named as if for the first time, and needs room among three.
    let long_after = DelegateToCaregiver { at: at("2027-02-01 12:00"), until: None, ..delegate(1) };
    let from_then = DirectoryEvent::CaregiverDelegated {
        at: at("2027-02-01 12:00"),
        by: holder(),
        caregiver: Guarded::new(caregiver(1)),
        person: identity("Camille"),
        from: day("2027-02-01"),
        until: None,
    };
    given(open()).and([delegated(1)]).when(long_after).then([directory(from_then)]);
    let three = [delegated(1), delegated(2), delegated(3)];
    given(open()).and(three).when(again(None, "2027-01-31")).then([named("2026-06-02", "2027-01-31")]);
}

#[test]
fn a_closing_ends_every_delegation() {
    let reopened = SpaceEvent::Closing(ClosingEvent::Reopened { at: at("2026-07-02 12:00"), by: holder(), stage: Stage::Open });
    let closing = closing("2026-07-01 12:00", ClosingGround::Request, "2036-07-01");
    let story = open().into_iter().chain([delegated(1), closing, reopened]);
    let space = super::grammar::space_after(story);
    let (today, ended_at) = (day("2026-07-02"), at("2026-07-01 12:00"));
    assert_eq!(space.delegation_state(caregiver(1), today), DelegationState::Ended { ended_at });
    assert_eq!(space.delegation_state(caregiver(2), today), DelegationState::Unknown);
    assert_eq!(space.caregivers().count(), 0);
    let named = super::grammar::space_after(open().into_iter().chain([delegated(1)]));
    assert_eq!(named.delegation_state(caregiver(1), day("2026-12-31")), DelegationState::Standing);
    assert_eq!(named.delegation_state(caregiver(1), day("2027-01-01")), DelegationState::Lapsed { named_at: at(AFTER) });
    let destroyed = super::grammar::space_after(destroyed());
    assert_eq!(destroyed.delegation_state(caregiver(1), today), DelegationState::Unknown);
}

#[test]
fn a_service_is_consented_to_for_some_categories_and_one_purpose() {
    let two = [Section::Agenda, Section::Measures];
    given(open()).when(consent_to(&two)).then([consented_to(&two)]);
    given(open()).and([consented_to(&two)]).when(consent_to(&two)).then_quiet();
    given(open()).and([consented_to(&two)]).when(consent_to(&two[..1])).then([consented_to(&two[..1])]);
    given(open()).when(consent_to(&[])).then_refused(SpaceRefusal::EmptyScope);
    let insurance = ConsentToService { purpose: Purpose::Insurance, ..consent_to(&two) };
    given(open()).when(insurance).then_refused(SpaceRefusal::ForbiddenPurpose);
    let administration = ConsentToService { purpose: Purpose::Administration, ..consent_to(&two) };
    given(open()).when(administration).then_refused(SpaceRefusal::ForbiddenPurpose);
    let withdraw = WithdrawServiceConsent { at: at(AFTER), by: holder(), service: service(), purpose: Purpose::Prevention };
    let (service, purpose) = (service(), Purpose::Prevention);
    let withdrawn = directory(DirectoryEvent::ServiceConsentWithdrawn { at: at(AFTER), by: holder(), service, purpose });
    given(open()).and([consented_to(&two)]).when(withdraw.clone()).then([withdrawn]);
    given(open()).when(withdraw).then_quiet();
}

#[test]
fn what_is_deposited_from_now_on_is_hidden_or_shown_as_the_holder_chose() {
    let choose = |visibility| ChooseDefaultVisibility { at: at(AFTER), by: holder(), visibility };
    let chosen = |visibility| directory(DirectoryEvent::DefaultVisibilityChosen { at: at(AFTER), by: holder(), visibility });
    given(open()).when(choose(Visibility::Hidden)).then([chosen(Visibility::Hidden)]);
    given(open()).when(choose(Visibility::Shown)).then_quiet();
    given(closed()).and([chosen(Visibility::Hidden)]).when(choose(Visibility::Shown)).then([chosen(Visibility::Shown)]);
}

#[test]
fn a_block_ends_the_grants_of_the_professional_and_no_other() {
    given(open()).and([granted(1, None)]).when(block(AFTER, 1)).then([SpaceEvent::Access(AccessEvent::ProfessionalBlocked {
        at: at(AFTER),
        by: holder(),
        professional: Guarded::new(doctor(1)),
        ended: vec![grant_id(1)],
    })]);
}

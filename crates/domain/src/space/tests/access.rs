//! Authorisations: given, taken back, over, and professionals kept out.

use crate::space::events::AccessEvent;
use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::access::{Directory, Grant, Grantee, Purpose, Scope};
use crate::calendar::{paris, years_after};
use crate::finess::Finess;
use crate::guarded::Guarded;
use crate::ids::GrantId;
use crate::party::Party;
use crate::policy::Policy;
use crate::space::commands::{BlockProfessional, GrantAccess, RevokeAccess, UnblockProfessional};
use crate::space::terms::Section;
use crate::space::{HealthSpace, Parties, SpaceEvent, SpaceRefusal};

use super::grammar::{given, space_after};
use super::persons::{at, day, doctor, grant_id};
use super::requests::{block, expire, grant, revoke, unblock};
use super::stories::{LATER, active, closed, destroyed, ended, granted, granted_for_good, notified, open, opposed, suspended, then};

fn grants_of(space: &HealthSpace) -> impl Iterator<Item = (GrantId, &Grant)> {
    space.directory().into_iter().flat_map(Directory::grants)
}

const AFTER: &str = "2026-07-01 00:00";

fn blocked(on: &str, ended: &[u128]) -> SpaceEvent {
    let ended = ended.iter().map(|number| grant_id(*number)).collect();
    SpaceEvent::Access(AccessEvent::ProfessionalBlocked { at: at(on), by: Party::Holder, professional: Guarded::new(doctor(1)), ended })
}

fn unblocked(on: &str) -> SpaceEvent {
    SpaceEvent::Access(AccessEvent::ProfessionalUnblocked { at: at(on), by: Party::Holder, professional: Guarded::new(doctor(1)) })
}

fn revoked(on: &str) -> SpaceEvent {
    SpaceEvent::Access(AccessEvent::AccessRevoked { at: at(on), by: Party::Holder, grant: grant_id(1) })
}

fn expired(on: &str) -> SpaceEvent {
    SpaceEvent::Access(AccessEvent::AccessExpired { at: at(on), grant: grant_id(1) })
}

#[test]
fn the_holder_lets_a_professional_in() {
    given(open()).when(grant(LATER, 1, None)).then([granted(1, None)]);
    given(active()).when(grant(LATER, 1, Some("2026-06-30"))).then([granted(1, Some("2026-06-30"))]);
    let space = space_after(then(open(), granted(1, None)));
    assert_eq!(
        grants_of(&space).map(|(id, grant)| (id, grant.to.clone())).collect::<Vec<_>>(),
        [(grant_id(1), Grantee::Professional { rpps: doctor(1) })]
    );
}

#[test]
fn the_holder_lets_a_structure_into_some_sections() {
    let to = Grantee::Structure { finess: Finess::from_first8("31000000").unwrap() };
    let scope = Scope::Sections { sections: BTreeSet::from([Section::MedicalRecord, Section::Agenda]) };
    let asked = GrantAccess { to: to.clone(), scope: scope.clone(), ..grant(LATER, 1, None) };
    let until = Policy::default().grant_days.last_day(&to, paris::day_of(at(LATER)));
    let (at, by, grant, from) = (at(LATER), Party::Holder, grant_id(1), paris::day_of(at(LATER)));
    let (to, purpose) = (Guarded::new(to), Purpose::Care);
    given(open()).when(asked).then([SpaceEvent::Access(AccessEvent::AccessGranted { at, by, grant, to, scope, purpose, from, until })]);
}

#[test]
fn an_authorisation_given_twice_is_quiet_and_its_id_names_no_other() {
    given(open()).and([granted(1, None)]).when(grant(AFTER, 1, None)).then_quiet();
    given(open()).and([granted(1, None)]).when(grant(AFTER, 1, Some("2026-12-31"))).then_refused(SpaceRefusal::GrantIdTaken);
}

#[test]
fn nobody_is_let_into_a_space_that_is_not_in_use() {
    given(notified()).when(grant(LATER, 1, None)).then_refused(SpaceRefusal::NotOpen { stage: crate::space::terms::Stage::Notified });
    given(opposed()).when(grant(LATER, 1, None)).then_refused(SpaceRefusal::OppositionStands { since: day("2026-03-20") });
    given(suspended()).when(grant(LATER, 1, None)).then_refused(SpaceRefusal::SpaceSuspended { last_day: day("2026-07-13") });
    given(closed()).when(grant(LATER, 1, None)).then_refused(SpaceRefusal::SpaceClosed { closed_on: day("2026-06-01") });
    given(destroyed()).when(grant(LATER, 1, None)).then_refused(SpaceRefusal::SpaceDestroyed);
    given(ended()).when(grant(LATER, 1, None)).then_refused(SpaceRefusal::Deceased);
}

#[test]
fn only_the_holder_side_lets_in_and_keeps_out() {
    let refusal = SpaceRefusal::PartyNotAllowed { expected: Parties::HolderSide };
    let by = || Party::Professional { rpps: Guarded::new(doctor(2)) };
    given(open()).when(GrantAccess { by: by(), ..grant(LATER, 1, None) }).then_refused(refusal.clone());
    given(open()).when(RevokeAccess { by: by(), ..revoke(LATER, 1) }).then_refused(refusal.clone());
    given(open()).when(BlockProfessional { by: by(), ..block(LATER, 1) }).then_refused(refusal.clone());
    given(open()).when(UnblockProfessional { by: by(), ..unblock(LATER, 1) }).then_refused(refusal);
}

#[test]
fn an_authorisation_names_at_least_one_section_and_ends_after_it_begins() {
    let empty = GrantAccess { scope: Scope::Sections { sections: BTreeSet::new() }, ..grant(LATER, 1, None) };
    given(open()).when(empty).then_refused(SpaceRefusal::EmptyScope);
    let until = day("2026-05-31");
    given(open()).when(grant(LATER, 1, Some("2026-05-31"))).then_refused(SpaceRefusal::GrantAlreadyOver { until });
    given(open()).when(grant(LATER, 1, Some("2026-06-01"))).then([granted(1, Some("2026-06-01"))]);
}

#[test]
fn an_authorisation_is_taken_back() {
    for story in [open(), suspended(), closed()] {
        given(story).and([granted(1, None)]).when(revoke(AFTER, 1)).then([revoked(AFTER)]);
    }
    given(open()).and([granted(1, None), revoked(LATER)]).when(revoke(AFTER, 1)).then_quiet();
    given(open()).and([granted(1, None), expired(LATER)]).when(revoke(AFTER, 1)).then_quiet();
    given(open()).when(revoke(AFTER, 1)).then_refused(SpaceRefusal::NoSuchGrant);
    given(destroyed()).when(revoke(AFTER, 1)).then_refused(SpaceRefusal::SpaceDestroyed);
}

#[test]
fn an_authorisation_ends_with_the_last_day_it_names() {
    let until = Some("2026-06-30");
    given(open()).and([granted(1, until)]).when(expire(AFTER, 1)).then([expired(AFTER)]);
    let still = SpaceRefusal::GrantStillRuns { until: Some(day("2026-06-30")) };
    given(open()).and([granted(1, until)]).when(expire("2026-06-30 23:59", 1)).then_refused(still);
    given(open()).and([granted(1, until), expired(AFTER)]).when(expire(AFTER, 1)).then_quiet();
    assert_eq!(grants_of(&space_after(then(then(open(), granted(1, until)), expired(AFTER)))).count(), 0);
}

#[test]
fn an_authorisation_without_an_end_does_not_expire() {
    given(open()).and([granted_for_good(1)]).when(expire(AFTER, 1)).then_refused(SpaceRefusal::GrantStillRuns { until: None });
    given(open()).when(expire(AFTER, 1)).then_refused(SpaceRefusal::NoSuchGrant);
    let not_open = SpaceRefusal::NotOpen { stage: crate::space::terms::Stage::Notified };
    given(notified()).when(expire(AFTER, 1)).then_refused(not_open);
}

#[test]
fn blocking_a_professional_ends_their_authorisations_for_good() {
    let story = [granted(1, None), granted(2, Some("2026-12-31")), granted(3, None)];
    let taken_back = SpaceEvent::Access(AccessEvent::AccessRevoked { at: at(LATER), by: Party::Holder, grant: grant_id(3) });
    given(open()).and(story.clone()).and([taken_back]).when(block(AFTER, 1)).then([blocked(AFTER, &[1, 2])]);
    given(open()).and(story).when(block(AFTER, 2)).then([SpaceEvent::Access(AccessEvent::ProfessionalBlocked {
        at: at(AFTER),
        by: Party::Holder,
        professional: Guarded::new(doctor(2)),
        ended: vec![],
    })]);
}

#[test]
fn a_blocked_professional_is_let_in_by_nothing() {
    given(open()).and([blocked(LATER, &[])]).when(grant(AFTER, 1, None)).then_refused(SpaceRefusal::ProfessionalIsBlocked);
    given(open()).and([blocked(LATER, &[])]).when(block(AFTER, 1)).then_quiet();
    let not_open = SpaceRefusal::NotOpen { stage: crate::space::terms::Stage::Notified };
    given(notified()).when(block(AFTER, 1)).then_refused(not_open.clone());
    given(notified()).when(unblock(AFTER, 1)).then_refused(not_open);
}

#[test]
fn unblocking_does_not_bring_an_authorisation_back() {
    let story = [granted(1, None), blocked(LATER, &[1])];
    given(open()).and(story.clone()).when(unblock(AFTER, 1)).then([unblocked(AFTER)]);
    let after = open().into_iter().chain(story).chain([unblocked(AFTER)]);
    assert_eq!(grants_of(&space_after(after.clone())).count(), 0);
    given(after.clone()).when(unblock(AFTER, 1)).then_quiet();
    given(after.clone()).when(grant(AFTER, 1, None)).then_quiet();
    let from = paris::day_of(at(AFTER));
    let to = Grantee::Professional { rpps: doctor(1) };
    let until = Policy::default().grant_days.last_day(&to, from);
    given(after).when(grant(AFTER, 2, None)).then([SpaceEvent::Access(AccessEvent::AccessGranted {
        at: at(AFTER),
        by: Party::Holder,
        grant: grant_id(2),
        to: Guarded::new(to),
        scope: Scope::All,
        purpose: Purpose::Care,
        from,
        until,
    })]);
}

#[test]
fn an_authorisation_ends_within_the_horizon_of_the_policy() {
    let today = paris::day_of(at(LATER));
    let (earliest, latest) = (today, years_after(today, 150));
    let until = |until| GrantAccess { until: Some(until), ..grant(LATER, 1, None) };
    for extreme in [latest.succ_opt().unwrap(), day("9999-12-31"), day("+10000-01-01"), NaiveDate::MAX] {
        given(open()).when(until(extreme)).then_refused(SpaceRefusal::ImpossibleDay { day: extreme, earliest, latest });
    }
    let last = space_after(open()).decide(until(latest).into(), &Policy::default());
    assert!(last.is_ok_and(|events| events.len() == 1));
    given(open()).when(until(NaiveDate::MIN)).then_refused(SpaceRefusal::GrantAlreadyOver { until: NaiveDate::MIN });
}

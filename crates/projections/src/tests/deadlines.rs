//! What falls due after the notice, and on which day.

use ens_domain::access::{Grantee, Purpose, Scope};
use ens_domain::guarded::Guarded;
use ens_domain::party::Party;
use ens_domain::rpps::Rpps;
use ens_domain::space::SpaceEvent;
use ens_domain::space::terms::{Channel, ClosingGround, DestructionGround, Stage, SuspensionGround};
use ens_domain::space::{AccessEvent, ClosingEvent, DestructionEvent, RepresentationEvent, SuspensionEvent};

use super::{at, closed, created_for, day, given, grant, open_space};
use crate::life::deadlines::{Deadline, DeadlineKind, Deadlines};

fn due(row: &Deadline) -> (DeadlineKind, chrono::NaiveDate) {
    (row.kind, row.due_on)
}

fn after(events: impl IntoIterator<Item = SpaceEvent>) -> super::Given {
    given(open_space().into_iter().chain(events))
}

fn suspended() -> SpaceEvent {
    SpaceEvent::Suspension(SuspensionEvent::Suspended {
        at: at(day(5, 1)),
        ground: SuspensionGround::Fraud,
        informed_on: day(5, 1),
        last_day: day(6, 12),
    })
}

fn in_ten_years(month: u32, day: u32) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2036, month, day).unwrap()
}

#[test]
fn a_minor_comes_of_age_on_the_eighteenth_birthday() {
    given([created_for(Some(day(8, 20)), Some(Channel::Post))]).then::<Deadlines, _>(due, [(DeadlineKind::ComingOfAge, day(8, 20))]);
    let of_age = SpaceEvent::Representation(RepresentationEvent::CameOfAge { at: at(day(8, 20)), on: day(8, 20) });
    given([created_for(Some(day(8, 20)), Some(Channel::Post)), of_age]).then::<Deadlines, _>(due, []);
}

#[test]
fn a_suspension_is_over_on_the_day_after_its_last_day() {
    after([suspended()]).then::<Deadlines, _>(due, [(DeadlineKind::SuspensionOver, day(6, 13))]);
    let lifted = SpaceEvent::Suspension(SuspensionEvent::SuspensionLifted { at: at(day(5, 3)), stage: Stage::Open });
    after([suspended(), lifted]).then::<Deadlines, _>(due, []);
}

#[test]
fn a_closed_space_is_archived_then_destroyed() {
    after([suspended(), closed(ClosingGround::Suspension)]).then::<Deadlines, _>(due, [(DeadlineKind::ArchiveOver, in_ten_years(6, 2))]);
    let reopened = SpaceEvent::Closing(ClosingEvent::Reopened { at: at(day(6, 5)), by: Party::Holder, stage: Stage::Open });
    after([closed(ClosingGround::Request), reopened]).then::<Deadlines, _>(due, []);
}

#[test]
fn a_requested_destruction_falls_due_until_it_is_cancelled() {
    let requested =
        SpaceEvent::Destruction(DestructionEvent::DestructionRequested { at: at(day(6, 5)), by: Party::Holder, destroy_on: day(9, 5) });
    let cancelled = SpaceEvent::Destruction(DestructionEvent::DestructionCancelled { at: at(day(6, 6)), by: Party::Holder });
    let archive = (DeadlineKind::ArchiveOver, in_ten_years(6, 2));
    after([closed(ClosingGround::Request), requested.clone()])
        .then::<Deadlines, _>(due, [(DeadlineKind::DestructionDue, day(9, 5)), archive]);
    after([closed(ClosingGround::Request), requested, cancelled]).then::<Deadlines, _>(due, [archive]);
}

#[test]
fn a_grant_ends_on_the_day_after_its_last_day_and_with_the_content() {
    let to = Grantee::Professional { rpps: Rpps::from_first10("1000000000").unwrap() };
    let granted = SpaceEvent::Access(AccessEvent::AccessGranted {
        at: at(day(5, 1)),
        by: Party::Holder,
        grant: grant(7),
        to: Guarded::new(to),
        scope: Scope::All,
        purpose: Purpose::Care,
        from: day(5, 1),
        until: Some(day(5, 31)),
    });
    after([granted.clone()]).then::<Deadlines, _>(due, [(DeadlineKind::GrantEnd, day(6, 1))]);
    after([granted.clone()]).then::<Deadlines, _>(Deadline::grant, [Some(grant(7))]);
    let destroyed = SpaceEvent::Destruction(DestructionEvent::Destroyed { at: at(day(9, 1)), ground: DestructionGround::Request });
    after([granted, closed(ClosingGround::Request), destroyed]).then::<Deadlines, _>(due, []);
}

//! Closing at the holder's wish or by death, and reopening.

use chrono::NaiveDate;

use crate::party::Party;
use crate::space::commands::{Close, RecordDeath, Reopen};
use crate::space::events::ClosingEvent;
use crate::space::terms::{ClosingGround, Stage};
use crate::space::{Parties, SpaceEvent, SpaceRefusal};

use super::grammar::{given, space_after};
use super::persons::{agent, at, day};
use super::requests::{close, record_death, reopen};
use super::stories::{
    LATER, MEANWHILE, active, blocked, closed, closing, created, dead_and_closed, death, destroyed, doomed, ended, notified, open, opposed,
    suspended, then, unreachable,
};

fn reopened(on: &str, stage: Stage) -> SpaceEvent {
    SpaceEvent::Closing(ClosingEvent::Reopened { at: at(on), by: Party::Holder, stage })
}

#[test]
fn the_holder_closes_the_space_and_its_archive_lasts_ten_years() {
    given(open()).when(close(LATER)).then([closing(LATER, ClosingGround::Request, "2036-06-01")]);
    given(active()).when(close("2028-02-29 10:00")).then([closing("2028-02-29 10:00", ClosingGround::Request, "2038-02-28")]);
    let helped = Close { by: agent(), ..close(LATER) };
    assert!(space_after(open()).decide(helped.into(), &crate::policy::Policy::default()).is_ok());
}

#[test]
fn closing_twice_is_quiet() {
    given(closed()).when(close(LATER)).then_quiet();
    given(dead_and_closed()).when(close(LATER)).then_quiet();
}

#[test]
fn what_never_opened_is_opposed_and_not_closed() {
    given(notified()).when(close(LATER)).then_refused(SpaceRefusal::NotOpen { stage: Stage::Notified });
    given(opposed()).when(close(LATER)).then_refused(SpaceRefusal::OppositionStands { since: day("2026-03-20") });
    given(destroyed()).when(close(LATER)).then_refused(SpaceRefusal::SpaceDestroyed);
    let by_cnam = Close { by: Party::Cnam, ..close(LATER) };
    given(open()).when(by_cnam).then_refused(SpaceRefusal::PartyNotAllowed { expected: Parties::HolderSideOrSupport });
}

#[test]
fn death_before_the_opening_ends_the_process() {
    for story in [created(), notified(), unreachable(), opposed(), blocked()] {
        given(story).when(record_death(LATER)).then([death(LATER, Stage::Ended)]);
    }
    assert_eq!(space_after(ended()).stage(), Some(Stage::Ended));
}

#[test]
fn death_after_the_opening_closes_the_space() {
    for story in [open(), active(), suspended()] {
        given(story).when(record_death(LATER)).then([death(LATER, Stage::Closed), closing(LATER, ClosingGround::Death, "2036-06-01")]);
    }
    given(closed()).when(record_death(LATER)).then([death(LATER, Stage::Closed)]);
    given(destroyed()).when(record_death(LATER)).then([death(LATER, Stage::Destroyed)]);
}

#[test]
fn a_death_recorded_twice_is_quiet() {
    given(ended()).when(record_death(LATER)).then_quiet();
    given(dead_and_closed()).when(record_death(LATER)).then_quiet();
}

#[test]
fn nobody_died_tomorrow_or_before_anybody_was_born_and_the_holder_does_not_say_so() {
    let tomorrow = RecordDeath { died_on: day("2026-06-02"), ..record_death(LATER) };
    let refusal = SpaceRefusal::ImpossibleDay { day: day("2026-06-02"), earliest: day("1876-06-01"), latest: day("2026-06-01") };
    given(open()).when(tomorrow).then_refused(refusal);
    for extreme in [NaiveDate::MIN, day("0000-12-31"), day("1876-05-31")] {
        let refusal = SpaceRefusal::ImpossibleDay { day: extreme, earliest: day("1876-06-01"), latest: day("2026-06-01") };
        given(open()).when(RecordDeath { died_on: extreme, ..record_death(LATER) }).then_refused(refusal);
    }
    let by_holder = RecordDeath { by: Party::Holder, ..record_death(LATER) };
    given(open()).when(by_holder).then_refused(SpaceRefusal::PartyNotAllowed { expected: Parties::RegistrarOrSupport });
}

#[test]
fn a_reopening_brings_back_the_stage_before_the_closing() {
    given(closed()).when(reopen("2026-07-01 09:00")).then([reopened("2026-07-01 09:00", Stage::Open)]);
    let closed_when_active = then(active(), closing(LATER, ClosingGround::Request, "2036-06-01"));
    given(closed_when_active).when(reopen("2026-07-01 09:00")).then([reopened("2026-07-01 09:00", Stage::Active)]);
    given(closed()).when(reopen("2036-06-01 23:59")).then([reopened("2036-06-01 23:59", Stage::Open)]);
}

#[test]
fn reopening_an_open_space_is_quiet() {
    given(open()).when(reopen(LATER)).then_quiet();
    given(closed()).and([reopened(LATER, Stage::Open)]).when(reopen(LATER)).then_quiet();
}

#[test]
fn a_space_whose_destruction_is_pending_does_not_reopen() {
    given(doomed()).when(reopen("2026-07-01 09:00")).then_refused(SpaceRefusal::DestructionPending { destroy_on: day("2026-09-02") });
}

#[test]
fn what_is_over_for_good_does_not_reopen() {
    given(dead_and_closed()).when(reopen(LATER)).then_refused(SpaceRefusal::Deceased);
    given(destroyed()).when(reopen(LATER)).then_refused(SpaceRefusal::SpaceDestroyed);
    let over = SpaceRefusal::ArchiveOver { archived_until: day("2036-06-01") };
    given(closed()).when(reopen("2036-06-02 00:00")).then_refused(over);
    given(suspended()).when(reopen(LATER)).then_refused(SpaceRefusal::SpaceSuspended { last_day: day("2026-07-13") });
    let by_insurer = Reopen { by: super::persons::insurer(), ..reopen(LATER) };
    given(closed()).when(by_insurer).then_refused(SpaceRefusal::PartyNotAllowed { expected: Parties::HolderSideOrSupport });
    given(ended()).when(close(MEANWHILE)).then_refused(SpaceRefusal::Deceased);
}

//! The suspension by CNAM: announced, opposed, lifted, closed after six weeks.

use crate::space::commands::OpposeClosing;
use crate::space::events::SuspensionEvent;
use crate::space::terms::{ClosingGround, Stage};
use crate::space::{Parties, SpaceEvent, SpaceRefusal};

use super::grammar::{given, space_after};
use super::persons::{at, day, insurer};
use super::requests::{close, close_suspended, lift_suspension, oppose_closing, record_death, suspend};
use super::stories::{
    LATER, active, closed, closing, created, death, destroyed, ended, notified, open, opposed, suspended, suspension, then,
};
use crate::party::Party;

const AFTER: &str = "2026-07-14 00:00";

fn suspended_while_active() -> Vec<SpaceEvent> {
    then(active(), suspension(LATER, "2026-07-13"))
}

fn closing_opposed(stage: Stage) -> SpaceEvent {
    SpaceEvent::Suspension(SuspensionEvent::ClosingOpposed { at: at(AFTER), by: Party::Holder, stage })
}

fn lifted(stage: Stage) -> SpaceEvent {
    SpaceEvent::Suspension(SuspensionEvent::SuspensionLifted { at: at(AFTER), stage })
}

#[test]
fn cnam_suspends_a_space_and_says_until_when_the_closing_may_be_opposed() {
    given(open()).when(suspend(LATER)).then([suspension(LATER, "2026-07-13")]);
    given(active()).when(suspend(LATER)).then([suspension(LATER, "2026-07-13")]);
    given(suspended()).when(suspend(AFTER)).then_quiet();
}

#[test]
fn only_an_open_space_is_suspended() {
    given(created()).when(suspend(LATER)).then_refused(SpaceRefusal::NotOpen { stage: Stage::Created });
    given(opposed()).when(suspend(LATER)).then_refused(SpaceRefusal::OppositionStands { since: day("2026-03-20") });
    given(closed()).when(suspend(LATER)).then_refused(SpaceRefusal::SpaceClosed { closed_on: day("2026-06-01") });
}

#[test]
fn an_opposed_closing_gives_the_space_back() {
    given(suspended()).when(oppose_closing(AFTER)).then([closing_opposed(Stage::Open)]);
    given(suspended_while_active()).when(oppose_closing(AFTER)).then([closing_opposed(Stage::Active)]);
    given(suspended()).and([closing_opposed(Stage::Open)]).when(oppose_closing(AFTER)).then_quiet();
    assert_eq!(space_after(then(suspended(), closing_opposed(Stage::Open))).stage(), Some(Stage::Open));
}

#[test]
fn a_closing_that_happened_is_not_opposed_any_more() {
    let closed = closing(AFTER, ClosingGround::Suspension, "2036-07-14");
    let refusal = SpaceRefusal::SpaceClosed { closed_on: day("2026-07-14") };
    given(suspended()).and([closed]).when(oppose_closing(AFTER)).then_refused(refusal);
    let by_insurer = OpposeClosing { by: insurer(), ..oppose_closing(AFTER) };
    given(suspended()).when(by_insurer).then_refused(SpaceRefusal::PartyNotAllowed { expected: Parties::HolderSideOrSupport });
    given(notified()).when(oppose_closing(AFTER)).then_refused(SpaceRefusal::NotOpen { stage: Stage::Notified });
}

#[test]
fn a_mended_suspension_is_lifted() {
    given(suspended()).when(lift_suspension(AFTER)).then([lifted(Stage::Open)]);
    given(suspended_while_active()).when(lift_suspension(AFTER)).then([lifted(Stage::Active)]);
    given(open()).when(lift_suspension(AFTER)).then_quiet();
    given(destroyed()).when(lift_suspension(AFTER)).then_refused(SpaceRefusal::SpaceDestroyed);
}

#[test]
fn a_suspension_closes_only_after_its_last_day() {
    given(suspended()).when(close_suspended(AFTER)).then([closing(AFTER, ClosingGround::Suspension, "2036-07-14")]);
    let running = SpaceRefusal::ClosingWindowRunning { last_day: day("2026-07-13") };
    given(suspended()).when(close_suspended("2026-07-13 23:59")).then_refused(running);
    given(closed()).when(close_suspended(AFTER)).then_quiet();
}

#[test]
fn a_space_that_is_not_suspended_is_not_closed_for_it() {
    given(open()).when(close_suspended(AFTER)).then_refused(SpaceRefusal::NotSuspended { stage: Stage::Open });
    given(suspended())
        .and([lifted(Stage::Open)])
        .when(close_suspended(AFTER))
        .then_refused(SpaceRefusal::NotSuspended { stage: Stage::Open });
    given(ended()).when(close_suspended(AFTER)).then_refused(SpaceRefusal::Deceased);
}

#[test]
fn a_suspended_space_is_closed_by_its_holder_or_by_death() {
    given(suspended()).when(close(AFTER)).then([closing(AFTER, ClosingGround::Request, "2036-07-14")]);
    given(suspended()).when(record_death(AFTER)).then([death(AFTER, Stage::Closed), closing(AFTER, ClosingGround::Death, "2036-07-14")]);
}

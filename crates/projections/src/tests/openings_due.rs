//! Which spaces fall due: who is on the list, who is held, who has left it.

use ens_domain::party::Party;
use ens_domain::space::SpaceEvent;
use ens_domain::space::terms::{BlockReason, Channel, OppositionChannel, Stage};
use ens_domain::space::{ClosingEvent, OpeningEvent};

use super::{activated, at, bounced, created, day, delivered, given, notified_space, open_space, opened, opposed, posted};
use crate::life::openings_due::{OpeningDue, OpeningsDue};

fn due(row: &OpeningDue) -> (Stage, Option<chrono::NaiveDate>) {
    (row.stage, row.last_day)
}

#[test]
fn a_notified_space_falls_due_after_the_last_day_of_its_window() {
    given(notified_space()).then::<OpeningsDue, _>(due, [(Stage::Notified, Some(day(4, 13)))]);
    given(notified_space()).then::<OpeningsDue, _>(|row| row.department.to_string(), ["31".to_owned()]);
}

#[test]
fn a_space_that_was_not_told_does_not_fall_due() {
    given([created()]).then::<OpeningsDue, _>(due, [(Stage::Created, None)]);
}

#[test]
fn a_bounce_voids_the_window_and_the_letter_gives_another() {
    let told = notified_space().into_iter().chain([bounced(Some(Channel::Post))]);
    given(told.clone()).then::<OpeningsDue, _>(due, [(Stage::Created, None)]);
    given(told.chain([posted()])).then::<OpeningsDue, _>(due, [(Stage::Notified, Some(day(4, 27)))]);
}

#[test]
fn a_recorded_delivery_moves_the_last_day() {
    given([created(), posted(), delivered(3, 13)]).then::<OpeningsDue, _>(due, [(Stage::Notified, Some(day(4, 23)))]);
}

#[test]
fn an_opposition_holds_the_space() {
    let events = notified_space().into_iter().chain([opposed(OppositionChannel::Web)]);
    given(events).then::<OpeningsDue, _>(due, [(Stage::Opposed, Some(day(4, 13)))]);
}

#[test]
fn a_technical_block_holds_the_space_until_it_is_mended() {
    let blocked = SpaceEvent::Opening(OpeningEvent::OpeningBlocked { at: at(day(4, 14)), by: Party::Cnam, reason: BlockReason::Technical });
    let mended = SpaceEvent::Opening(OpeningEvent::OpeningUnblocked {
        at: at(day(4, 15)),
        by: Party::Cnam,
        reason: BlockReason::Technical,
        stage: Stage::Notified,
        notice_by: None,
        last_day: Some(day(4, 13)),
    });
    let events = notified_space().into_iter().chain([blocked]);
    given(events.clone()).then::<OpeningsDue, _>(due, [(Stage::Blocked, Some(day(4, 13)))]);
    given(events.chain([mended])).then::<OpeningsDue, _>(due, [(Stage::Notified, Some(day(4, 13)))]);
}

#[test]
fn an_opened_a_signed_up_and_a_dead_persons_space_leave_the_list() {
    given(open_space()).then::<OpeningsDue, _>(due, []);
    given(notified_space().into_iter().chain([activated()])).then::<OpeningsDue, _>(due, []);
    let died =
        SpaceEvent::Closing(ClosingEvent::DeathRecorded { at: at(day(4, 1)), by: Party::Cnam, died_on: day(3, 30), stage: Stage::Ended });
    given(notified_space().into_iter().chain([died])).then::<OpeningsDue, _>(due, []);
}

#[test]
fn what_comes_after_the_opening_is_no_longer_looked_at() {
    given([created(), posted(), opened(), delivered(5, 1)]).then::<OpeningsDue, _>(due, []);
}

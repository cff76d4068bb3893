//! The opening: when the window is over, when the holder signs up, and what holds it back.

use crate::space::events::OpeningEvent;
use chrono::TimeDelta;

use crate::party::Party;
use crate::policy::Policy;
use crate::space::commands::{Activate, Open};
use crate::space::terms::{
    BlockReason, Channel, CodePurpose, MedicalRecordOrigin, NotificationFailure, OpeningGround, OppositionChannel, Stage, UnreachableReason,
};
use crate::space::{Parties, SpaceEvent, SpaceRefusal};

use super::grammar::{given, space_after};
use super::persons::{adult, an_email, at, both, day};
use super::requests::{activate, mend_block, open_it, report_block};
use super::stories::{
    ISSUED, LAST_DAY, LATER, MEANWHILE, OPENING, activated, active, blocked, closed, created, created_from, denied, destroyed,
    email_failed, ended, found_unreachable, issued, mended, notified, open, opened, opposed, opposition, suspended, technical_block, then,
    unreachable, waiting_email, waiting_email_only, withdrawn,
};

fn blocked_after_opposition_withdrawn() -> Vec<SpaceEvent> {
    let story = [opposition(MEANWHILE, OppositionChannel::Desk), withdrawn(MEANWHILE), technical_block(MEANWHILE)];
    blocked().into_iter().chain(story).collect()
}

#[test]
fn a_space_opens_from_the_first_instant_of_the_day_after_the_window() {
    given(notified()).when(open_it(OPENING)).then([opened(OPENING, OpeningGround::WindowOver)]);
}

#[test]
fn no_opening_before_the_last_day_has_ended_in_paris() {
    let running = SpaceRefusal::WindowRunning { last_day: day(LAST_DAY) };
    given(notified()).when(open_it("2026-04-13 00:00")).then_refused(running.clone());
    given(notified()).when(Open { at: at(OPENING) - TimeDelta::nanoseconds(1) }).then_refused(running);
}

#[test]
fn an_opening_asked_for_twice_is_quiet() {
    given(open()).when(open_it(LATER)).then_quiet();
    given(active()).when(open_it(LATER)).then_quiet();
}

#[test]
fn an_opposition_that_was_recorded_first_always_wins() {
    let since = day("2026-03-20");
    given(opposed()).when(open_it(LATER)).then_refused(SpaceRefusal::OppositionStands { since });
    given(opposed()).when(activate(MEANWHILE, 1)).then_refused(SpaceRefusal::OppositionStands { since });
}

#[test]
fn an_unreachable_space_never_opens_by_itself() {
    let refusal = SpaceRefusal::Unreachable { reason: UnreachableReason::NoContact };
    given(unreachable()).when(open_it("2099-01-01 00:00")).then_refused(refusal);
}

#[test]
fn a_space_opens_only_after_its_person_was_told() {
    given(created()).when(open_it(LATER)).then_refused(SpaceRefusal::NotNotified);
    given(waiting_email()).when(open_it(LATER)).then_refused(SpaceRefusal::NotNotified);
}

#[test]
fn what_is_over_does_not_open() {
    given(suspended()).when(open_it(LATER)).then_refused(SpaceRefusal::SpaceSuspended { last_day: day("2026-07-13") });
    given(closed()).when(open_it(LATER)).then_refused(SpaceRefusal::SpaceClosed { closed_on: day("2026-06-01") });
    given(destroyed()).when(open_it(LATER)).then_refused(SpaceRefusal::SpaceDestroyed);
    given(ended()).when(open_it(LATER)).then_refused(SpaceRefusal::Deceased);
}

#[test]
fn opening_creates_the_medical_record_or_joins_the_older_one() {
    let older = crate::space::Admission { medical_record_since: Some(day("2019-11-05")), ..adult(both()) };
    let told: Vec<SpaceEvent> = created_from(older).into_iter().chain(notified().into_iter().skip(1)).collect();
    let opened_on = day("2026-04-14");
    let joined = SpaceEvent::Opening(OpeningEvent::OpenedByCnam {
        at: at(OPENING),
        opened_on,
        ground: OpeningGround::WindowOver,
        medical_record: MedicalRecordOrigin::Joined,
    });
    given(told.clone()).when(open_it(OPENING)).then([joined]);
    given(told).when(activate(MEANWHILE, 1)).then([activated(MEANWHILE, Some(MedicalRecordOrigin::Joined))]);
}

#[test]
fn an_activation_before_the_opening_opens_the_space() {
    for story in [waiting_email(), notified()] {
        given(story).when(activate(MEANWHILE, 1)).then([activated(MEANWHILE, Some(MedicalRecordOrigin::Created))]);
    }
}

#[test]
fn an_activation_after_the_opening_leaves_the_medical_record_alone() {
    let reissued = issued(2, LATER, Channel::Email, CodePurpose::Reissue);
    given(open()).and([reissued]).when(activate(LATER, 2)).then([activated(LATER, None)]);
}

#[test]
fn an_activation_repeated_is_quiet() {
    given(active()).when(activate(LATER, 1)).then_quiet();
}

#[test]
fn what_is_held_back_is_not_activated() {
    given(blocked()).when(activate(MEANWHILE, 1)).then_refused(SpaceRefusal::OpeningBlocked { reason: BlockReason::Technical });
    let by_agent = Activate { by: Party::Cnam, ..activate(MEANWHILE, 1) };
    given(notified()).when(by_agent).then_refused(SpaceRefusal::PartyNotAllowed { expected: Parties::HolderSide });
}

#[test]
fn a_technical_block_holds_the_opening_back() {
    given(notified()).when(report_block(MEANWHILE)).then([technical_block(MEANWHILE)]);
    given(created()).when(report_block(MEANWHILE)).then([technical_block(MEANWHILE)]);
    given(denied()).when(report_block(MEANWHILE)).then([technical_block(MEANWHILE)]);
    given(blocked()).when(open_it(LATER)).then_refused(SpaceRefusal::OpeningBlocked { reason: BlockReason::Technical });
    given(blocked()).when(report_block(LATER)).then_quiet();
}

#[test]
fn what_is_not_waiting_for_its_opening_is_not_blocked() {
    given(open()).when(report_block(LATER)).then_refused(SpaceRefusal::AlreadyOpen { opened_on: day("2026-04-14") });
    given(opposed()).when(report_block(LATER)).then_refused(SpaceRefusal::OppositionStands { since: day("2026-03-20") });
    given(unreachable()).when(report_block(LATER)).then_refused(SpaceRefusal::Unreachable { reason: UnreachableReason::NoContact });
}

#[test]
fn a_technical_block_keeps_the_window() {
    let back = mended(LATER, Stage::Notified, None, Some(LAST_DAY));
    given(blocked()).when(mend_block(LATER)).then([back.clone()]);
    given(blocked()).and([back]).when(open_it(LATER)).then([opened(LATER, OpeningGround::WindowOver)]);
}

#[test]
fn a_block_mended_before_anybody_was_told_owes_the_notice_again() {
    let story = then(waiting_email(), technical_block(ISSUED));
    given(story).when(mend_block(MEANWHILE)).then([mended(MEANWHILE, Stage::Created, Some(Channel::Email), None)]);
}

#[test]
fn a_block_mended_after_the_notice_failed_finds_another_way_or_none() {
    let bounced = email_failed(MEANWHILE, NotificationFailure::Bounced, None, Stage::Blocked);
    let by_post = mended(LATER, Stage::Created, Some(Channel::Post), None);
    given(blocked()).and([bounced.clone()]).when(mend_block(LATER)).then([by_post]);
    let email_only: Vec<SpaceEvent> = created_from(adult(an_email())).into_iter().chain(blocked().into_iter().skip(1)).collect();
    given(email_only)
        .and([bounced])
        .when(mend_block(LATER))
        .then([mended(LATER, Stage::Unreachable, None, None), found_unreachable(LATER, UnreachableReason::EmailFailed)]);
    assert_eq!(space_after(waiting_email_only()).stage(), Some(Stage::Created));
}

#[test]
fn a_block_mended_under_an_opposition_leaves_the_opposition() {
    let story = then(blocked(), opposition(MEANWHILE, OppositionChannel::Desk));
    given(story).when(mend_block(LATER)).then([mended(LATER, Stage::Opposed, None, None)]);
}

#[test]
fn a_block_mended_after_the_opposition_was_withdrawn_opens_the_space() {
    given(blocked_after_opposition_withdrawn())
        .when(mend_block(LATER))
        .then([mended(LATER, Stage::Notified, None, Some(LAST_DAY)), opened(LATER, OpeningGround::OppositionWithdrawn)]);
}

#[test]
fn one_block_mended_leaves_the_other() {
    let story = then(denied(), technical_block(MEANWHILE));
    given(story).when(mend_block(LATER)).then([mended(LATER, Stage::Blocked, None, None)]);
}

#[test]
fn mending_what_is_not_blocked_is_quiet() {
    for story in [created(), notified(), unreachable(), opposed(), open(), active(), denied()] {
        given(story).when(mend_block(LATER)).then_quiet();
    }
}

#[test]
fn mending_what_is_over_is_refused() {
    given(closed()).when(mend_block(LATER)).then_refused(SpaceRefusal::SpaceClosed { closed_on: day("2026-06-01") });
    given(ended()).when(mend_block(LATER)).then_refused(SpaceRefusal::Deceased);
}

#[test]
fn the_policy_decides_how_long_the_window_is_and_the_event_remembers() {
    let longer = Policy { window_days: 60, ..Policy::default() };
    given(notified()).when_under(longer, open_it(OPENING)).then([opened(OPENING, OpeningGround::WindowOver)]);
}

//! The provisional code: single use, five attempts, forty-two days, revoked by the next.

use crate::party::Party;
use crate::space::commands::{Activate, ReissueCode};
use crate::space::events::CodeEvent;
use crate::space::terms::{Channel, CodePurpose, NotificationFailure, OppositionChannel, Stage};
use crate::space::{Parties, SpaceEvent, SpaceRefusal};

use super::grammar::{given, space_after};
use super::persons::{a_wrong_code, adult, an_address, an_email, at, day, message};
use super::requests::{activate, email_bounced, email_sent, letter_delivered, letter_posted, oppose_on_web, reissue};
use super::stories::{
    LAST_DAY, LATER, MEANWHILE, OPENING, activated, active, blocked, closed, code_received, code_undelivered, created, created_from,
    denied, destroyed, ended, issued, notified, notified_by_letter, open, opposed, opposed_by_code, opposition, suspended, then,
    unreachable, waiting_email,
};

fn wrong(on: &str) -> Activate {
    Activate { code: a_wrong_code(), ..activate(on, 1) }
}

fn attempt(left: u8) -> SpaceEvent {
    SpaceEvent::Code(CodeEvent::WrongCodeEntered { at: at(MEANWHILE), left })
}

fn locked() -> Vec<SpaceEvent> {
    let attempts = (0..5).rev().map(attempt);
    notified().into_iter().chain(attempts).chain([SpaceEvent::Code(CodeEvent::CodeLocked { at: at(MEANWHILE) })]).collect()
}

#[test]
fn a_code_is_issued_again_on_request() {
    for story in [notified(), opposed(), blocked(), open()] {
        given(story).when(reissue(LATER, 2)).then([issued(2, LATER, Channel::Email, CodePurpose::Reissue)]);
    }
    given(notified_by_letter()).when(reissue(LATER, 2)).then([issued(2, LATER, Channel::Post, CodePurpose::Reissue)]);
}

#[test]
fn a_fresh_code_revokes_the_one_before() {
    let reissued = then(notified(), issued(2, MEANWHILE, Channel::Email, CodePurpose::Reissue));
    given(reissued.clone()).when(oppose_on_web(MEANWHILE, 1)).then([attempt(4)]);
    given(reissued).when(oppose_on_web(MEANWHILE, 2)).then([opposition(MEANWHILE, OppositionChannel::Web)]);
}

#[test]
fn a_reissue_asked_for_twice_with_one_message_is_quiet() {
    let reissued = issued(2, MEANWHILE, Channel::Email, CodePurpose::Reissue);
    given(notified()).and([reissued]).when(reissue(MEANWHILE, 2)).then_quiet();
}

#[test]
fn a_reissue_waits_thirty_seconds_after_the_last_code() {
    let reissued = then(notified(), issued(2, MEANWHILE, Channel::Email, CodePurpose::Reissue));
    let from = at(MEANWHILE) + chrono::TimeDelta::seconds(30);
    let too_soon = ReissueCode { at: from - chrono::TimeDelta::milliseconds(1), ..reissue(MEANWHILE, 3) };
    given(reissued.clone()).when(too_soon).then_refused(SpaceRefusal::ReissueTooSoon { from });
    let space = space_after(reissued);
    let in_time = ReissueCode { at: from, ..reissue(MEANWHILE, 3) };
    assert!(space.decide(in_time.into(), &crate::policy::Policy::default()).is_ok());
}

#[test]
fn a_reissue_is_refused_where_a_code_would_serve_nobody() {
    let refused = |story: Vec<SpaceEvent>, refusal| given(story).when(reissue(LATER, 2)).then_refused(refusal);
    refused(waiting_email(), SpaceRefusal::NoticeUnderWay { message: message(1) });
    refused(created(), SpaceRefusal::NotNotified);
    refused(unreachable(), SpaceRefusal::Unreachable { reason: crate::space::terms::UnreachableReason::NoContact });
    refused(denied(), SpaceRefusal::OpeningBlocked { reason: crate::space::terms::BlockReason::NotTheRepresentative });
    refused(active(), SpaceRefusal::AlreadyActive);
    refused(suspended(), SpaceRefusal::SpaceSuspended { last_day: day("2026-07-13") });
    refused(closed(), SpaceRefusal::SpaceClosed { closed_on: day("2026-06-01") });
    refused(destroyed(), SpaceRefusal::SpaceDestroyed);
    refused(ended(), SpaceRefusal::Deceased);
}

#[test]
fn a_reissue_needs_a_contact_that_works() {
    let bounced = code_undelivered(1, MEANWHILE, Channel::Email, NotificationFailure::Bounced);
    let by_email = created_from(adult(an_email()));
    let told = by_email.into_iter().chain(notified().into_iter().skip(1)).chain([opposition(MEANWHILE, OppositionChannel::Desk)]);
    given(told.clone()).and([bounced.clone()]).when(reissue(LATER, 2)).then_refused(SpaceRefusal::NoContact);
    given(opposed()).and([bounced]).when(reissue(LATER, 2)).then([issued(2, LATER, Channel::Post, CodePurpose::Reissue)]);
}

#[test]
fn a_professional_does_not_ask_for_somebodys_code() {
    let asked =
        ReissueCode { by: Party::Professional { rpps: crate::guarded::Guarded::new(super::persons::doctor(1)) }, ..reissue(LATER, 2) };
    given(notified()).when(asked).then_refused(SpaceRefusal::PartyNotAllowed { expected: Parties::HolderSideOrAgent });
}

#[test]
fn a_reissued_code_does_not_lengthen_the_window() {
    let reissued = then(notified(), issued(2, MEANWHILE, Channel::Email, CodePurpose::Reissue));
    let received = code_received(2, MEANWHILE, "2026-03-20", "2026-05-01");
    given(reissued.clone()).when(email_sent(MEANWHILE, 2)).then([received.clone()]);
    let space = space_after(then(reissued.clone(), received));
    assert_eq!((space.stage(), space.window_last_day()), (Some(Stage::Notified), Some(day(LAST_DAY))));
    assert_eq!(space_after(reissued).expects(message(2)), Some((Channel::Email, CodePurpose::Reissue)));
}

#[test]
fn a_reissued_code_that_bounces_leaves_the_window() {
    let reissued = then(notified(), issued(2, MEANWHILE, Channel::Email, CodePurpose::Reissue));
    let lost = code_undelivered(2, MEANWHILE, Channel::Email, NotificationFailure::Bounced);
    given(reissued.clone()).when(email_bounced(MEANWHILE, 2)).then([lost.clone()]);
    given(reissued.clone()).and([lost.clone()]).when(email_bounced(MEANWHILE, 2)).then_quiet();
    assert_eq!(space_after(then(reissued, lost)).window_last_day(), Some(day(LAST_DAY)));
}

#[test]
fn a_reissued_letter_gives_its_code_until_six_weeks_after_its_receipt() {
    let told = created_from(adult(an_address())).into_iter().chain(notified_by_letter().into_iter().skip(1));
    let reissued = told.chain([issued(2, MEANWHILE, Channel::Post, CodePurpose::Reissue)]);
    let presumed = code_received(2, MEANWHILE, "2026-03-27", "2026-05-08");
    given(reissued.clone()).when(letter_posted(MEANWHILE, 2, "2026-03-20")).then([presumed.clone()]);
    given(reissued).and([presumed]).when(letter_delivered(LATER, 2, "2026-03-30")).then([code_received(
        2,
        LATER,
        "2026-03-30",
        "2026-05-11",
    )]);
}

#[test]
fn a_code_works_once() {
    given(opposed_by_code()).when(super::requests::withdraw_on_web(LATER, 1)).then_refused(SpaceRefusal::CodeUsed);
    let reopened =
        [super::stories::withdrawn(LATER), super::stories::opened(LATER, crate::space::terms::OpeningGround::OppositionWithdrawn)];
    given(opposed_by_code()).and(reopened).when(activate(LATER, 1)).then_refused(SpaceRefusal::CodeUsed);
    given(opposed_by_code()).when(wrong(LATER)).then_refused(SpaceRefusal::CodeUsed);
}

#[test]
fn a_code_is_valid_until_the_end_of_its_last_day() {
    given(notified())
        .when(activate("2026-04-13 23:59", 1))
        .then([activated("2026-04-13 23:59", Some(crate::space::terms::MedicalRecordOrigin::Created))]);
    let expired = SpaceRefusal::CodeExpired { valid_until: day(LAST_DAY) };
    given(notified()).when(activate(OPENING, 1)).then_refused(expired.clone());
    given(notified()).when(wrong(OPENING)).then_refused(expired);
}

#[test]
fn a_code_works_before_its_message_is_known_to_have_arrived() {
    given(waiting_email()).when(oppose_on_web(MEANWHILE, 1)).then([opposition(MEANWHILE, OppositionChannel::Web)]);
}

#[test]
fn five_wrong_codes_lock_the_code() {
    let mut story = notified();
    for left in (1..5).rev() {
        given(story.clone()).when(wrong(MEANWHILE)).then([attempt(left)]);
        story.push(attempt(left));
    }
    given(story).when(wrong(MEANWHILE)).then([attempt(0), SpaceEvent::Code(CodeEvent::CodeLocked { at: at(MEANWHILE) })]);
    given(locked()).when(activate(MEANWHILE, 1)).then_refused(SpaceRefusal::CodeLocked);
}

#[test]
fn a_new_code_unlocks_with_five_new_attempts() {
    let reissued = then(locked(), issued(2, MEANWHILE, Channel::Email, CodePurpose::Reissue));
    given(reissued).when(wrong(MEANWHILE)).then([attempt(4)]);
}

#[test]
fn without_a_code_none_can_be_entered() {
    given(created()).when(activate(MEANWHILE, 1)).then_refused(SpaceRefusal::NoCode);
    given(destroyed()).when(activate(LATER, 1)).then_refused(SpaceRefusal::NoCode);
}

//! The prior notice: owed, on its way, received, failed, tried again.

use crate::policy::Policy;
use crate::space::commands::{RecordEmailFailed, SendNotice};
use crate::space::events::NoticeEvent;
use crate::space::terms::{Channel, CodePurpose, NotificationFailure, OppositionChannel, Stage, UnreachableReason};
use crate::space::{SpaceEvent, SpaceRefusal};

use super::grammar::{given, space_after};
use super::persons::{at, day, message};
use super::requests::{email_bounced, email_sent, letter_came_back, letter_delivered, letter_posted, oppose_at_desk, reissue, send_notice};
use super::stories::{
    ISSUED, LAST_DAY, LATER, MEANWHILE, OPENING, TOLD, active, blocked, code_received, code_undelivered, created, delivered, destroyed,
    email_failed, ended, found_unreachable, issued, letter_returned, notified, notified_by_email, notified_by_letter, open, opposed,
    opposition, posted, technical_block, then, unreachable, waiting_email, waiting_email_only, waiting_letter,
};

fn refused_at_once(on: &str) -> RecordEmailFailed {
    RecordEmailFailed { failure: NotificationFailure::Refused, ..email_bounced(on, 1) }
}

#[test]
fn the_notice_that_is_owed_carries_a_fresh_code() {
    given(created()).when(send_notice(ISSUED, 1)).then([issued(1, ISSUED, Channel::Email, CodePurpose::Notice)]);
    let space = space_after(waiting_email());
    assert_eq!((space.stage(), space.notice_due()), (Some(Stage::Created), None), "created until the notice is accepted");
    assert_eq!(space.expects(message(1)), Some((Channel::Email, CodePurpose::Notice)));
    assert_eq!(space.expects(message(2)), None);
}

#[test]
fn sending_the_same_notice_again_is_quiet() {
    given(waiting_email()).when(send_notice(TOLD, 1)).then_quiet();
}

#[test]
fn a_second_notice_waits_for_the_first() {
    given(waiting_email()).when(send_notice(TOLD, 2)).then_refused(SpaceRefusal::NoticeUnderWay { message: message(1) });
}

#[test]
fn no_notice_goes_unless_owed() {
    for story in [notified(), opposed(), unreachable(), open(), ended(), destroyed()] {
        let stage = space_after(story.clone()).stage().unwrap();
        given(story).when(SendNotice { message: message(9), ..send_notice(LATER, 9) }).then_refused(SpaceRefusal::NoNoticeOwed { stage });
    }
}

#[test]
fn an_email_is_received_on_the_day_its_sending_succeeded() {
    given(waiting_email()).when(email_sent(TOLD, 1)).then([notified_by_email(1, TOLD, LAST_DAY)]);
    let space = space_after(notified());
    assert_eq!((space.stage(), space.window_last_day(), space.expects(message(1))), (Some(Stage::Notified), Some(day(LAST_DAY)), None));
}

#[test]
fn the_day_of_receipt_is_not_counted() {
    let policy = Policy { window_days: 1, code_days: 1, ..Policy::default() };
    let (at, message, received_on, tomorrow) = (at("2026-03-02 00:00"), message(1), day("2026-03-02"), day("2026-03-03"));
    given(waiting_email()).when_under(policy, email_sent("2026-03-02 00:00", 1)).then([SpaceEvent::Notice(NoticeEvent::NotifiedByEmail {
        at,
        message,
        received_on,
        last_day: tomorrow,
        code_valid_until: tomorrow,
    })]);
}

#[test]
fn a_sending_recorded_twice_is_quiet() {
    given(notified()).when(email_sent(LATER, 1)).then_quiet();
    given(notified_by_letter()).when(letter_posted(LATER, 1, "2026-03-03")).then_quiet();
}

#[test]
fn a_message_that_is_not_remembered_is_quiet() {
    given(notified()).when(email_sent(LATER, 7)).then_quiet();
    given(notified()).when(email_bounced(LATER, 7)).then_quiet();
    given(notified()).when(letter_posted(LATER, 7, LAST_DAY)).then_quiet();
    given(notified()).when(letter_delivered(LATER, 7, LAST_DAY)).then_quiet();
    given(notified()).when(letter_came_back(LATER, 7)).then_quiet();
}

#[test]
fn a_message_is_spoken_of_by_its_own_channel() {
    let by_post = SpaceRefusal::WrongChannel { channel: Channel::Post };
    let by_email = SpaceRefusal::WrongChannel { channel: Channel::Email };
    given(waiting_letter()).when(email_sent(TOLD, 1)).then_refused(by_post.clone());
    given(waiting_letter()).when(email_bounced(TOLD, 1)).then_refused(by_post);
    given(waiting_email()).when(letter_posted(TOLD, 1, "2026-03-02")).then_refused(by_email.clone());
    given(notified()).when(letter_delivered(LATER, 1, "2026-03-03")).then_refused(by_email.clone());
    given(notified()).when(letter_came_back(LATER, 1)).then_refused(by_email.clone());
    let returned = RecordEmailFailed { failure: NotificationFailure::Returned, ..email_bounced(LATER, 1) };
    given(notified()).when(returned).then_refused(by_email);
}

#[test]
fn a_failed_sending_informs_nobody() {
    let failed = email_failed(MEANWHILE, NotificationFailure::Bounced, Some(Channel::Post), Stage::Created);
    given(notified()).when(email_bounced(MEANWHILE, 1)).then([failed.clone()]);
    let space = space_after(then(notified(), failed));
    assert_eq!((space.stage(), space.window_last_day()), (Some(Stage::Created), None), "the clock is void");
    assert_eq!(space.notice_due(), Some(Channel::Post), "and starts again with the letter");
}

#[test]
fn an_email_refused_at_once_is_followed_by_a_letter() {
    let failed = email_failed(TOLD, NotificationFailure::Refused, Some(Channel::Post), Stage::Created);
    given(waiting_email()).when(refused_at_once(TOLD)).then([failed.clone()]);
    given(waiting_email()).and([failed]).when(send_notice(TOLD, 2)).then([issued(2, TOLD, Channel::Post, CodePurpose::Notice)]);
}

#[test]
fn an_email_that_bounces_after_the_window_but_before_the_opening_still_informed_nobody() {
    let failed = email_failed(OPENING, NotificationFailure::Bounced, Some(Channel::Post), Stage::Created);
    given(notified()).when(email_bounced(OPENING, 1)).then([failed]);
}

#[test]
fn a_failed_email_without_a_postal_address_leaves_the_person_unreachable() {
    given(waiting_email_only()).when(refused_at_once(TOLD)).then([
        email_failed(TOLD, NotificationFailure::Refused, None, Stage::Unreachable),
        found_unreachable(TOLD, UnreachableReason::EmailFailed),
    ]);
}

#[test]
fn a_bounce_reported_twice_is_quiet() {
    let failed = email_failed(MEANWHILE, NotificationFailure::Bounced, Some(Channel::Post), Stage::Created);
    given(notified()).and([failed.clone()]).when(email_bounced(LATER, 1)).then_quiet();
    given(notified()).and([failed]).when(email_sent(LATER, 1)).then_quiet();
}

#[test]
fn a_bounce_after_the_opening_loses_the_code_only() {
    given(open()).when(email_bounced(LATER, 1)).then([code_undelivered(1, LATER, Channel::Email, NotificationFailure::Bounced)]);
    given(active()).when(email_bounced(LATER, 1)).then_quiet();
    given(ended()).when(email_bounced(LATER, 1)).then_quiet();
}

#[test]
fn a_bounce_after_an_opposition_leaves_the_opposition() {
    let lost = code_undelivered(1, LATER, Channel::Email, NotificationFailure::Bounced);
    given(opposed()).when(email_bounced(LATER, 1)).then([lost.clone()]);
    assert_eq!(space_after(then(opposed(), lost)).stage(), Some(Stage::Opposed));
}

#[test]
fn a_bounce_while_blocked_voids_the_window_and_keeps_the_block() {
    given(blocked()).when(email_bounced(LATER, 1)).then([email_failed(LATER, NotificationFailure::Bounced, None, Stage::Blocked)]);
}

#[test]
fn a_notice_received_after_an_opposition_gives_the_code_and_no_window() {
    let opposed_first = then(waiting_email(), opposition(ISSUED, OppositionChannel::Desk));
    assert_eq!(space_after(opposed_first.clone()).expects(message(1)), None, "it need not be sent any more");
    given(opposed_first).when(email_sent(TOLD, 1)).then([code_received(1, TOLD, "2026-03-02", LAST_DAY)]);
    given(then(waiting_letter(), technical_block(ISSUED))).when(letter_posted(TOLD, 1, "2026-03-02")).then([code_received(
        1,
        TOLD,
        "2026-03-09",
        "2026-04-20",
    )]);
}

#[test]
fn a_letter_is_presumed_received_seven_days_after_its_posting() {
    given(waiting_letter()).when(letter_posted(TOLD, 1, "2026-03-02")).then([posted(1, TOLD, "2026-03-02", ("2026-03-09", "2026-04-20"))]);
}

#[test]
fn a_letter_is_not_posted_before_it_was_written_nor_tomorrow() {
    let (earliest, latest) = (Some(day("2026-03-02")), day("2026-03-04"));
    for told in ["2026-03-01", "2026-03-05"] {
        let refusal = SpaceRefusal::ImpossibleDay { day: day(told), earliest, latest };
        given(waiting_letter()).when(letter_posted("2026-03-04 09:00", 1, told)).then_refused(refusal);
    }
}

#[test]
fn a_recorded_delivery_replaces_the_presumed_receipt() {
    for (delivered_on, last_day) in [("2026-03-04", "2026-04-15"), ("2026-03-16", "2026-04-27")] {
        given(notified_by_letter()).when(letter_delivered(MEANWHILE, 1, delivered_on)).then([delivered(MEANWHILE, delivered_on, last_day)]);
        let space = space_after(then(notified_by_letter(), delivered(MEANWHILE, delivered_on, last_day)));
        assert_eq!((space.stage(), space.window_last_day()), (Some(Stage::Notified), Some(day(last_day))));
    }
}

#[test]
fn a_delivery_that_moves_nothing_is_quiet() {
    given(notified_by_letter()).when(letter_delivered(MEANWHILE, 1, "2026-03-09")).then_quiet();
    let recorded = delivered(MEANWHILE, "2026-03-04", "2026-04-15");
    given(notified_by_letter()).and([recorded]).when(letter_delivered(LATER, 1, "2026-03-04")).then_quiet();
    let back = letter_returned(1, MEANWHILE, None, Stage::Unreachable);
    given(notified_by_letter()).and([back]).when(letter_delivered(LATER, 1, "2026-03-04")).then_quiet();
}

#[test]
fn a_letter_is_delivered_after_its_posting_and_not_tomorrow() {
    given(waiting_letter()).when(letter_delivered(TOLD, 1, "2026-03-02")).then_refused(SpaceRefusal::LetterNotPosted);
    let refusal = |told| SpaceRefusal::ImpossibleDay { day: day(told), earliest: Some(day("2026-03-02")), latest: day("2026-03-20") };
    given(notified_by_letter()).when(letter_delivered(MEANWHILE, 1, "2026-03-01")).then_refused(refusal("2026-03-01"));
    given(notified_by_letter()).when(letter_delivered(MEANWHILE, 1, "2026-03-21")).then_refused(refusal("2026-03-21"));
}

#[test]
fn a_delivery_after_an_opposition_moves_the_code_only() {
    given(notified_by_letter())
        .and([opposition(MEANWHILE, OppositionChannel::Desk)])
        .when(letter_delivered(MEANWHILE, 1, "2026-03-04"))
        .then([code_received(1, MEANWHILE, "2026-03-04", "2026-04-15")]);
    let spent = opposition(MEANWHILE, OppositionChannel::Web);
    given(notified_by_letter()).and([spent]).when(letter_delivered(MEANWHILE, 1, "2026-03-04")).then_quiet();
}

#[test]
fn a_returned_letter_leaves_the_person_unreachable() {
    for story in [waiting_letter(), notified_by_letter()] {
        given(story)
            .when(letter_came_back(LATER, 1))
            .then([letter_returned(1, LATER, None, Stage::Unreachable), found_unreachable(LATER, UnreachableReason::LetterReturned)]);
    }
    let back = letter_returned(1, MEANWHILE, None, Stage::Unreachable);
    given(notified_by_letter()).and([back]).when(letter_came_back(LATER, 1)).then_quiet();
}

#[test]
fn a_letter_that_follows_a_bounce_and_comes_back_leaves_the_person_unreachable() {
    let story = [
        email_failed("2026-03-03 08:00", NotificationFailure::Bounced, Some(Channel::Post), Stage::Created),
        issued(2, "2026-03-04 08:00", Channel::Post, CodePurpose::Notice),
        posted(2, "2026-03-05 08:00", "2026-03-05", ("2026-03-12", "2026-04-23")),
    ];
    given(notified())
        .and(story)
        .when(letter_came_back(LATER, 2))
        .then([letter_returned(2, LATER, None, Stage::Unreachable), found_unreachable(LATER, UnreachableReason::LetterReturned)]);
}

#[test]
fn a_notice_whose_code_was_reissued_can_still_bounce() {
    let reissued = issued(2, MEANWHILE, Channel::Email, CodePurpose::Reissue);
    given(notified()).and([reissued]).when(email_bounced(LATER, 1)).then([email_failed(
        LATER,
        NotificationFailure::Bounced,
        Some(Channel::Post),
        Stage::Created,
    )]);
    given(unreachable()).when(oppose_at_desk(LATER)).then([opposition(LATER, OppositionChannel::Desk)]);
    given(created()).when(reissue(TOLD, 2)).then_refused(SpaceRefusal::NotNotified);
}

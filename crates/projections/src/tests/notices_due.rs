//! Which notices are owed: when a person comes on the list and when they leave it.

use ens_domain::space::NoticeEvent;
use ens_domain::space::SpaceEvent;
use ens_domain::space::terms::{Channel, CodePurpose, OppositionChannel, UnreachableReason};

use super::{NOTICE, REISSUE, activated, at, bounced, code_issued, created, created_for, day, given, notified_space, opposed};
use crate::life::notices_due::NoticesDue;

#[test]
fn a_created_space_is_owed_a_notice_by_its_channel() {
    given([created()]).then::<NoticesDue, _>(|row| (row.channel, row.since), [(Channel::Email, at(day(3, 1)))]);
    given([created_for(None, Some(Channel::Post))]).then::<NoticesDue, _>(|row| row.channel, [Channel::Post]);
}

#[test]
fn who_cannot_be_told_is_owed_nothing() {
    let unreachable = SpaceEvent::Notice(NoticeEvent::FoundUnreachable { at: at(day(3, 1)), reason: UnreachableReason::NoContact });
    given([created_for(None, None), unreachable]).then::<NoticesDue, _>(|row| row.channel, []);
}

#[test]
fn a_notice_under_way_is_no_longer_owed() {
    given([created(), code_issued(NOTICE, CodePurpose::Notice)]).then::<NoticesDue, _>(|row| row.channel, []);
}

#[test]
fn a_reissued_code_is_no_notice() {
    given([created(), code_issued(REISSUE, CodePurpose::Reissue)]).then::<NoticesDue, _>(|row| row.channel, [Channel::Email]);
}

#[test]
fn a_bounce_owes_a_letter() {
    let events = notified_space().into_iter().chain([bounced(Some(Channel::Post))]);
    given(events).then::<NoticesDue, _>(|row| row.channel, [Channel::Post]);
}

#[test]
fn who_opposed_or_signed_up_before_the_notice_is_owed_none() {
    given([created(), opposed(OppositionChannel::Desk)]).then::<NoticesDue, _>(|row| row.channel, []);
    given([created(), activated()]).then::<NoticesDue, _>(|row| row.channel, []);
}

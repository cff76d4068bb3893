//! Where one space is: the stage, the window, the code and the receipt after each turn of its life.

use ens_domain::party::Party;
use ens_domain::space::SpaceEvent;
use ens_domain::space::terms::{BlockReason, Channel, CodePurpose, NotificationFailure, OppositionChannel, Stage};
use ens_domain::space::{CodeEvent, OpeningEvent, OppositionEvent};

use super::{
    REISSUE, activated, at, bounced, code_issued, created, day, delivered, given, message, notified_space, open_space, opposed, posted,
};
use crate::life::space_status::{CodeState, SpaceStatus, StatusRow};

fn code(row: &StatusRow) -> (CodeState, Option<chrono::NaiveDate>) {
    (row.code_state, row.code_valid_until)
}

fn window(row: &StatusRow) -> (Stage, Option<chrono::NaiveDate>) {
    (row.stage, row.last_day)
}

fn after(events: impl IntoIterator<Item = SpaceEvent>) -> super::Given {
    given(notified_space().into_iter().chain(events))
}

#[test]
fn every_event_moves_the_version_and_only_a_stage_moves_its_day() {
    let wrong = SpaceEvent::Code(CodeEvent::WrongCodeEntered { at: at(day(3, 20)), left: 4 });
    after([wrong]).then::<SpaceStatus, _>(|row| (row.version, row.position, row.since), [(4, 104, at(day(3, 2)))]);
}

#[test]
fn the_window_runs_from_the_notice_and_is_void_with_it() {
    after([]).then::<SpaceStatus, _>(window, [(Stage::Notified, Some(day(4, 13)))]);
    after([bounced(Some(Channel::Post))]).then::<SpaceStatus, _>(window, [(Stage::Created, None)]);
    after([bounced(Some(Channel::Post)), posted()]).then::<SpaceStatus, _>(window, [(Stage::Notified, Some(day(4, 27)))]);
    after([bounced(Some(Channel::Post))]).then::<SpaceStatus, _>(|row| row.notice_channel, [Some(Channel::Post)]);
}

#[test]
fn the_code_follows_its_message() {
    let reissued = code_issued(REISSUE, CodePurpose::Reissue);
    let received = SpaceEvent::Code(CodeEvent::CodeReceived {
        at: at(day(3, 21)),
        message: message(REISSUE),
        received_on: day(3, 21),
        code_valid_until: day(5, 2),
    });
    after([]).then::<SpaceStatus, _>(code, [(CodeState::Received, Some(day(4, 13)))]);
    after([reissued.clone()]).then::<SpaceStatus, _>(code, [(CodeState::Sent, None)]);
    after([reissued.clone(), received, delivered(3, 22)]).then::<SpaceStatus, _>(code, [(CodeState::Received, Some(day(5, 2)))]);
    let failure = NotificationFailure::Bounced;
    let lost =
        SpaceEvent::Code(CodeEvent::CodeUndelivered { at: at(day(3, 21)), message: message(REISSUE), channel: Channel::Email, failure });
    after([reissued, lost]).then::<SpaceStatus, _>(code, [(CodeState::None, None)]);
}

#[test]
fn a_code_is_used_on_the_web_and_not_at_a_desk() {
    after([opposed(OppositionChannel::Web)]).then::<SpaceStatus, _>(|row| row.code_state, [CodeState::Used]);
    after([opposed(OppositionChannel::Desk)]).then::<SpaceStatus, _>(|row| row.code_state, [CodeState::Received]);
    after([SpaceEvent::Code(CodeEvent::CodeLocked { at: at(day(3, 20)) })])
        .then::<SpaceStatus, _>(|row| row.code_state, [CodeState::Locked]);
}

#[test]
fn the_receipt_stands_as_long_as_the_opposition() {
    let withdrawn = SpaceEvent::Opposition(OppositionEvent::OppositionWithdrawn {
        at: at(day(3, 25)),
        by: Party::Holder,
        via: OppositionChannel::Phone,
    });
    after([opposed(OppositionChannel::Web)]).then::<SpaceStatus, _>(
        |row| (row.receipt_number.clone(), row.receipt_day),
        [(Some("OPP-7F3K-M2QX-04ZD".to_owned()), Some(day(3, 20)))],
    );
    after([opposed(OppositionChannel::Web), withdrawn]).then::<SpaceStatus, _>(|row| row.receipt_number.clone(), [None]);
}

#[test]
fn an_activation_before_the_opening_opens() {
    let events = given(open_space().into_iter().chain([activated()]));
    events.then::<SpaceStatus, _>(|row| (row.stage, row.opened_on), [(Stage::Active, Some(day(4, 14)))]);
    let early = SpaceEvent::Opening(OpeningEvent::Activated {
        at: at(day(3, 5)),
        by: Party::Holder,
        medical_record: Some(ens_domain::space::terms::MedicalRecordOrigin::Joined),
    });
    after([early]).then::<SpaceStatus, _>(|row| (row.stage, row.opened_on), [(Stage::Active, Some(day(3, 5)))]);
}

#[test]
fn an_older_record_that_joins_after_the_opening_is_told() {
    use ens_domain::space::terms::MedicalRecordOrigin;
    let joined = SpaceEvent::Opening(OpeningEvent::LegacyRecordJoined { at: at(day(5, 5)), created_on: day(1, 1) });
    let told = |row: &crate::space_status::StatusRow| (row.stage, row.medical_record);
    given(open_space()).then::<SpaceStatus, _>(told, [(Stage::Open, Some(MedicalRecordOrigin::Created))]);
    given(open_space().into_iter().chain([joined])).then::<SpaceStatus, _>(told, [(Stage::Open, Some(MedicalRecordOrigin::Joined))]);
}

#[test]
fn of_two_blocks_the_one_that_stands_is_told() {
    let block = |reason| SpaceEvent::Opening(OpeningEvent::OpeningBlocked { at: at(day(3, 20)), by: Party::Cnam, reason });
    let mended = SpaceEvent::Opening(OpeningEvent::OpeningUnblocked {
        at: at(day(3, 22)),
        by: Party::Cnam,
        reason: BlockReason::Technical,
        stage: Stage::Blocked,
        notice_by: None,
        last_day: None,
    });
    after([block(BlockReason::NotTheRepresentative), block(BlockReason::Technical), mended])
        .then::<SpaceStatus, _>(|row| (row.stage, row.block_reason), [(Stage::Blocked, Some(BlockReason::NotTheRepresentative))]);
}

#[test]
fn a_space_begins_with_its_creation() {
    given([created()]).then::<SpaceStatus, _>(|row| (row.stage, row.version), [(Stage::Created, 1)]);
}

//! The lives that rules start from, event by event: told on 2 March 2026, last day 13 April, open from 14 April.

use crate::space::events::{
    AccessEvent, AdmissionEvent, ClosingEvent, CodeEvent, DestructionEvent, NoticeEvent, OpeningEvent, OppositionEvent,
    RepresentationEvent, SuspensionEvent,
};
use chrono::NaiveDate;

use crate::access::{Grantee, Purpose, Scope};
use crate::calendar::paris;
use crate::guarded::Guarded;
use crate::party::Party;
use crate::policy::Policy;
use crate::space::terms::{
    BlockReason, Channel, ClosingGround, CodePurpose, DestructionGround, MedicalRecordOrigin, NotificationFailure, OpeningGround,
    OppositionChannel, RepresentationKind, Stage, SuspensionGround, UnreachableReason,
};
use crate::space::{Admission, Receipt, SpaceEvent};

use super::persons::{
    adult, agent, an_address, an_email, at, both, child, code_of, day, doctor, grant_id, identity, insurer, message, no_contact,
    representation_id, space_id,
};

pub(super) const CREATED: &str = "2026-02-23 09:00";
pub(super) const ISSUED: &str = "2026-03-02 08:00";
pub(super) const TOLD: &str = "2026-03-02 10:00";
pub(super) const MEANWHILE: &str = "2026-03-20 15:00";
pub(super) const LAST_DAY: &str = "2026-04-13";
pub(super) const OPENING: &str = "2026-04-14 00:00";
pub(super) const LATER: &str = "2026-06-01 12:00";

pub(super) fn created_from(admission: Admission) -> Vec<SpaceEvent> {
    let notice_by = admission.contacts.first_channel();
    vec![SpaceEvent::Admission(AdmissionEvent::SpaceCreated { at: at(CREATED), space: space_id(), by: Party::Cnam, admission, notice_by })]
}

pub(super) fn created() -> Vec<SpaceEvent> {
    created_from(adult(both()))
}

pub(super) fn unreachable() -> Vec<SpaceEvent> {
    then(created_from(adult(no_contact())), found_unreachable(CREATED, UnreachableReason::NoContact))
}

pub(super) fn waiting_email() -> Vec<SpaceEvent> {
    then(created(), issued(1, ISSUED, Channel::Email, CodePurpose::Notice))
}

/// An e-mail is the only way.
pub(super) fn waiting_email_only() -> Vec<SpaceEvent> {
    then(created_from(adult(an_email())), issued(1, ISSUED, Channel::Email, CodePurpose::Notice))
}

pub(super) fn waiting_letter() -> Vec<SpaceEvent> {
    then(created_from(adult(an_address())), issued(1, ISSUED, Channel::Post, CodePurpose::Notice))
}

pub(super) fn notified() -> Vec<SpaceEvent> {
    then(waiting_email(), notified_by_email(1, TOLD, LAST_DAY))
}

/// Posted on 2 March, presumed received on 9 March, last day 20 April.
pub(super) fn notified_by_letter() -> Vec<SpaceEvent> {
    then(waiting_letter(), posted(1, TOLD, "2026-03-02", ("2026-03-09", "2026-04-20")))
}

pub(super) fn opposed() -> Vec<SpaceEvent> {
    then(notified(), opposition(MEANWHILE, OppositionChannel::Desk))
}

/// The code of message 1 made the opposition.
pub(super) fn opposed_by_code() -> Vec<SpaceEvent> {
    then(notified(), opposition(MEANWHILE, OppositionChannel::Web))
}

pub(super) fn blocked() -> Vec<SpaceEvent> {
    then(notified(), technical_block(MEANWHILE))
}

/// A child's space that the addressee said is not theirs.
pub(super) fn denied() -> Vec<SpaceEvent> {
    let told = [issued(1, ISSUED, Channel::Email, CodePurpose::Notice), notified_by_email(1, TOLD, LAST_DAY), denial(MEANWHILE)];
    created_from(child()).into_iter().chain(told).collect()
}

pub(super) fn open() -> Vec<SpaceEvent> {
    then(notified(), opened(OPENING, OpeningGround::WindowOver))
}

pub(super) fn active() -> Vec<SpaceEvent> {
    then(notified(), activated(MEANWHILE, Some(MedicalRecordOrigin::Created)))
}

/// Suspended on 1 June; the closing may be opposed until 13 July.
pub(super) fn suspended() -> Vec<SpaceEvent> {
    then(open(), suspension(LATER, "2026-07-13"))
}

/// Closed on 1 June 2026; archived until 1 June 2036.
pub(super) fn closed() -> Vec<SpaceEvent> {
    then(open(), closing(LATER, ClosingGround::Request, "2036-06-01"))
}

/// To be destroyed on 2 September 2026.
pub(super) fn doomed() -> Vec<SpaceEvent> {
    let (at, by) = (at("2026-06-02 12:00"), Party::Holder);
    then(closed(), SpaceEvent::Destruction(DestructionEvent::DestructionRequested { at, by, destroy_on: day("2026-09-02") }))
}

pub(super) fn destroyed() -> Vec<SpaceEvent> {
    then(doomed(), SpaceEvent::Destruction(DestructionEvent::Destroyed { at: at("2026-09-02 01:00"), ground: DestructionGround::Request }))
}

pub(super) fn ended() -> Vec<SpaceEvent> {
    then(notified(), death(MEANWHILE, Stage::Ended))
}

pub(super) fn dead_and_closed() -> Vec<SpaceEvent> {
    open().into_iter().chain([death(LATER, Stage::Closed), closing(LATER, ClosingGround::Death, "2036-06-01")]).collect()
}

/// The second parent of that child was invited.
pub(super) fn invited_child() -> Vec<SpaceEvent> {
    let (by, person, until) = (Party::Representative, identity("DOMINIQUE"), day("2026-07-02"));
    let (invitation, invitee) = (uuid::Uuid::from_u128(1).into(), Guarded::new(uuid::Uuid::from_u128(9).into()));
    let invited = RepresentationEvent::SecondParentInvited { at: at("2026-06-02 12:00"), by, invitation, invitee, person, until };
    then(open_child(), SpaceEvent::Representation(invited))
}

pub(super) fn open_child() -> Vec<SpaceEvent> {
    let told = [
        represented(1, RepresentationKind::Minor),
        issued(1, ISSUED, Channel::Email, CodePurpose::Notice),
        notified_by_email(1, TOLD, LAST_DAY),
        opened(OPENING, OpeningGround::WindowOver),
    ];
    created_from(child()).into_iter().chain(told).collect()
}

pub(super) fn then(mut story: Vec<SpaceEvent>, event: SpaceEvent) -> Vec<SpaceEvent> {
    story.push(event);
    story
}

pub(super) fn issued(number: u128, on: &str, channel: Channel, purpose: CodePurpose) -> SpaceEvent {
    let reissue_from = at(on) + chrono::TimeDelta::seconds(30);
    let (message, digest) = (message(number), code_of(number));
    SpaceEvent::Code(CodeEvent::CodeIssued { at: at(on), message, channel, purpose, digest, wrong_codes_allowed: 5, reissue_from })
}

pub(super) fn notified_by_email(number: u128, on: &str, last_day: &str) -> SpaceEvent {
    let (message, received_on, last_day) = (message(number), crate::calendar::paris::day_of(at(on)), day(last_day));
    SpaceEvent::Notice(NoticeEvent::NotifiedByEmail { at: at(on), message, received_on, last_day, code_valid_until: last_day })
}

pub(super) fn posted(number: u128, on: &str, posted_on: &str, (received_on, last_day): (&str, &str)) -> SpaceEvent {
    let (message, posted_on, last_day) = (message(number), day(posted_on), day(last_day));
    SpaceEvent::Notice(NoticeEvent::NotifiedByPost {
        at: at(on),
        message,
        posted_on,
        received_on: day(received_on),
        last_day,
        code_valid_until: last_day,
    })
}

pub(super) fn delivered(on: &str, delivered_on: &str, last_day: &str) -> SpaceEvent {
    let (message, delivered_on, last_day) = (message(1), day(delivered_on), day(last_day));
    SpaceEvent::Notice(NoticeEvent::DeliveryRecorded { at: at(on), message, delivered_on, last_day, code_valid_until: last_day })
}

pub(super) fn code_received(number: u128, on: &str, received_on: &str, until: &str) -> SpaceEvent {
    let (received_on, code_valid_until): (NaiveDate, NaiveDate) = (day(received_on), day(until));
    SpaceEvent::Code(CodeEvent::CodeReceived { at: at(on), message: message(number), received_on, code_valid_until })
}

pub(super) fn email_failed(on: &str, failure: NotificationFailure, retry_by: Option<Channel>, stage: Stage) -> SpaceEvent {
    SpaceEvent::Notice(NoticeEvent::NotificationFailed {
        at: at(on),
        message: message(1),
        channel: Channel::Email,
        failure,
        retry_by,
        stage,
    })
}

pub(super) fn letter_returned(number: u128, on: &str, retry_by: Option<Channel>, stage: Stage) -> SpaceEvent {
    let failure = NotificationFailure::Returned;
    SpaceEvent::Notice(NoticeEvent::NotificationFailed {
        at: at(on),
        message: message(number),
        channel: Channel::Post,
        failure,
        retry_by,
        stage,
    })
}

pub(super) fn code_undelivered(number: u128, on: &str, channel: Channel, failure: NotificationFailure) -> SpaceEvent {
    SpaceEvent::Code(CodeEvent::CodeUndelivered { at: at(on), message: message(number), channel, failure })
}

pub(super) fn found_unreachable(on: &str, reason: UnreachableReason) -> SpaceEvent {
    SpaceEvent::Notice(NoticeEvent::FoundUnreachable { at: at(on), reason })
}

pub(super) fn opposition(on: &str, via: OppositionChannel) -> SpaceEvent {
    let by = match via {
        OppositionChannel::Web => Party::Holder,
        OppositionChannel::Phone | OppositionChannel::Desk | OppositionChannel::Letter => agent(),
    };
    SpaceEvent::Opposition(OppositionEvent::Opposed { at: at(on), by, via, receipt: Receipt::for_opposition(space_id(), at(on)) })
}

pub(super) fn withdrawn(on: &str) -> SpaceEvent {
    SpaceEvent::Opposition(OppositionEvent::OppositionWithdrawn { at: at(on), by: agent(), via: OppositionChannel::Desk })
}

pub(super) fn technical_block(on: &str) -> SpaceEvent {
    SpaceEvent::Opening(OpeningEvent::OpeningBlocked { at: at(on), by: Party::Cnam, reason: BlockReason::Technical })
}

pub(super) fn denial(on: &str) -> SpaceEvent {
    SpaceEvent::Opening(OpeningEvent::OpeningBlocked { at: at(on), by: Party::Representative, reason: BlockReason::NotTheRepresentative })
}

pub(super) fn mended(on: &str, stage: Stage, notice_by: Option<Channel>, last_day: Option<&str>) -> SpaceEvent {
    let (by, reason, last_day) = (Party::Cnam, BlockReason::Technical, last_day.map(day));
    SpaceEvent::Opening(OpeningEvent::OpeningUnblocked { at: at(on), by, reason, stage, notice_by, last_day })
}

pub(super) fn opened(on: &str, ground: OpeningGround) -> SpaceEvent {
    let opened_on = crate::calendar::paris::day_of(at(on));
    SpaceEvent::Opening(OpeningEvent::OpenedByCnam { at: at(on), opened_on, ground, medical_record: MedicalRecordOrigin::Created })
}

pub(super) fn activated(on: &str, medical_record: Option<MedicalRecordOrigin>) -> SpaceEvent {
    SpaceEvent::Opening(OpeningEvent::Activated { at: at(on), by: Party::Holder, medical_record })
}

pub(super) fn legacy_joined(on: &str, created_on: &str) -> SpaceEvent {
    SpaceEvent::Opening(OpeningEvent::LegacyRecordJoined { at: at(on), created_on: day(created_on) })
}

pub(super) fn suspension(on: &str, last_day: &str) -> SpaceEvent {
    let informed_on = crate::calendar::paris::day_of(at(on));
    SpaceEvent::Suspension(SuspensionEvent::Suspended { at: at(on), ground: SuspensionGround::Fraud, informed_on, last_day: day(last_day) })
}

pub(super) fn closing(on: &str, ground: ClosingGround, archived_until: &str) -> SpaceEvent {
    let by = match ground {
        ClosingGround::Request => Party::Holder,
        ClosingGround::Death => insurer(),
        ClosingGround::Suspension => Party::Cnam,
    };
    let closed_on = crate::calendar::paris::day_of(at(on));
    SpaceEvent::Closing(ClosingEvent::Closed { at: at(on), by, ground, closed_on, archived_until: day(archived_until) })
}

/// Died the day before it was recorded.
pub(super) fn death(on: &str, stage: Stage) -> SpaceEvent {
    let died_on = crate::calendar::paris::day_of(at(on)).pred_opt().unwrap();
    SpaceEvent::Closing(ClosingEvent::DeathRecorded { at: at(on), by: insurer(), died_on, stage })
}

pub(super) fn represented(number: u128, kind: RepresentationKind) -> SpaceEvent {
    let ends_on = match kind {
        RepresentationKind::Minor => Some(day("2026-09-15")),
        RepresentationKind::ProtectedAdult => None,
    };
    let (representation, representative) = (representation_id(number), identity("PAUL"));
    SpaceEvent::Representation(RepresentationEvent::RepresentationDeclared {
        at: at(CREATED),
        by: insurer(),
        representation,
        kind,
        representative,
        ends_on,
    })
}

/// A grant to the first doctor, until a day or for as long as the policy says.
pub(super) fn granted(number: u128, until: Option<&str>) -> SpaceEvent {
    let to = Grantee::Professional { rpps: doctor(1) };
    let until = until.map(day).or_else(|| Policy::default().grant_days.last_day(&to, paris::day_of(at(LATER))));
    given_to(number, to, until)
}

/// A grant to the first doctor without an end.
pub(super) fn granted_for_good(number: u128) -> SpaceEvent {
    given_to(number, Grantee::Professional { rpps: doctor(1) }, None)
}

fn given_to(number: u128, to: Grantee, until: Option<NaiveDate>) -> SpaceEvent {
    let (grant, from) = (grant_id(number), paris::day_of(at(LATER)));
    let (by, to, scope, purpose) = (Party::Holder, Guarded::new(to), Scope::All, Purpose::Care);
    SpaceEvent::Access(AccessEvent::AccessGranted { at: at(LATER), by, grant, to, scope, purpose, from, until })
}

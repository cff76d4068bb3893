//! The requests that rules are tried with, each by who usually makes it.

use crate::access::{Grantee, Purpose, Scope};
use crate::party::Party;
use crate::space::commands::{
    Activate, BlockProfessional, CancelDestruction, Close, CloseSuspended, ComeOfAge, CreateSpace, DeclareContacts, DeclareRepresentative,
    DenyRepresentation, Destroy, EndRepresentation, ExpireAccess, GrantAccess, JoinLegacyRecord, LiftSuspension, MendTechnicalBlock,
    NewRepresentation, Open, Oppose, OpposeClosing, RecordDeath, RecordEmailFailed, RecordEmailSent, RecordLetterDelivered,
    RecordLetterPosted, RecordLetterReturned, ReissueCode, RenewSpace, Reopen, ReplaceIns, ReportTechnicalBlock, RequestDestruction,
    RevokeAccess, SendNotice, Suspend, UnblockProfessional, WithdrawOpposition,
};
use crate::space::terms::{NotificationFailure, OppositionChannel, RepresentationKind, SuspensionGround};
use crate::space::{Admission, Contacts, Proof};

use super::persons::{agent, at, code_of, day, doctor, grant_id, identity, ins, insurer, message, representation_id, space_id};

pub(super) fn create(on: &str, admission: Admission) -> CreateSpace {
    CreateSpace { at: at(on), space: space_id(), by: Party::Cnam, admission, representatives: Vec::new() }
}

/// A creation that names who acts for the person.
pub(super) fn create_represented(on: &str, admission: Admission, kind: RepresentationKind) -> CreateSpace {
    CreateSpace { representatives: vec![new_representation(1, kind)], ..create(on, admission) }
}

pub(super) fn new_representation(number: u128, kind: RepresentationKind) -> NewRepresentation {
    NewRepresentation { representation: representation_id(number), kind, representative: identity("PAUL") }
}

pub(super) fn declare_contacts(on: &str, contacts: Contacts) -> DeclareContacts {
    DeclareContacts { at: at(on), by: insurer(), contacts }
}

pub(super) fn replace_ins(on: &str) -> ReplaceIns {
    ReplaceIns { at: at(on), by: Party::Cnam, ins: ins() }
}

pub(super) fn send_notice(on: &str, number: u128) -> SendNotice {
    SendNotice { at: at(on), message: message(number), digest: code_of(number) }
}

pub(super) fn reissue(on: &str, number: u128) -> ReissueCode {
    ReissueCode { at: at(on), by: Party::Holder, message: message(number), digest: code_of(number) }
}

pub(super) fn email_sent(on: &str, number: u128) -> RecordEmailSent {
    RecordEmailSent { at: at(on), message: message(number) }
}

pub(super) fn email_bounced(on: &str, number: u128) -> RecordEmailFailed {
    RecordEmailFailed { at: at(on), message: message(number), failure: NotificationFailure::Bounced }
}

pub(super) fn letter_posted(on: &str, number: u128, posted_on: &str) -> RecordLetterPosted {
    RecordLetterPosted { at: at(on), message: message(number), posted_on: day(posted_on) }
}

pub(super) fn letter_delivered(on: &str, number: u128, delivered_on: &str) -> RecordLetterDelivered {
    RecordLetterDelivered { at: at(on), message: message(number), delivered_on: day(delivered_on) }
}

pub(super) fn letter_came_back(on: &str, number: u128) -> RecordLetterReturned {
    RecordLetterReturned { at: at(on), message: message(number) }
}

pub(super) fn oppose_at_desk(on: &str) -> Oppose {
    Oppose { at: at(on), by: agent(), via: OppositionChannel::Desk, proof: Proof::IdentityProved }
}

pub(super) fn oppose_on_web(on: &str, code_of_message: u128) -> Oppose {
    Oppose { at: at(on), by: Party::Holder, via: OppositionChannel::Web, proof: Proof::Code(code_of(code_of_message)) }
}

pub(super) fn withdraw_at_desk(on: &str) -> WithdrawOpposition {
    WithdrawOpposition { at: at(on), by: agent(), via: OppositionChannel::Desk, proof: Proof::IdentityProved }
}

pub(super) fn withdraw_on_web(on: &str, code_of_message: u128) -> WithdrawOpposition {
    WithdrawOpposition { at: at(on), by: Party::Holder, via: OppositionChannel::Web, proof: Proof::Code(code_of(code_of_message)) }
}

pub(super) fn deny(on: &str, code_of_message: u128) -> DenyRepresentation {
    DenyRepresentation { at: at(on), by: Party::Representative, proof: Proof::Code(code_of(code_of_message)) }
}

pub(super) fn report_block(on: &str) -> ReportTechnicalBlock {
    ReportTechnicalBlock { at: at(on) }
}

pub(super) fn mend_block(on: &str) -> MendTechnicalBlock {
    MendTechnicalBlock { at: at(on) }
}

pub(super) fn open_it(on: &str) -> Open {
    Open { at: at(on) }
}

pub(super) fn activate(on: &str, code_of_message: u128) -> Activate {
    Activate { at: at(on), by: Party::Holder, code: code_of(code_of_message) }
}

pub(super) fn join_legacy(on: &str, created_on: &str) -> JoinLegacyRecord {
    JoinLegacyRecord { at: at(on), created_on: day(created_on) }
}

pub(super) fn grant(on: &str, number: u128, until: Option<&str>) -> GrantAccess {
    let to = Grantee::Professional { rpps: doctor(1) };
    let (purpose, from, until) = (Purpose::Care, None, until.map(day));
    GrantAccess { at: at(on), by: Party::Holder, grant: grant_id(number), to, scope: Scope::All, purpose, from, until }
}

pub(super) fn revoke(on: &str, number: u128) -> RevokeAccess {
    RevokeAccess { at: at(on), by: Party::Holder, grant: grant_id(number) }
}

pub(super) fn expire(on: &str, number: u128) -> ExpireAccess {
    ExpireAccess { at: at(on), grant: grant_id(number) }
}

pub(super) fn block(on: &str, professional: u32) -> BlockProfessional {
    BlockProfessional { at: at(on), by: Party::Holder, professional: doctor(professional) }
}

pub(super) fn unblock(on: &str, professional: u32) -> UnblockProfessional {
    UnblockProfessional { at: at(on), by: Party::Holder, professional: doctor(professional) }
}

pub(super) fn declare_representative(on: &str, number: u128, kind: RepresentationKind) -> DeclareRepresentative {
    let (representation, representative) = (representation_id(number), identity("PAUL"));
    DeclareRepresentative { at: at(on), by: insurer(), representation, kind, representative }
}

pub(super) fn end_representation(on: &str, number: u128) -> EndRepresentation {
    EndRepresentation { at: at(on), by: insurer(), representation: representation_id(number) }
}

pub(super) fn come_of_age(on: &str) -> ComeOfAge {
    ComeOfAge { at: at(on) }
}

pub(super) fn suspend(on: &str) -> Suspend {
    Suspend { at: at(on), ground: SuspensionGround::Fraud }
}

pub(super) fn oppose_closing(on: &str) -> OpposeClosing {
    OpposeClosing { at: at(on), by: Party::Holder }
}

pub(super) fn lift_suspension(on: &str) -> LiftSuspension {
    LiftSuspension { at: at(on) }
}

pub(super) fn close_suspended(on: &str) -> CloseSuspended {
    CloseSuspended { at: at(on) }
}

/// Recorded by the insurer, the day after.
pub(super) fn record_death(on: &str) -> RecordDeath {
    let died_on = crate::calendar::paris::day_of(at(on)).pred_opt().unwrap();
    RecordDeath { at: at(on), by: insurer(), died_on }
}

pub(super) fn close(on: &str) -> Close {
    Close { at: at(on), by: Party::Holder }
}

pub(super) fn reopen(on: &str) -> Reopen {
    Reopen { at: at(on), by: Party::Holder }
}

pub(super) fn request_destruction(on: &str) -> RequestDestruction {
    RequestDestruction { at: at(on), by: Party::Holder }
}

pub(super) fn cancel_destruction(on: &str) -> CancelDestruction {
    CancelDestruction { at: at(on), by: Party::Holder }
}

pub(super) fn destroy(on: &str) -> Destroy {
    Destroy { at: at(on) }
}

pub(super) fn renew(on: &str, admission: Admission) -> RenewSpace {
    RenewSpace { at: at(on), by: Party::Cnam, admission }
}

//! The stored contract of a space's life: every fact, as it stands in the log.
//!
//! These names and fields are the storage format. A new fact is a new variant; an old one is never edited. What a policy
//! decided (a last day, a validity, who is told next) stands in the event, so no replay depends on today's policy.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::address::PostalAddress;
use crate::code::CodeDigest;
use crate::email::EmailAddress;
use crate::identity::Identity;
use crate::ids::{GrantId, MessageId, RepresentationId, SpaceId};
use crate::ins::Ins;
use crate::organism::{Department, InsurerCode};
use crate::party::{Grantee, Party};
use crate::personal::Personal;
use crate::phone::PhoneNumber;
use crate::rpps::Rpps;

use super::receipt::Receipt;
use super::terms::{
    BlockReason, Channel, ClosingGround, CodePurpose, DestructionGround, MedicalRecordOrigin, NotificationFailure, OpeningGround,
    OppositionChannel, RepresentationEnd, RepresentationKind, Scope, Stage, SuspensionGround, UnreachableReason,
};

/// What CNAM and the insurer know of a person when the space is created, or created anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Admission {
    /// The national health identity (INS).
    pub ins: Personal<Ins>,
    /// The civil traits that go with it.
    pub identity: Personal<Identity>,
    /// What the insurer holds to reach the person.
    pub contacts: Contacts,
    /// The fund the person belongs to.
    pub insurer: InsurerCode,
    /// Where the person lives, for the campaign's counts.
    pub department: Department,
    /// The eighteenth birthday of a minor; the day on which every representation of a minor ends.
    pub comes_of_age_on: Option<NaiveDate>,
    /// Since when the person has had a medical record (DMP) older than the space.
    pub medical_record_since: Option<NaiveDate>,
}

/// The contacts declared to the insurer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Contacts {
    /// Where the notice goes first.
    pub email: Option<Personal<EmailAddress>>,
    /// Where it goes without e-mail, or where the e-mail fails.
    pub address: Option<Personal<PostalAddress>>,
    /// Shown to agents, never used for a notice.
    pub phone: Option<Personal<PhoneNumber>>,
}

/// One fact in the life of a space. Every variant says when (`at`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum SpaceEvent {
    /// CNAM named an eligible person; `notice_by` is how the first notice will go (article R. 1111-28).
    SpaceCreated { at: DateTime<Utc>, space: SpaceId, by: Party, admission: Admission, notice_by: Option<Channel> },
    /// No means of telling the person is left: the space waits, and never opens by itself.
    FoundUnreachable { at: DateTime<Utc>, reason: UnreachableReason },
    /// The insurer declared where the person can be reached; `notice_by` where that lets a waiting notice go.
    ContactsDeclared { at: DateTime<Utc>, by: Party, contacts: Contacts, notice_by: Option<Channel> },
    /// The INS was replaced by the national identity service; the space keeps its id.
    InsReplaced { at: DateTime<Utc>, by: Party, ins: Personal<Ins> },
    /// A provisional code was made for one message; the code before it is revoked.
    CodeIssued {
        at: DateTime<Utc>,
        message: MessageId,
        channel: Channel,
        purpose: CodePurpose,
        digest: CodeDigest,
        /// How many wrong codes lock this one.
        wrong_codes_allowed: u8,
        /// From when another may be asked for.
        reissue_from: DateTime<Utc>,
    },
    /// A code reached the person outside a notice that counts (reissued, or opposed meanwhile); no window is moved by it.
    CodeReceived { at: DateTime<Utc>, message: MessageId, received_on: NaiveDate, code_valid_until: NaiveDate },
    /// A code's message failed while no window hung on it (reissued, opposed or opened meanwhile): only the code is missing.
    CodeUndelivered { at: DateTime<Utc>, message: MessageId, channel: Channel, failure: NotificationFailure },
    /// Somebody entered a code that is not the code; `left` more lock it.
    WrongCodeEntered { at: DateTime<Utc>, left: u8 },
    /// Too many wrong codes; a new one must be issued.
    CodeLocked { at: DateTime<Utc> },
    /// The notice left by e-mail and was accepted; the window runs from `received_on`.
    NotifiedByEmail { at: DateTime<Utc>, message: MessageId, received_on: NaiveDate, last_day: NaiveDate, code_valid_until: NaiveDate },
    /// The notice left by post; the window runs from `received_on`, presumed from the posting.
    NotifiedByPost {
        at: DateTime<Utc>,
        message: MessageId,
        posted_on: NaiveDate,
        received_on: NaiveDate,
        last_day: NaiveDate,
        code_valid_until: NaiveDate,
    },
    /// The carrier recorded the letter's delivery; the window runs from that day instead of the presumed one.
    DeliveryRecorded { at: DateTime<Utc>, message: MessageId, delivered_on: NaiveDate, last_day: NaiveDate, code_valid_until: NaiveDate },
    /// A sending failed and informed nobody: its window is void; `retry_by` is how the next notice goes, now.
    NotificationFailed {
        at: DateTime<Utc>,
        message: MessageId,
        channel: Channel,
        failure: NotificationFailure,
        retry_by: Option<Channel>,
        /// Where the space now is: created (a notice is owed), unreachable, or still blocked.
        stage: Stage,
    },
    /// The opening was opposed, before it had happened.
    Opposed { at: DateTime<Utc>, by: Party, via: OppositionChannel, receipt: Receipt },
    /// The person changed their mind; the opening follows at once, in the same decision, unless a block stands.
    OppositionWithdrawn { at: DateTime<Utc>, by: Party, via: OppositionChannel },
    /// The opening cannot go on until this is mended.
    OpeningBlocked { at: DateTime<Utc>, by: Party, reason: BlockReason },
    /// `reason` was mended: the space is back in `stage`; `notice_by` where somebody must be told first.
    OpeningUnblocked {
        at: DateTime<Utc>,
        by: Party,
        reason: BlockReason,
        stage: Stage,
        notice_by: Option<Channel>,
        /// The end of the window that still counts, where the space is notified again.
        last_day: Option<NaiveDate>,
    },
    /// CNAM opened the space, and with it the medical record (articles R. 1111-28 and L. 1111-14).
    OpenedByCnam { at: DateTime<Utc>, opened_on: NaiveDate, ground: OpeningGround, medical_record: MedicalRecordOrigin },
    /// The holder signed up with the code; before the opening, this opens the space (`medical_record` is then said here).
    Activated { at: DateTime<Utc>, by: Party, medical_record: Option<MedicalRecordOrigin> },
    /// The holder let somebody see all or part of the space, until the end of `until` if given.
    AccessGranted { at: DateTime<Utc>, by: Party, grant: GrantId, to: Grantee, scope: Scope, until: Option<NaiveDate> },
    /// The holder took an authorisation back.
    AccessRevoked { at: DateTime<Utc>, by: Party, grant: GrantId },
    /// An authorisation came to its end.
    AccessExpired { at: DateTime<Utc>, grant: GrantId },
    /// The holder blocked a professional, whose authorisations `ended` for good.
    ProfessionalBlocked { at: DateTime<Utc>, by: Party, professional: Rpps, ended: Vec<GrantId> },
    /// The holder unblocked a professional; old authorisations do not come back.
    ProfessionalUnblocked { at: DateTime<Utc>, by: Party, professional: Rpps },
    /// Somebody acts for a minor (until `ends_on`, the eighteenth birthday) or a protected adult.
    RepresentationDeclared {
        at: DateTime<Utc>,
        by: Party,
        representation: RepresentationId,
        kind: RepresentationKind,
        representative: Personal<Identity>,
        ends_on: Option<NaiveDate>,
    },
    /// A representation is over.
    RepresentationEnded { at: DateTime<Utc>, representation: RepresentationId, reason: RepresentationEnd },
    /// The holder reached eighteen; every representation of a minor ended with it.
    CameOfAge { at: DateTime<Utc>, on: NaiveDate },
    /// CNAM suspended the space and told the person, who may oppose the closing until the end of `last_day` (article R. 1111-36).
    Suspended { at: DateTime<Utc>, ground: SuspensionGround, informed_on: NaiveDate, last_day: NaiveDate },
    /// The person opposed the closing of the suspended space: it is back in `stage`.
    ClosingOpposed { at: DateTime<Utc>, by: Party, stage: Stage },
    /// CNAM mended what made it suspend: the space is back in `stage`.
    SuspensionLifted { at: DateTime<Utc>, stage: Stage },
    /// The person died; before an opening, the process ends here.
    DeathRecorded { at: DateTime<Utc>, by: Party, died_on: NaiveDate, stage: Stage },
    /// The space was closed; its content is archived until the end of `archived_until` (article R. 1111-36).
    Closed { at: DateTime<Utc>, by: Party, ground: ClosingGround, closed_on: NaiveDate, archived_until: NaiveDate },
    /// The archive came back, and the space is in `stage` again.
    Reopened { at: DateTime<Utc>, by: Party, stage: Stage },
    /// The holder expressly asked for the archive to be destroyed, on `destroy_on` (article R. 1111-36).
    DestructionRequested { at: DateTime<Utc>, by: Party, destroy_on: NaiveDate },
    /// That request was taken back while pending.
    DestructionCancelled { at: DateTime<Utc>, by: Party },
    /// The content is gone for everybody: the space's key was destroyed with this event.
    Destroyed { at: DateTime<Utc>, ground: DestructionGround },
    /// A new, empty space was asked for after the destruction; it is open under the same id and a new key.
    SpaceRenewed { at: DateTime<Utc>, by: Party, admission: Admission },
}

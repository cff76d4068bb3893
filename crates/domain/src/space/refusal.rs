//! Every rule of a space's life that can say no, and what the caller needs to mend it.
//!
//! Where several rules say no, the first of this order answers (`tests/order.rs` holds it as a table):
//!
//! 1. there is no such space
//! 2. the party may not ask this, or not this way
//! 3. the proof: whoever has not proved who they are learns nothing about the space
//! 4. the life: destroyed, deceased, closed, suspended, opposed, blocked, …
//! 5. the thing named: no such authorisation, wrong channel, …
//! 6. the dates

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::refusal::AccessRefusal;
use crate::ids::MessageId;
use crate::party::Party;

use super::terms::{BlockReason, Channel, OppositionChannel, Stage, UnreachableReason};

/// A command that a rule forbids.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpaceRefusal {
    /// Nothing but a creation may be asked of a space that does not exist.
    #[error("no such space")]
    NoSuchSpace,
    /// Somebody else must ask for this.
    #[error("only {expected} may ask for this")]
    PartyNotAllowed {
        /// Who may.
        expected: Parties,
    },
    /// An adult's representative acts under a declared representation only.
    #[error("no representation stands for this person")]
    NotARepresentative,
    /// On the web and by phone the code is the proof.
    #[error("the code is needed {via}")]
    CodeNeeded {
        /// How it was tried.
        via: OppositionChannel,
    },
    /// At a desk and by letter an agent proves the identity.
    #[error("the identity must be proved {via}")]
    IdentityNeeded {
        /// How it was tried.
        via: OppositionChannel,
    },
    /// No code was ever issued.
    #[error("no code is in force: ask for one")]
    NoCode,
    /// A code works once.
    #[error("the code has been used: ask for a new one")]
    CodeUsed,
    /// Too many wrong codes.
    #[error("the code is locked: ask for a new one")]
    CodeLocked,
    /// The code's days are over.
    #[error("the code was valid until {valid_until}: ask for a new one")]
    CodeExpired {
        /// Its last day.
        valid_until: NaiveDate,
    },
    /// Not the code; the attempt is recorded.
    #[error("wrong code: {left} attempts left")]
    WrongCode {
        /// How many more may be tried.
        left: u8,
    },
    /// The person died.
    #[error("the person has died")]
    Deceased,
    /// Nobody can read or change it any more.
    #[error("the space is destroyed")]
    SpaceDestroyed,
    /// It is archived.
    #[error("closed since {closed_on}")]
    SpaceClosed {
        /// Since when.
        closed_on: NaiveDate,
    },
    /// Access is suspended by CNAM.
    #[error("suspended: the closing may be opposed until {last_day}")]
    SpaceSuspended {
        /// The last day to oppose the closing.
        last_day: NaiveDate,
    },
    /// What comes before the opening comes too late.
    #[error("already open since {opened_on}")]
    AlreadyOpen {
        /// Since when.
        opened_on: NaiveDate,
    },
    /// What comes after the opening comes too early.
    #[error("not open yet: the space is {stage}")]
    NotOpen {
        /// Where it is.
        stage: Stage,
    },
    /// A code serves nothing once the holder has signed up.
    #[error("already active")]
    AlreadyActive,
    /// An opposition that was recorded first always wins.
    #[error("opposed since {since}")]
    OppositionStands {
        /// The date of the receipt.
        since: NaiveDate,
    },
    /// There is no opposition to withdraw.
    #[error("no opposition stands")]
    NotOpposed,
    /// The opening waits for something to be mended.
    #[error("the opening is blocked: {reason}")]
    OpeningBlocked {
        /// What must be mended.
        reason: BlockReason,
    },
    /// Nobody could be told: it never opens by itself.
    #[error("the person cannot be told: {reason}")]
    Unreachable {
        /// Why.
        reason: UnreachableReason,
    },
    /// The person was not told yet.
    #[error("the person has not been told yet")]
    NotNotified,
    /// The window still runs.
    #[error("the opening may be opposed until the end of {last_day}")]
    WindowRunning {
        /// Its last day.
        last_day: NaiveDate,
    },
    /// The notice, with its code, is on its way.
    #[error("a notice is on its way")]
    NoticeUnderWay {
        /// In this message.
        message: MessageId,
    },
    /// No notice is owed.
    #[error("no notice is owed: the space is {stage}")]
    NoNoticeOwed {
        /// Where it is.
        stage: Stage,
    },
    /// No working address is known.
    #[error("no working contact is known: declare one to the insurer")]
    NoContact,
    /// A reissue waits a little after the last code.
    #[error("a new code may be asked for from {from}")]
    ReissueTooSoon {
        /// The first instant at which it may.
        from: DateTime<Utc>,
    },
    /// The message did not go this way.
    #[error("the message goes by {channel}")]
    WrongChannel {
        /// How it goes.
        channel: Channel,
    },
    /// A letter is delivered after it was posted.
    #[error("the letter has not been posted yet")]
    LetterNotPosted,
    /// A day that cannot be true would shorten or lengthen somebody's rights.
    #[error("impossible day {day}: expected {earliest} to {latest}")]
    ImpossibleDay {
        /// The day that was given.
        day: NaiveDate,
        /// The first possible day.
        earliest: NaiveDate,
        /// The last possible day.
        latest: NaiveDate,
    },
    /// Only a minor has a minor's representative.
    #[error("the holder is not a minor")]
    NotAMinor,
    /// The eighteenth birthday is still to come.
    #[error("comes of age on {on}")]
    NotYetOfAge {
        /// The eighteenth birthday.
        on: NaiveDate,
    },
    /// No such representation was ever declared.
    #[error("no such representation")]
    NoSuchRepresentation,
    /// No such authorisation was ever given.
    #[error("no such authorisation")]
    NoSuchGrant,
    /// This id already names another authorisation.
    #[error("this id already names another authorisation")]
    GrantIdTaken,
    /// An authorisation opens something.
    #[error("an authorisation names at least one section")]
    EmptyScope,
    /// An authorisation ends after it begins.
    #[error("the authorisation would have ended on {until}")]
    GrantAlreadyOver {
        /// The end that was asked for.
        until: NaiveDate,
    },
    /// The authorisation has not come to its end.
    #[error("the authorisation still runs")]
    GrantStillRuns {
        /// Its last day, if it has one.
        until: Option<NaiveDate>,
    },
    /// A blocked professional is let in by nothing until unblocked.
    #[error("the professional is blocked")]
    ProfessionalIsBlocked,
    /// The gate refuses what a professional asks.
    #[error("{because}")]
    AccessRefused {
        /// Why.
        because: AccessRefusal,
    },
    /// A person has few caregivers at a time.
    #[error("a person has at most {at_most} caregivers at a time")]
    TooManyCaregivers {
        /// How many they may have.
        at_most: usize,
    },
    /// Somebody else helps a person, or represents them.
    #[error("this names the person themselves")]
    SamePerson,
    /// No such invitation was ever sent, or not to this person.
    #[error("no such invitation")]
    NoSuchInvitation,
    /// One invitation stands at a time.
    #[error("an invitation stands already, until {until}")]
    InvitationStands {
        /// Its last day.
        until: NaiveDate,
    },
    /// An invitation works once, and not after it was taken back.
    #[error("the invitation was used or taken back")]
    InvitationOver,
    /// The days of the invitation are over.
    #[error("the invitation could be accepted until {until}")]
    InvitationLapsed {
        /// Its last day.
        until: NaiveDate,
    },
    /// Two parents represent the minor already.
    #[error("two parents represent this minor already")]
    TwoParentsKnown,
    /// Nobody consents to a purpose that the law forbids (article L. 1111-18).
    #[error("the law forbids this purpose, even with consent")]
    ForbiddenPurpose,
    /// There is no suspension.
    #[error("not suspended: the space is {stage}")]
    NotSuspended {
        /// Where it is.
        stage: Stage,
    },
    /// The closing of the suspended space may still be opposed.
    #[error("the closing may be opposed until the end of {last_day}")]
    ClosingWindowRunning {
        /// The last day.
        last_day: NaiveDate,
    },
    /// Only an archive can be destroyed or come back.
    #[error("not closed: the space is {stage}")]
    NotClosed {
        /// Where it is.
        stage: Stage,
    },
    /// The archive is about to be destroyed on request.
    #[error("destruction is pending for {destroy_on}: cancel it first")]
    DestructionPending {
        /// When it falls due.
        destroy_on: NaiveDate,
    },
    /// The ten years are over.
    #[error("archived until {archived_until} only")]
    ArchiveOver {
        /// The archive's last day.
        archived_until: NaiveDate,
    },
    /// Nothing is due for destruction yet.
    #[error("{}", first_destruction(*due_on))]
    DestructionNotDue {
        /// The first day on which it may happen, where there is one.
        due_on: Option<NaiveDate>,
    },
    /// A new space is asked for after the destruction of the old.
    #[error("not destroyed: the space is {stage}")]
    NotDestroyed {
        /// Where it is.
        stage: Stage,
    },
    /// One older medical record joins a space.
    #[error("the medical record of {created_on} has joined the space")]
    LegacyRecordKnown {
        /// When the one that joined was created.
        created_on: NaiveDate,
    },
    /// Nothing from before a destruction comes back.
    #[error("the space began anew, and empty")]
    BeganEmpty,
}

fn first_destruction(due_on: Option<NaiveDate>) -> String {
    due_on.map_or_else(|| "no destruction falls due".to_owned(), |due_on| format!("destruction falls due on {due_on}"))
}

/// The parties that a rule lets ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parties {
    /// The holder or a representative.
    HolderSide,
    /// A representative alone.
    Representative,
    /// The holder or a representative, or a support agent for them.
    HolderSideOrSupport,
    /// They, a support agent, or their insurer.
    HolderSideOrAgent,
    /// Who has proved an identity: a support agent or the insurer.
    Agent,
    /// Who keeps the persons' data: CNAM or the insurer.
    Registrar,
    /// They, or a support agent.
    RegistrarOrSupport,
    /// All of these.
    Declarant,
}

impl Parties {
    /// Whether this party is one of them.
    pub const fn include(self, party: &Party) -> bool {
        match party {
            Party::Holder => match self {
                Self::HolderSide | Self::HolderSideOrSupport | Self::HolderSideOrAgent | Self::Declarant => true,
                Self::Representative | Self::Agent | Self::Registrar | Self::RegistrarOrSupport => false,
            },
            Party::Representative => match self {
                Self::HolderSide | Self::Representative | Self::HolderSideOrSupport | Self::HolderSideOrAgent | Self::Declarant => true,
                Self::Agent | Self::Registrar | Self::RegistrarOrSupport => false,
            },
            Party::Support { .. } => match self {
                Self::HolderSideOrSupport | Self::HolderSideOrAgent | Self::Agent | Self::RegistrarOrSupport | Self::Declarant => true,
                Self::HolderSide | Self::Representative | Self::Registrar => false,
            },
            Party::Insurer { .. } => match self {
                Self::HolderSideOrAgent | Self::Agent | Self::Registrar | Self::RegistrarOrSupport | Self::Declarant => true,
                Self::HolderSide | Self::Representative | Self::HolderSideOrSupport => false,
            },
            Party::Cnam => match self {
                Self::Registrar | Self::RegistrarOrSupport | Self::Declarant => true,
                Self::HolderSide | Self::Representative | Self::HolderSideOrSupport | Self::HolderSideOrAgent | Self::Agent => false,
            },
            Party::Professional { .. } | Party::Clock => false,
        }
    }
}

impl fmt::Display for Parties {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::HolderSide => "the holder or a representative",
            Self::Representative => "a representative",
            Self::HolderSideOrSupport => "the holder, a representative or a support agent",
            Self::HolderSideOrAgent => "the holder, a representative, a support agent or the insurer",
            Self::Agent => "a support agent or the insurer",
            Self::Registrar => "CNAM or the insurer",
            Self::RegistrarOrSupport => "CNAM, the insurer or a support agent",
            Self::Declarant => "the holder, a representative, a support agent, the insurer or CNAM",
        })
    }
}

//! The trade's words that the events of a space are made of: stages, channels, grounds, reasons.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

/// Where a space is in its life.
///
/// created → notified → open → active, with opposed, blocked, unreachable and ended before the opening,
/// suspended, closed and destroyed after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// A notice is owed.
    Created,
    /// Told; the window runs or is over.
    Notified,
    /// Nobody could be told; it never opens by itself.
    Unreachable,
    /// An opposition stands.
    Opposed,
    /// The opening waits for something to be mended.
    Blocked,
    /// Opened, never activated: already fed and read by professionals.
    Open,
    /// Opened, and the holder has signed up.
    Active,
    /// Access is suspended by CNAM.
    Suspended,
    /// Archived.
    Closed,
    /// Nobody can read the content any more.
    Destroyed,
    /// The person died before any opening.
    Ended,
}

/// As it completes “the space is …”.
impl Display for Stage {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Created => "created",
            Self::Notified => "notified",
            Self::Unreachable => "unreachable",
            Self::Opposed => "opposed",
            Self::Blocked => "blocked",
            Self::Open => "open",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
            Self::Destroyed => "destroyed",
            Self::Ended => "ended",
        })
    }
}

/// How a message reaches a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By e-mail.
    Email,
    /// By letter.
    Post,
}

/// As it completes “the message goes by …”.
impl Display for Channel {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Email => "e-mail",
            Self::Post => "post",
        })
    }
}

/// Why a code was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodePurpose {
    /// It rides on the notice that starts the window.
    Notice,
    /// The person asked for a new one.
    Reissue,
}

/// Why a person cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnreachableReason {
    /// The insurer knows neither e-mail nor postal address.
    NoContact,
    /// The e-mail failed and there is no postal address.
    EmailFailed,
    /// The letter came back.
    LetterReturned,
}

impl Display for UnreachableReason {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoContact => "no contact is known",
            Self::EmailFailed => "the e-mail failed and no postal address is known",
            Self::LetterReturned => "the letter came back",
        })
    }
}

/// Why a sending informed nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationFailure {
    /// The mail server refused it at once (a 5xx reply).
    Refused,
    /// A delivery status notification (RFC 3464) said later that it failed.
    Bounced,
    /// It could not be handed over before the retries ran out.
    Undeliverable,
    /// The letter came back to the sender.
    Returned,
}

/// How an opposition, or its withdrawal, was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OppositionChannel {
    /// On the site, with the code.
    Web,
    /// By phone (3422), the code read to an agent.
    Phone,
    /// At a desk, the identity proved to an agent.
    Desk,
    /// By letter, the identity proved to an agent.
    Letter,
}

/// As it completes “the code is needed …”.
impl Display for OppositionChannel {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Web => "on the web",
            Self::Phone => "by phone",
            Self::Desk => "at a desk",
            Self::Letter => "by letter",
        })
    }
}

/// Why the opening waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockReason {
    /// The addressee declared not to be the child's representative.
    NotTheRepresentative,
    /// CNAM cannot open it for now; the person is told without delay (article R. 1111-28).
    Technical,
}

impl Display for BlockReason {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotTheRepresentative => "the addressee is not the representative",
            Self::Technical => "a technical reason",
        })
    }
}

/// What let a space be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpeningGround {
    /// The window was over and nobody had opposed.
    WindowOver,
    /// The opposition was withdrawn.
    OppositionWithdrawn,
}

/// Where the medical record (DMP) of an opened space comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MedicalRecordOrigin {
    /// It was created with the opening.
    Created,
    /// An older one joined the space.
    Joined,
}

/// Who a representative is to the holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepresentationKind {
    /// Of a minor: *représentant légal*.
    Minor,
    /// Of a protected adult: *personne chargée de la mesure de protection*.
    ProtectedAdult,
}

/// Why a representation is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepresentationEnd {
    /// The holder came of age.
    CameOfAge,
    /// The addressee is not the representative.
    Denied,
    /// The insurer or the court ended it.
    Ended,
}

/// Why CNAM suspended a space (article R. 1111-36).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspensionGround {
    /// Fraudulent use.
    Fraud,
    /// A serious malfunction.
    Malfunction,
}

/// Why a space was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosingGround {
    /// The holder or a representative asked.
    Request,
    /// The holder died (article L. 1111-13-1).
    Death,
    /// CNAM suspended it and nobody opposed the closing.
    Suspension,
}

/// Why the content was destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DestructionGround {
    /// On the holder's express request.
    Request,
    /// The ten years of the archive were over.
    ArchiveOver,
}

/// A section of the space, as authorisations name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// Administrative data.
    AdministrativeData,
    /// Medical record (DMP).
    MedicalRecord,
    /// Reimbursements.
    Reimbursements,
    /// Messaging.
    Messaging,
    /// Agenda.
    Agenda,
    /// Catalogue of services.
    Catalogue,
    /// Authorisations.
    Authorisations,
    /// Health measures.
    Measures,
    /// Medical profile.
    MedicalProfile,
}

impl Section {
    /// Every section.
    pub const ALL: [Self; 9] = [
        Self::AdministrativeData,
        Self::MedicalRecord,
        Self::Reimbursements,
        Self::Messaging,
        Self::Agenda,
        Self::Catalogue,
        Self::Authorisations,
        Self::Measures,
        Self::MedicalProfile,
    ];
}

/// What a message to a person is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// The prior notice, with a code (article R. 1111-28).
    Notice,
    /// A new code that the person asked for.
    Code,
    /// The space cannot be opened for a technical reason (article R. 1111-28: without delay).
    TechnicalBlock,
    /// The space is suspended, and closes unless opposed (article R. 1111-36).
    Suspension,
    /// Somebody read in an emergency (article L. 1111-17 I).
    EmergencyReading,
    /// A document that somebody had read was another person's.
    WrongPatient,
    /// A document awaits a consultation with a professional (article R. 1111-53).
    AnnouncementInvitation,
    /// Somebody read for the first time on that day; the holder asked to be told.
    NewReader,
}

impl MessageKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Notice,
        Self::Code,
        Self::TechnicalBlock,
        Self::Suspension,
        Self::EmergencyReading,
        Self::WrongPatient,
        Self::AnnouncementInvitation,
        Self::NewReader,
    ];
}

/// Whether the holder asked to be told by e-mail of each new reader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReaderMessages {
    /// They did not, or no longer.
    #[default]
    Unwanted,
    /// They did.
    Wanted,
}

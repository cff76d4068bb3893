//! Every rule of the record that can say no, besides the gate, and what the caller needs to mend it.
//!
//! The gate is asked first, so that a stranger learns nothing of a document. Then: whether there is one, what became of it, what is asked.

use chrono::NaiveDate;

use crate::access::AccessRefusal;

/// Why a request to a document is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentRefusal {
    /// The gate refuses it.
    #[error(transparent)]
    Access(#[from] AccessRefusal),
    /// No such document was ever deposited.
    #[error("no such document")]
    NoSuchDocument,
    /// This id already names a document of another content or author.
    #[error("this id already names another document")]
    DocumentIdTaken,
    /// Its author took it back.
    #[error("the document was withdrawn by its author")]
    DocumentWithdrawn,
    /// The holder's side deleted it.
    #[error("the document was deleted")]
    DocumentDeleted,
    /// It was another person's.
    #[error("the document was moved out: it was another person's")]
    DocumentMovedOut,
    /// The holder's side deposits documents of the patient's types only.
    #[error("a holder deposits documents of the types DOCPAT and EXPPAT only")]
    PatientTypeNeeded,
    /// The patient's types are for what the holder's side deposits.
    #[error("documents of the types DOCPAT and EXPPAT are deposited by the holder only")]
    PatientTypeReserved,
    /// An act has taken place, and not so long ago that it must be a slip.
    #[error("impossible days of the act: expected {earliest} to {latest}")]
    ActDaysImpossible {
        /// The first possible day.
        earliest: NaiveDate,
        /// The last possible day.
        latest: NaiveDate,
    },
    /// Nobody feeds the record for the time in which the person opposed.
    #[error("{}", opposed(*since, *until))]
    ActWhileOpposed {
        /// The day of the opposition.
        since: NaiveDate,
        /// The day of its withdrawal.
        until: Option<NaiveDate>,
    },
    /// Only CNAM brings documents of an older record.
    #[error("only CNAM brings documents of an older record")]
    LegacyReserved,
    /// A document of an older record was deposited there after the record was created, and not in the future.
    #[error("impossible instant of the first deposit: expected {earliest} to {latest}")]
    FirstDepositImpossible {
        /// The day on which the older record was created.
        earliest: NaiveDate,
        /// Today.
        latest: NaiveDate,
    },
    /// Only a professional announces what they found.
    #[error("only a professional's document awaits an announcement")]
    AnnouncementReserved,
    /// The document does not await an announcement.
    #[error("the document awaits no announcement")]
    NothingToAnnounce,
    /// The keys of the space were destroyed, or the values are not opened here: nothing can be decided.
    #[error("the document is sealed")]
    DocumentSealed,
}

fn opposed(since: NaiveDate, until: Option<NaiveDate>) -> String {
    let end = until.map_or_else(String::new, |until| format!(" until {until}"));
    format!("the person opposed from {since}{end}: nothing is recorded for these days")
}

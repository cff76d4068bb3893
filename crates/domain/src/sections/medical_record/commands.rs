//! What may be asked of a document: one command with its request, decided by the gate first and then by the record's own rules.

use chrono::{DateTime, Utc};

use crate::access::{Action, Purpose, Reader};
use crate::policy::Policy;
use crate::space::HealthSpace;

use super::asked::Asked;
use super::authorship;
use super::events::DocumentEvent;
use super::handling;
use super::refusal::DocumentRefusal;
use super::state::Document;

pub use super::authorship::{Correction, Explanation, NewDocument, NewVersion};

/// Any request to a document: when, by whom, what for, and what.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "a request's sentence says what its fields are")]
pub struct DocumentCommand {
    pub at: DateTime<Utc>,
    pub by: Reader,
    pub purpose: Purpose,
    pub request: DocumentRequest,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum DocumentRequest {
    /// Put it into the record. The same deposit again changes nothing.
    Deposit(NewDocument),
    /// Give it a new version; the one before is superseded.
    Replace(NewVersion),
    /// Correct what is said of it.
    CorrectMetadata(Correction),
    /// Take it back.
    Withdraw,
    /// Take it out, because it is another person's.
    MoveOut,
    /// Hide it from professionals. Hiding many is as many commands.
    Hide,
    /// Show it to professionals again.
    Show,
    /// Hide it from representatives.
    HideFromRepresentatives,
    /// Show it to representatives again.
    ShowToRepresentatives,
    /// Note that the consultation that it awaited took place.
    Announce,
    /// Put it aside.
    Archive,
    /// Bring it back among the current ones.
    Unarchive,
    /// Keep it at the top of the list.
    Pin,
    /// Keep it there no longer.
    Unpin,
    /// Delete it, where the holder's side deposited it.
    Delete,
}

impl DocumentRequest {
    /// What the gate is asked for it.
    pub const fn action(&self) -> Action {
        match self {
            Self::Deposit(_) => Action::Deposit,
            Self::Replace(_) => Action::Replace,
            Self::CorrectMetadata(_) => Action::CorrectMetadata,
            Self::Withdraw => Action::Withdraw,
            Self::MoveOut => Action::MoveOut,
            Self::Hide => Action::Hide,
            Self::Show => Action::Show,
            Self::HideFromRepresentatives => Action::HideFromRepresentatives,
            Self::ShowToRepresentatives => Action::ShowToRepresentatives,
            Self::Announce => Action::Announce,
            Self::Archive => Action::Archive,
            Self::Unarchive => Action::Unarchive,
            Self::Pin => Action::Pin,
            Self::Unpin => Action::Unpin,
            Self::Delete => Action::Delete,
        }
    }
}

impl DocumentCommand {
    pub(super) fn decide(self, document: &Document, space: &HealthSpace, policy: &Policy) -> Result<Vec<DocumentEvent>, DocumentRefusal> {
        let Self { at, by, purpose, request } = self;
        let asked = Asked { at, by: &by, purpose, space, policy };
        match request {
            DocumentRequest::Deposit(new) => new.decide(&asked, document),
            DocumentRequest::Replace(version) => version.decide(&asked, document),
            DocumentRequest::CorrectMetadata(correction) => correction.decide(&asked, document),
            DocumentRequest::Withdraw => authorship::withdraw(&asked, document),
            DocumentRequest::MoveOut => authorship::move_out(&asked, document),
            DocumentRequest::Hide => handling::hide(&asked, document),
            DocumentRequest::Show => handling::show(&asked, document),
            DocumentRequest::HideFromRepresentatives => handling::hide_from_representatives(&asked, document),
            DocumentRequest::ShowToRepresentatives => handling::show_to_representatives(&asked, document),
            DocumentRequest::Announce => handling::announce(&asked, document),
            DocumentRequest::Archive => handling::archive(&asked, document),
            DocumentRequest::Unarchive => handling::unarchive(&asked, document),
            DocumentRequest::Pin => handling::pin(&asked, document),
            DocumentRequest::Unpin => handling::unpin(&asked, document),
            DocumentRequest::Delete => handling::delete(&asked, document),
        }
    }

    /// The name of the request, for logs and metrics.
    pub const fn name(&self) -> &'static str {
        match &self.request {
            DocumentRequest::Deposit(_) => "DepositDocument",
            DocumentRequest::Replace(_) => "ReplaceDocument",
            DocumentRequest::CorrectMetadata(_) => "CorrectMetadata",
            DocumentRequest::Withdraw => "WithdrawDocument",
            DocumentRequest::MoveOut => "MoveDocumentOut",
            DocumentRequest::Hide => "HideDocument",
            DocumentRequest::Show => "ShowDocument",
            DocumentRequest::HideFromRepresentatives => "HideFromRepresentatives",
            DocumentRequest::ShowToRepresentatives => "ShowToRepresentatives",
            DocumentRequest::Announce => "AnnounceDocument",
            DocumentRequest::Archive => "ArchiveDocument",
            DocumentRequest::Unarchive => "UnarchiveDocument",
            DocumentRequest::Pin => "PinDocument",
            DocumentRequest::Unpin => "UnpinDocument",
            DocumentRequest::Delete => "DeleteDocument",
        }
    }

    /// Whether it may be the first thing that is asked of a document.
    pub const fn may_begin(&self) -> bool {
        matches!(&self.request, DocumentRequest::Deposit(_))
    }
}

//! The traces of those who look after spaces: what they read of a space is a consultation, in its log before the answer leaves (ADR 36).
//!
//! request --of the person's own side--> nothing to trace        --of anybody else--> `Consult` --traced--> rows
//! - what an auditor reads of a space stands in the accesses that the holder sees
//! - the pages of a history that one reader asks for in a minute are one consultation
//! - an agent who looks at who may read a space leaves a trace

use ens_domain::access::{Action, Reader};
use ens_domain::sections::consultations::{Consult, ConsultationCommand, Subject};
use ens_domain::stream::StreamId;
use ens_store::CommandEnvelope;

use crate::app::App;
use crate::http::wire::{SpaceTarget, execute, trace_of_minute};
use crate::problem::Problem;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looked {
    /// The state of the space.
    State,
    /// Its history.
    History,
    /// Who may read it.
    Authorisations,
}

impl Looked {
    const fn subject(self) -> Subject {
        match self {
            Self::State | Self::History => Subject::Life,
            Self::Authorisations => Subject::Directory { document: None },
        }
    }

    /// Whether it leaves a trace. The person's own side reads what is theirs. CNAM, insurers and agents ask for the state before each of
    /// their acts, which are events.
    const fn is_traced(self, reader: &Reader) -> bool {
        match (reader, self) {
            (Reader::Holder | Reader::Representative | Reader::Caregiver { .. }, Self::State | Self::History | Self::Authorisations)
            | (Reader::Cnam | Reader::Insurer { .. } | Reader::Support { .. }, Self::State) => false,
            (Reader::Cnam | Reader::Insurer { .. } | Reader::Support { .. }, Self::History | Self::Authorisations)
            | (
                Reader::Professional(_) | Reader::Service { .. } | Reader::Auditor | Reader::Admin,
                Self::State | Self::History | Self::Authorisations,
            ) => true,
        }
    }
}

/// Writes the trace, where there is one to write, and returns once it is in the log.
///
/// # Errors
/// The refusal of the domain for a reader who may not look at this.
pub(super) async fn trace(app: &App, target: &SpaceTarget, looked: Looked) -> Result<(), Problem> {
    let (caller, at, by) = (&target.caller, app.now(), target.caller.reader());
    if !looked.is_traced(&by) {
        return Ok(());
    }
    let (subject, purpose) = (looked.subject(), by.usual_purpose());
    let command = Consult { at, by, action: Action::Read, subject, purpose, reason: None };
    let stream = StreamId::of_item(target.space, trace_of_minute(caller, &thing(target, subject), at));
    let envelope = CommandEnvelope::to_stream(stream, ConsultationCommand::from(command)).with_metadata("role", caller.role().name());
    // Which auditor or agent it was, their issuer can tell by the id of the token.
    let envelope = match caller.token_id() {
        Some(token) => envelope.with_metadata("token", token),
        None => envelope,
    };
    execute(app, envelope).await.map(drop)
}

/// What is read, as bytes that tell it apart.
fn thing(target: &SpaceTarget, subject: Subject) -> Vec<u8> {
    let what: &[u8] = match subject {
        Subject::Directory { .. } => b"directory",
        Subject::Life | Subject::Section { .. } | Subject::Document { .. } => b"life",
    };
    [target.space.uuid().as_bytes(), what].concat()
}

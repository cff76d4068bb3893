//! The answer to a write: what was done, in the names of the events, with the version and the position that came of it.

use axum::Json;
use axum::http::header::{ETAG, LOCATION};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::ids::SpaceId;
use ens_domain::space::SpaceEvent;
use ens_domain::space::{
    AccessEvent, ClosingEvent, CodeEvent, DestructionEvent, OpeningEvent, OppositionEvent, RepresentationEvent, SuspensionEvent,
};
use ens_store::Outcome;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::Success;

use super::position::{ENS_POSITION, Position};

/// What was done. Nothing was left to do where `done` is empty.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Done {
    /// The space.
    #[schema(value_type = Uuid)]
    pub(crate) space: Uuid,
    /// Its version now: the ETag without its quotes.
    pub(crate) version: u64,
    /// The names of the events that this request made, in order.
    pub(crate) done: Vec<String>,
    /// The proof of an opposition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) receipt: Option<ReceiptBody>,
    /// The authorisation that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) grant: Option<Uuid>,
    /// The representation that was declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) representation: Option<Uuid>,
    /// The invitation that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invitation: Option<Uuid>,
    /// The day of the opening.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) opened_on: Option<NaiveDate>,
    /// The last day to oppose, or to accept an invitation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_day: Option<NaiveDate>,
    /// The archive's last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) archived_until: Option<NaiveDate>,
    /// The day of the destruction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) destroy_on: Option<NaiveDate>,
    /// When the next code may be asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reissue_from: Option<DateTime<Utc>>,
}

/// The proof of an opposition.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptBody {
    /// The number to quote.
    #[schema(example = "OPP-7F3K-M2QX-04ZD")]
    pub(crate) number: String,
    /// The day of the opposition in Europe/Paris.
    pub(crate) on: NaiveDate,
}

impl Done {
    fn of(space: SpaceId, outcome: &Outcome) -> Self {
        let empty = Self { space: space.uuid(), version: outcome.version, ..Self::default() };
        outcome.space_events().fold(empty, |mut done, event| {
            done.done.push(event.name().to_owned());
            done.with(event)
        })
    }

    /// The same with what this event gives the client to keep; most events give nothing.
    fn with(mut self, event: &SpaceEvent) -> Self {
        if let SpaceEvent::Opposition(OppositionEvent::Opposed { receipt, .. }) = event {
            self.receipt = Some(ReceiptBody { number: receipt.number.clone(), on: receipt.on });
        }
        if let SpaceEvent::Access(AccessEvent::AccessGranted { grant, .. }) = event {
            self.grant = Some(grant.uuid());
        }
        if let SpaceEvent::Representation(RepresentationEvent::RepresentationDeclared { representation, .. }) = event {
            self.representation = Some(representation.uuid());
        }
        if let SpaceEvent::Representation(RepresentationEvent::SecondParentInvited { invitation, until, .. }) = event {
            self.invitation = Some(invitation.uuid());
            self.last_day = Some(*until);
        }
        if let SpaceEvent::Opening(OpeningEvent::OpenedByCnam { opened_on, .. }) = event {
            self.opened_on = Some(*opened_on);
        }
        if let SpaceEvent::Suspension(SuspensionEvent::Suspended { last_day, .. }) = event {
            self.last_day = Some(*last_day);
        }
        if let SpaceEvent::Closing(ClosingEvent::Closed { archived_until, .. }) = event {
            self.archived_until = Some(*archived_until);
        }
        if let SpaceEvent::Destruction(DestructionEvent::DestructionRequested { destroy_on, .. }) = event {
            self.destroy_on = Some(*destroy_on);
        }
        if let SpaceEvent::Code(CodeEvent::CodeIssued { reissue_from, .. }) = event {
            self.reissue_from = Some(*reissue_from);
        }
        self
    }
}

/// The answer to a write: what was done, its ETag and its position.
pub(crate) struct WriteAnswer {
    success: Success,
    done: Done,
    position: Position,
    location: Option<String>,
}

impl WriteAnswer {
    /// Something was done to the space.
    pub(crate) fn done(space: SpaceId, outcome: &Outcome) -> Self {
        let position = Position { partition: outcome.partition, position: outcome.position };
        Self { success: Success::Done, done: Done::of(space, outcome), position, location: None }
    }

    /// A resource was created at this address; where nothing was done it existed already.
    pub(crate) fn created(space: SpaceId, outcome: &Outcome, location: impl FnOnce(&Done) -> Option<String>) -> Self {
        let answer = Self::done(space, outcome);
        let success = if outcome.is_quiet() { Success::Done } else { Success::Created };
        let location = location(&answer.done);
        Self { success, location, ..answer }
    }
}

impl IntoResponse for WriteAnswer {
    fn into_response(self) -> Response {
        let headers = position_headers(self.done.version, self.position);
        let mut response = (self.success.status(), headers, Json(self.done)).into_response();
        // A path that cannot stand in a header is left out: the answer itself says where the thing is.
        if let Some(location) = self.location.and_then(|path| HeaderValue::try_from(path).ok()) {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }
}

/// The headers that say which events an answer reflects.
pub(crate) type PositionHeaders = [(HeaderName, HeaderValue); 2];

/// The ETag of a version, and the position that goes with it.
pub(crate) fn position_headers(version: u64, position: Position) -> PositionHeaders {
    [(ETAG, etag(version)), (ENS_POSITION, position.header())]
}

/// The strong ETag of a space's version.
pub(crate) fn etag(version: u64) -> HeaderValue {
    // Digits between quotes are always a header.
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

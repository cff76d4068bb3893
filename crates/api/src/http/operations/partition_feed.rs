//! The feed of the log for auditors: every event as it is stored, partition by partition, in the order of positions.
//!
//! - payloads come byte for byte as stored
//! - an empty page is the end for now; whatever goes wrong is a problem

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use ens_store::{Partition, StoredEvent};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::gate::{Access, Declaration, get};
use crate::http::wire::{ENS_POSITION, Page, Position};
use crate::problem::{Problem, ProblemType, Success};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        get("/v1/partitions", Access::AUDITORS)
            .operation("list_partitions", "audit", "Which partitions the log has, and how far each goes.")
            .answers::<PartitionsBody>(Success::Done, "the partitions")
            .handled_by(list_partitions),
        get("/v1/partitions/{partition}/events", Access::AUDITORS)
            .operation("read_events", "audit", "The events of a partition after a position.")
            .path_param::<u16>("partition", "its number")
            .query_param::<u64>("after", "the position that ended the page before")
            .query_param::<u32>("limit", "1 to 1000, 100 where absent")
            .answers::<EventsBody>(Success::Done, "a page; `Link` leads to the next")
            .handled_by(read_events),
    ]
}

/// One partition of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PartitionBody {
    /// Its number.
    partition: u16,
    /// The position of its last event; 0 where it has none.
    position: u64,
}

/// The partitions of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PartitionsBody {
    /// Each of them.
    partitions: Vec<PartitionBody>,
}

/// One event, as stored.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventBody {
    /// 1, 2, 3, … within the partition.
    position: u64,
    /// The kind of aggregate.
    aggregate_type: String,
    /// Which one.
    aggregate_id: String,
    /// 1, 2, 3, … within the aggregate.
    sequence: u64,
    /// The name of the event.
    #[schema(example = "SpaceCreated")]
    event_type: String,
    /// The version of its shape.
    event_version: String,
    /// When the database wrote it.
    recorded_at: DateTime<Utc>,
    /// JSON text, byte for byte as stored.
    payload: String,
    /// JSON text, byte for byte as stored.
    metadata: String,
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventsBody {
    /// In the order of their positions, without a hole.
    events: Vec<EventBody>,
}

impl From<StoredEvent> for EventBody {
    fn from(event: StoredEvent) -> Self {
        Self {
            position: event.position,
            aggregate_type: event.aggregate_type,
            aggregate_id: event.aggregate_id,
            sequence: event.sequence,
            event_type: event.event_type,
            event_version: event.event_version,
            recorded_at: event.recorded_at,
            payload: event.payload,
            metadata: event.metadata,
        }
    }
}

async fn list_partitions(State(app): State<App>) -> Result<Json<PartitionsBody>, Problem> {
    let heads = app.store.log().heads().await?;
    let partitions = heads.into_iter().map(|(partition, position)| PartitionBody { partition: partition.number(), position }).collect();
    Ok(Json(PartitionsBody { partitions }))
}

async fn read_events(State(app): State<App>, Path(number): Path<String>, page: Page) -> Result<Response, Problem> {
    let number: u16 = number.parse().map_err(|_| Problem::new(ProblemType::NOT_FOUND))?;
    if number >= app.store.partitions().count() {
        return Err(Problem::new(ProblemType::NOT_FOUND));
    }
    let partition = Partition::new(number);
    let after = page.after.unwrap_or_default();
    let events = app.store.log().feed(partition, after, page.limit).await?;
    let last = events.last().map(|event| event.position);
    let reached = Position { partition, position: last.unwrap_or(after) };
    let position = HeaderMap::from_iter([(ENS_POSITION, reached.header())]);
    let next = page.link_to_next(events.len(), last);
    Ok((position, next, Json(EventsBody { events: events.into_iter().map(EventBody::from).collect() })).into_response())
}

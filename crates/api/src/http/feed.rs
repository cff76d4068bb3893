//! The log for auditors: every event as it is stored, partition by partition, in the order of its position.
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
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::problem::{Kind, Problem};

use super::page::Page;
use super::position::{ENS_POSITION, Position};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_partitions)).routes(routes!(read_events))
}

/// One slice of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PartitionBody {
    /// Its number.
    partition: u16,
    /// The position of its last event; 0 where it has none.
    position: u64,
}

/// The slices of the log.
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
    /// The name of the fact.
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

/// Which partitions the log has, and how far each goes.
#[utoipa::path(get, path = "/v1/partitions", tag = "audit", responses((status = 200, description = "the partitions", body = PartitionsBody)))]
pub(super) async fn list_partitions(State(app): State<App>) -> Result<Json<PartitionsBody>, Problem> {
    let heads = app.store.log().heads().await?;
    let partitions = heads.into_iter().map(|(partition, position)| PartitionBody { partition: partition.number(), position }).collect();
    Ok(Json(PartitionsBody { partitions }))
}

/// The events of a partition after a position.
#[utoipa::path(get, path = "/v1/partitions/{partition}/events", tag = "audit",
    params(("partition" = u16, Path, description = "its number"), ("after" = Option<u64>, Query, description = "the position that ended the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 1000, 100 where absent")),
    responses((status = 200, description = "a page; `Link` leads to the next", body = EventsBody)))]
pub(super) async fn read_events(State(app): State<App>, Path(number): Path<String>, page: Page) -> Result<Response, Problem> {
    let number: u16 = number.parse().map_err(|_| Problem::new(Kind::NotFound))?;
    if number >= app.store.partitions().count() {
        return Err(Problem::new(Kind::NotFound));
    }
    let partition = Partition::new(number);
    let events = app.store.log().feed(partition, page.after, page.limit).await?;
    let last = events.last().map(|event| event.position);
    let reached = Position { partition, position: last.unwrap_or(page.after) };
    let position = HeaderMap::from_iter([(ENS_POSITION, reached.header())]);
    let next = page.next(events.len(), last);
    Ok((position, next, Json(EventsBody { events: events.into_iter().map(EventBody::from).collect() })).into_response())
}

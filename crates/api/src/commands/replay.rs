//! `ens replay`: the log as it stands, one JSON object a line; personal data stays sealed.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use chrono::SecondsFormat;
use ens_domain::ids::SpaceId;
use ens_store::{Partition, Store, StoredEvent};

use crate::cli::ReplayArgs;
use crate::config::Settings;

use super::{Failure, open_store};

/// Events that are read at once.
const PAGE: u32 = 1_000;

/// Prints the events asked for, partition by partition, in the order of their positions.
pub(super) async fn run(settings: Settings, args: ReplayArgs) -> Result<(), Failure> {
    let store = open_store(&settings).await?;
    let mut output = BufWriter::new(io::stdout().lock());
    for partition in chosen(&store, &args)? {
        let mut after = args.after;
        loop {
            let page = store.feed(partition, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.position;
            for event in page.iter().filter(|event| is_of(event, args.space)) {
                writeln!(output, "{}", line(event)).map_err(broken)?;
            }
        }
    }
    output.flush().map_err(broken)
}

fn broken(source: io::Error) -> Failure {
    Failure::File { path: PathBuf::from("output"), source }
}

fn chosen(store: &Store, args: &ReplayArgs) -> Result<Vec<Partition>, Failure> {
    let all = store.partitions();
    match (args.space, args.partition) {
        (Some(space), _) => Ok(vec![store.partition_of(space)]),
        (None, None) => Ok(all.each().collect()),
        (None, Some(number)) if number < all.count() => Ok(vec![Partition::new(number)]),
        (None, Some(_)) => Err(Failure::Asked(format!("--partition: this store has the partitions 0 to {}", all.count() - 1))),
    }
}

fn is_of(event: &StoredEvent, space: Option<SpaceId>) -> bool {
    space.is_none_or(|space| event.aggregate_id == space.to_string())
}

/// The stored row. Payload and metadata are JSON already, and stand as they are stored; a line break in JSON is white space.
fn line(event: &StoredEvent) -> String {
    let text = |value: &str| serde_json::Value::from(value).to_string();
    format!(
        r#"{{"partition":{},"position":{},"aggregate_type":{},"aggregate_id":{},"sequence":{},"event_type":{},"event_version":{},"recorded_at":{},"payload":{},"metadata":{}}}"#,
        event.partition.number(),
        event.position,
        text(&event.aggregate_type),
        text(&event.aggregate_id),
        event.sequence,
        text(&event.event_type),
        text(&event.event_version),
        text(&event.recorded_at.to_rfc3339_opts(SecondsFormat::Micros, true)),
        event.payload.replace('\n', " "),
        event.metadata.replace('\n', " "),
    )
}

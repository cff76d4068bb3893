//! `ens replay`: the log as it stands, one JSON object a line; or one space, or one thing in it, as it was at an instant. Personal data stays
//! sealed.
//!
//! - a replay takes the same memory whatever the log holds
//! - a state is made of what was recorded until its instant

use std::io::{self, BufWriter, Stdout, Write};
use std::path::PathBuf;

use chrono::{DateTime, SecondsFormat, Utc};
use ens_domain::event::State;
use ens_domain::space::HealthSpace;
use ens_domain::stream::StreamId;
use ens_store::{EventRow, Partition, Span, Store, StoredEvent};
use serde_json::{Map, Value, json};

use crate::cli::ReplayArgs;
use crate::config::Settings;

use super::failure::Failure;
use super::store::open_existing;
use super::streams::print;

/// Prints the events asked for, partition by partition, in the order of their positions; or the state asked for.
pub(super) async fn run(settings: Settings, args: ReplayArgs) -> Result<(), Failure> {
    let wanted = Wanted::of(&args)?;
    let store = open_existing(&settings).await?;
    match (args.space, args.as_of) {
        (Some(stream), Some(at)) => print_state(&store, stream, at).await?,
        (Some(stream), None) => print_stream(&store, stream, wanted).await?,
        (None, _) => print_log(&store, args.partition, wanted).await?,
    }
    store.close().await;
    Ok(())
}

/// Which events of a partition.
#[derive(Clone, Copy)]
struct Wanted {
    from: u64,
    to: Option<u64>,
    as_of: Option<DateTime<Utc>>,
}

impl Wanted {
    fn of(args: &ReplayArgs) -> Result<Self, Failure> {
        let ReplayArgs { from, to, as_of, space, .. } = args;
        if space.is_some() && as_of.is_some() && (*from > 1 || to.is_some()) {
            return Err(Failure::Asked("--as-of: a state is made of all the events until then; leave out --from and --to".into()));
        }
        if let Some(to) = to.filter(|to| to < from) {
            return Err(Failure::Asked(format!("--to: {to} comes before --from {from}; both are positions of a partition")));
        }
        Ok(Self { from: *from, to: *to, as_of: *as_of })
    }

    fn holds(&self, row: &EventRow<'_>) -> bool {
        let in_time = self.as_of.is_none_or(|at| row.recorded_at <= at);
        in_time && row.position >= self.from && self.to.is_none_or(|to| row.position <= to)
    }
}

async fn print_log(store: &Store, partition: Option<u16>, wanted: Wanted) -> Result<(), Failure> {
    let mut output = BufWriter::new(io::stdout());
    for partition in chosen(store, partition)? {
        let span = Span { partition, after: wanted.from.saturating_sub(1), to: wanted.to };
        store.log().read::<Failure>(span, |row| if wanted.holds(&row) { write(&mut output, &row) } else { Ok(()) }).await?;
    }
    output.flush().map_err(broken)
}

fn chosen(store: &Store, partition: Option<u16>) -> Result<Vec<Partition>, Failure> {
    let all = store.partitions();
    match partition {
        None => Ok(all.each().collect()),
        Some(number) if number < all.count() => Ok(vec![Partition::new(number)]),
        Some(_) => Err(Failure::Asked(format!("--partition: this store has the partitions 0 to {}", all.count() - 1))),
    }
}

async fn print_stream(store: &Store, stream: StreamId, wanted: Wanted) -> Result<(), Failure> {
    let events = store.log().events_of(stream).await?;
    if events.is_empty() {
        return Err(unknown(stream));
    }
    let mut output = BufWriter::new(io::stdout());
    for event in events {
        let row = event.row();
        if wanted.holds(&row) {
            write(&mut output, &row)?;
        }
    }
    output.flush().map_err(broken)
}

async fn print_state(store: &Store, stream: StreamId, at: DateTime<Utc>) -> Result<(), Failure> {
    let then = store.log().as_of(stream, at).await?;
    if then.last.is_none() && store.log().events_of(stream).await?.is_empty() {
        return Err(unknown(stream));
    }
    let mut told = about(stream, &then.state);
    told.extend([
        ("space".to_owned(), json!(stream.space())),
        ("as_of".to_owned(), json!(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))),
        ("partition".to_owned(), json!(store.partition_of(stream.space()))),
        ("position".to_owned(), json!(then.last.as_ref().map_or(0, |event| event.position))),
        ("version".to_owned(), json!(then.last.as_ref().map_or(0, |event| event.sequence))),
        ("last_event".to_owned(), json!(then.last.as_ref().map(last_event))),
        ("state".to_owned(), content(&then.state)),
    ]);
    print(&format!("{:#}", Value::from(told)))
}

/// What is said of a space's life, or of an item in it, besides its state.
fn about(stream: StreamId, state: &State) -> Map<String, Value> {
    let told = match stream.item() {
        None => [
            ("stage", json!(state.space().and_then(HealthSpace::stage))),
            ("window_last_day", json!(state.space().and_then(HealthSpace::window_last_day))),
        ],
        Some(item) => [("item", json!(item)), ("kind", json!(state.kind().name()))],
    };
    told.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The state without the name of its kind, which serde writes around it.
fn content(state: &State) -> Value {
    json!(state).as_object().and_then(|named| named.values().next()).cloned().unwrap_or_default()
}

fn unknown(stream: StreamId) -> Failure {
    Failure::Asked(format!("--space: the log holds nothing of {stream}; POST /v1/spaces/search finds a person's space"))
}

fn last_event(event: &StoredEvent) -> Value {
    json!({ "event_type": event.event_type, "recorded_at": event.recorded_at.to_rfc3339_opts(SecondsFormat::Micros, true) })
}

fn broken(source: io::Error) -> Failure {
    Failure::File { path: PathBuf::from("output"), source }
}

/// Writes the stored row. Payload and metadata are JSON already, and stand as they are stored; a line break in JSON is white space.
fn write(output: &mut BufWriter<Stdout>, row: &EventRow<'_>) -> Result<(), Failure> {
    let text = |value: &str| Value::from(value).to_string();
    let line = |value: &str| value.replace('\n', " ");
    writeln!(
        output,
        r#"{{"partition":{},"position":{},"aggregate_type":{},"aggregate_id":{},"sequence":{},"event_type":{},"event_version":{},"recorded_at":{},"payload":{},"metadata":{}}}"#,
        row.partition.number(),
        row.position,
        text(row.aggregate_type),
        text(row.aggregate_id),
        row.sequence,
        text(row.event_type),
        text(row.event_version),
        text(&row.recorded_at.to_rfc3339_opts(SecondsFormat::Micros, true)),
        line(row.payload),
        line(row.metadata),
    )
    .map_err(broken)
}

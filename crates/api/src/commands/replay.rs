//! `ens replay`: the log as it stands, one JSON object a line; or one space as it was at an instant. Personal data stays sealed.
//!
//! - a replay takes the same memory whatever the log holds
//! - a state is made of what was recorded until its instant

use ens_domain::space::HealthSpace;
use std::io::{self, BufWriter, Stdout, Write};
use std::path::PathBuf;

use chrono::{DateTime, SecondsFormat, Utc};
use ens_domain::ids::SpaceId;
use ens_store::{EventRow, Partition, Span, Store, StoredEvent};
use serde_json::{Value, json};

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
        (Some(space), Some(at)) => print_state(&store, space, at).await?,
        (Some(space), None) => print_life(&store, space, wanted).await?,
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
            return Err(Failure::Asked(
                "--as-of: the state of a space is made of all its events until then; leave out --from and --to".into(),
            ));
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

async fn print_life(store: &Store, space: SpaceId, wanted: Wanted) -> Result<(), Failure> {
    let events = store.log().events_of(space).await?;
    if events.is_empty() {
        return Err(unknown(space));
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

async fn print_state(store: &Store, space: SpaceId, at: DateTime<Utc>) -> Result<(), Failure> {
    let then = store.log().as_of(space, at).await?;
    if then.last.is_none() && store.log().events_of(space).await?.is_empty() {
        return Err(unknown(space));
    }
    let told = json!({
        "space": space,
        "as_of": at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        "partition": store.partition_of(space),
        "position": then.last.as_ref().map_or(0, |event| event.position),
        "version": then.last.as_ref().map_or(0, |event| event.sequence),
        "last_event": then.last.as_ref().map(last_event),
        "stage": then.state.space().and_then(HealthSpace::stage),
        "window_last_day": then.state.space().and_then(HealthSpace::window_last_day),
        "state": then.state.space(),
    });
    print(&format!("{told:#}"))
}

fn unknown(space: SpaceId) -> Failure {
    Failure::Asked(format!("--space: the log holds nothing of {space}; POST /v1/spaces/search finds a person's space"))
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

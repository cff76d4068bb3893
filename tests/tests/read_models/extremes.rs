//! Every event with the extremes of every kind of value, folded into every read model of every engine: none stops, and rows are the same
//! live, rebuilt and on every engine.
//!
//! The golden samples are changed leaf by leaf, by the form of what stands there, so a new event is tried as soon as it has its sample.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::ids::SpaceId;
use ens_domain::space::SpaceEvent;
use ens_projections::space_status::space_status;
use ens_projections::{Followers, compare, read_models, rebuild};
use ens_store::{NewEvent, Store, Write};
use ens_tests::cohort::open_store;
use ens_tests::{Engine, TestStorage, source};
use serde_json::{Value, json};
use uuid::Uuid;

/// Bytes of a very long text.
const LONG: usize = 1 << 20;
/// Fewer than these would mean that the samples, or what is done to them, went wrong.
const AT_LEAST: usize = 400;

/// A life that ends with an event that holds an extreme.
struct Life {
    space: SpaceId,
    told: String,
    events: Vec<Value>,
}

fn sample(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("a sample")).expect("JSON")
}

fn samples() -> Vec<Value> {
    let folder = std::fs::read_dir(source::root().join("tests/golden/events")).expect("the golden samples");
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    paths.iter().map(|path| sample(path)).collect()
}

/// The JSON pointers of everything that holds nothing else.
fn leaves(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, inner)| leaves(inner, &format!("{pointer}/{name}"), found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, inner)| leaves(inner, &format!("{pointer}/{at}"), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push(pointer.to_owned()),
    }
}

fn days() -> Vec<Value> {
    let written = ["0000-12-31", "0001-01-01", "9999-12-30", "9999-12-31", "+10000-01-01"].map(|day| json!(day));
    written.into_iter().chain([NaiveDate::MIN, NaiveDate::MAX].map(|day| json!(day))).collect()
}

fn instants() -> Vec<Value> {
    let written = [
        "0000-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "2026-03-29T01:00:00.123456789Z",
        "2016-12-31T23:59:60.5Z",
        "9999-12-31T23:59:59.999999999Z",
        "+10000-01-01T00:00:00Z",
    ];
    written.map(|at| json!(at)).into_iter().chain([DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC].map(|at| json!(at))).collect()
}

fn numbers() -> Vec<Value> {
    vec![json!(0), json!(u8::MAX), json!(u16::MAX), json!(u32::MAX), json!(i64::MAX), json!(u64::MAX), json!(i64::MIN)]
}

fn texts() -> Vec<Value> {
    let short = ["", "\0", "a\0b", "'", "\"", "\\", "\\N", "\\.", "a\tb\r\nc", "{\"a\": 1}", "(,)", "💊é\u{202E}\u{7F}\u{1}", "NULL"];
    short.map(|text| json!(text)).into_iter().chain([json!("é".repeat(LONG / 2))]).collect()
}

/// What stands in the place of a value: the extremes of its kind, or of every kind where nothing stands.
fn extremes(of: &Value) -> Vec<Value> {
    match of {
        Value::Number(_) => numbers(),
        Value::String(text) if text.parse::<NaiveDate>().is_ok() => days(),
        Value::String(text) if text.parse::<DateTime<Utc>>().is_ok() => instants(),
        Value::String(_) => texts(),
        Value::Null => [days(), instants(), numbers(), texts()].concat(),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => Vec::new(),
    }
}

/// The sample with one leaf after the other replaced by each extreme of its kind, as far as it is still an event.
fn extreme_events(sample: &Value) -> Vec<(String, Value)> {
    let mut pointers = Vec::new();
    leaves(sample, "", &mut pointers);
    let changed = pointers.into_iter().flat_map(|pointer| {
        let values = extremes(sample.pointer(&pointer).expect("a leaf"));
        values.into_iter().map(move |value| {
            let mut event = sample.clone();
            let short: String = value.to_string().chars().take(40).collect();
            *event.pointer_mut(&pointer).expect("a leaf") = value;
            (format!("{pointer} = {short}"), event)
        })
    });
    changed.filter(|(_, event)| serde_json::from_value::<SpaceEvent>(event.clone()).is_ok()).collect()
}

/// The ids that an event names: any of them may be a grant that it changes.
fn ids(event: &Value) -> BTreeSet<Uuid> {
    let mut pointers = Vec::new();
    leaves(event, "", &mut pointers);
    pointers.iter().filter_map(|pointer| event.pointer(pointer)?.as_str()?.parse().ok()).collect()
}

/// A life for each extreme event: created, with every grant that the event may be about.
fn lives() -> Vec<Life> {
    let samples = samples();
    let of = |name: &str| samples.iter().find(|sample| sample.get(name).is_some()).expect("a sample").clone();
    let (created, granted) = (of("SpaceCreated"), of("AccessGranted"));
    let extreme = samples.iter().flat_map(|sample| extreme_events(sample).into_iter().map(move |event| (ids(sample), event)));
    let life = |(number, (ids, (told, event))): (u128, (BTreeSet<Uuid>, (String, Value)))| {
        let grants = ids.into_iter().map(|id| {
            let mut grant = granted.clone();
            grant["AccessGranted"]["grant"] = json!(id);
            grant
        });
        let events = std::iter::once(created.clone()).chain(grants).chain([event]).collect();
        Life { space: Uuid::from_u128(number).into(), told, events }
    };
    (1..).zip(extreme).map(life).collect()
}

fn stored(event: &Value) -> NewEvent {
    let event_type = event.as_object().and_then(|fields| fields.keys().next()).expect("a type").clone();
    NewEvent { event_type, event_version: "1.0".to_owned(), payload: event.to_string(), metadata: "{}".to_owned() }
}

async fn append(store: &Store, lives: &[Life]) {
    for some in lives.chunks(50) {
        let write = |life: &Life| Write {
            aggregate_type: "health_space".to_owned(),
            aggregate_id: life.space.to_string(),
            expected_version: 0,
            events: life.events.iter().map(stored).collect(),
        };
        let told: Vec<&str> = some.iter().map(|life| life.told.as_str()).collect();
        let answers = ens_store::raw::append(store, some.iter().map(write).collect()).await;
        let answers = answers.unwrap_or_else(|error| panic!("{error}: {told:?}"));
        assert!(answers.iter().all(Result::is_ok), "a conflict among {told:?}");
    }
}

/// The rows of a read model, in the words of no engine: without what depends on the number of partitions.
async fn rows(store: &Store, name: &str, columns: &[&str]) -> BTreeSet<String> {
    let columns: Vec<&str> = columns.iter().copied().filter(|column| !matches!(*column, "partition" | "position")).collect();
    let rows: Vec<Value> = store.read_models().select(&format!("SELECT {} FROM {name}", columns.join(", ")), &[]).await.expect("rows");
    let plain = |value: &Value| value.as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok()).map_or(value.clone(), |at| json!(at));
    rows.iter().map(|row| columns.iter().map(|column| format!("{}\t", plain(&row[*column]))).collect()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_event_stops_a_read_model_and_rows_are_the_same_everywhere() {
    let lives = lives();
    assert!(lives.len() >= AT_LEAST, "{} events were left", lives.len());
    let mut reference: Option<Vec<BTreeSet<String>>> = None;
    for engine in Engine::DURABLE {
        let storage = TestStorage::fresh(engine).await;
        let store = open_store(storage.url()).await;
        append(&store, &lives).await;
        Followers::new(store.clone()).catch_up().await.unwrap_or_else(|error| panic!("{engine:?}: {error}"));
        let mut found = Vec::new();
        for question in read_models() {
            let (name, columns) = (question.name(), question.table().columns);
            assert_eq!(compare(&store, name).await, Ok(Vec::new()), "{engine:?} {name}");
            let live = rows(&store, name, columns).await;
            rebuild(&store, name).await.unwrap_or_else(|error| panic!("{engine:?} {name}: {error}"));
            assert!(live == rows(&store, name, columns).await, "{engine:?} {name}: rebuilt rows differ");
            found.push(live);
        }
        for life in &lives {
            let row = space_status(&store, life.space).await.unwrap_or_else(|error| panic!("{engine:?} {}: {error}", life.told));
            assert!(row.is_some(), "{engine:?} {}", life.told);
        }
        let reference = reference.get_or_insert_with(|| found.clone());
        for ((question, these), others) in read_models().zip(&found).zip(reference.iter()) {
            let different: Vec<String> = these.symmetric_difference(others).map(|row| row.chars().take(400).collect()).take(4).collect();
            assert!(different.is_empty(), "{engine:?} {}: {different:#?}", question.name());
        }
    }
}

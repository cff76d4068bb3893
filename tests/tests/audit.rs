//! Verifying the log: somebody who noted the roots finds every change that was made to the rows in the database, and reads one stream alone.

use std::collections::BTreeMap;

use chrono::{DateTime, Months, Utc};
use ens_audit::{Finding, Head, Row, Verifier};
use ens_domain::access::{Purpose, Reader};
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::policy::Policy;
use ens_domain::sections::measures::{MeasureCommand, MeasureType, Quantity, Reading, RecordMeasure, RemoveMeasure};
use ens_domain::space::commands::{Close, Destroy, Open, RequestDestruction};
use ens_domain::stream::StreamId;
use ens_store::{CommandEnvelope, Partition, Store, StoreError, StoredEvent};
use ens_tests::cohort::{MASTER_KEY, open_store, spaces_due_today};
use ens_tests::{Engine, Launch, TestStorage};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

/// Statements with which somebody with all rights on the database changes the second row of a partition.
const ALTERED: [&str; 1] = [r#"UPDATE events SET metadata = '{"by":"nobody"}' WHERE partition = $P AND position = 2"#];
const SWAPPED: [&str; 3] = [
    "UPDATE events SET position = 1000000 WHERE partition = $P AND position = 2",
    "UPDATE events SET position = 2 WHERE partition = $P AND position = 3",
    "UPDATE events SET position = 3 WHERE partition = $P AND position = 1000000",
];
const DROPPED: [&str; 1] = ["DELETE FROM events WHERE partition = $P AND position = 2"];
const CUT: [&str; 1] = ["DELETE FROM events WHERE partition = $P AND position = (SELECT max(position) FROM events WHERE partition = $P)"];

#[tokio::test]
async fn a_row_altered_in_the_database_is_found() {
    is_found(&ALTERED, |found, _, noted| is_another_root(found, noted)).await;
}

#[tokio::test]
async fn rows_swapped_in_the_database_are_found() {
    is_found(&SWAPPED, |found, _, noted| is_another_root(found, noted)).await;
}

#[tokio::test]
async fn a_row_dropped_from_the_database_is_found() {
    is_found(&DROPPED, |found, partition, _| *found == Found::ByStore(StoreError::Broken { partition, expected: 2, found: 3 })).await;
}

#[tokio::test]
async fn a_log_cut_short_in_the_database_is_found() {
    is_found(&CUT, |found, _, noted| *found == Found::ByVerifier(Finding::CutShort { noted: noted.size, found: noted.size - 1 })).await;
}

#[tokio::test]
async fn a_log_that_only_grew_is_clean_and_so_is_one_with_a_destroyed_space() {
    for engine in Engine::ALL {
        let storage = TestStorage::fresh(engine).await;
        let store = open_store(storage.url()).await;
        let spaces = spaces_due_today(&store, 40).await;
        let noted = heads(&store).await;
        destroy(&store, spaces[7]).await;
        assert_eq!(findings(&store, &noted).await, Vec::<Found>::new(), "{engine:?}");
        store.close().await;
    }
}

#[tokio::test]
async fn a_replay_tells_one_item_of_a_space_and_its_state() {
    for engine in Engine::DURABLE {
        let storage = TestStorage::fresh(engine).await;
        let store = open_store(storage.url()).await;
        let (at, space) = (Utc::now(), spaces_due_today(&store, 3).await[1]);
        let stream = StreamId::of_item(space, ItemId::at(at, store.entropy().bytes().expect("randomness")));
        let value = Personal::new(Reading::parse(MeasureType::Weight, &[Quantity::hundredths(7_250)]).expect("a weight"));
        let measure =
            RecordMeasure { at, by: Reader::Holder, purpose: Purpose::PersonalUse, measure: MeasureType::Weight, taken_at: at, value };
        let removal = RemoveMeasure { at, by: Reader::Holder, purpose: Purpose::PersonalUse };
        for envelope in [
            CommandEnvelope::new(space, Open { at }),
            CommandEnvelope::to_stream(stream, MeasureCommand::from(measure)),
            CommandEnvelope::to_stream(stream, MeasureCommand::from(removal)),
        ] {
            store.commands().execute(envelope, &Policy::default()).await.expect("an open space");
        }
        store.close().await;

        let replay = |arguments: &[&str]| {
            let ens = ["replay", "--space"].iter().chain(arguments).fold(Launch::default(), |launch, argument| launch.arg(*argument));
            ens.env("ENS_STORE", storage.url()).env("ENS_MASTER_KEY", MASTER_KEY).env("ENS_LOG", "off").run("")
        };
        let (ended, printed) = replay(&[&stream.to_string()]);
        assert!(ended.success(), "{printed}");
        let events: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect();
        assert_eq!(
            events.iter().map(|event| event["event_type"].as_str()).collect::<Vec<_>>(),
            [Some("MeasureRecorded"), Some("MeasureRemoved")]
        );
        assert!(events.iter().all(|event| event["aggregate_id"] == stream.to_string() && event["aggregate_type"] == "measure"));
        assert!(events[0]["payload"]["MeasureRecorded"]["value"]["$sealed"].is_string() && !printed.contains("7250"), "{printed}");
        for (instant, state, version) in [("2001-01-01T00:00:00Z", "absent", 0), ("2999-01-01T00:00:00Z", "removed", 2)] {
            let (ended, printed) = replay(&[&stream.to_string(), "--as-of", instant]);
            let told: Value = serde_json::from_str(&printed).unwrap_or_else(|_| panic!("{ended}: {printed}"));
            assert_eq!(
                (&told["state"], &told["version"], &told["kind"]),
                (&json!(state), &json!(version), &json!("measure")),
                "{engine:?}"
            );
            assert_eq!((&told["space"], &told["item"]), (&json!(space), &json!(stream.item())));
        }
        let (ended, printed) = replay(&[&StreamId::of_item(space, ItemId::at(at, [9; 10])).to_string()]);
        assert!(!ended.success() && printed.contains("the log holds nothing of"), "{printed}");
    }
}

/// A fault found in the log, by the store's reader or by the verifier.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    ByStore(StoreError),
    ByVerifier(Finding),
}

/// Whether the fault is that the noted number of rows has another root.
fn is_another_root(found: &Found, noted: &Head) -> bool {
    matches!(found, Found::ByVerifier(Finding::RootDiffers { size, noted: root, .. }) if (*size, *root) == (noted.size, noted.root))
}

/// Notes the heads of a small log, changes its rows behind the store's back, and checks that exactly this fault is found.
async fn is_found(deed: &[&str], expected: impl Fn(&Found, Partition, &Head) -> bool) {
    for engine in Engine::DURABLE {
        let storage = TestStorage::fresh(engine).await;
        let store = open_store(storage.url()).await;
        spaces_due_today(&store, 40).await;
        let noted = heads(&store).await;
        assert_eq!(findings(&store, &noted).await, Vec::<Found>::new(), "{engine:?}");
        store.close().await;

        let (&victim, head) = noted.iter().max_by_key(|(_, head)| head.size).expect("a partition");
        tamper(engine, &storage, deed, victim).await;

        let store = open_store(storage.url()).await;
        let found = findings(&store, &noted).await;
        assert!(matches!(found.as_slice(), [one] if expected(one, victim, head)), "{engine:?}: {found:?} is found of {deed:?}");
        store.close().await;
    }
}

/// Size and root of each partition, as an outside auditor notes them.
async fn heads(store: &Store) -> BTreeMap<Partition, Head> {
    let mut heads = BTreeMap::new();
    for partition in store.partitions().each() {
        let mut verifier = Verifier::new();
        for stored in &rows(store, partition).await.expect("a readable log") {
            verifier.take(&row(stored)).expect("a dense log");
        }
        heads.insert(partition, verifier.head());
    }
    heads
}

/// The faults found by reading the log and comparing it with the heads that were noted before.
async fn findings(store: &Store, noted: &BTreeMap<Partition, Head>) -> Vec<Found> {
    let mut found = Vec::new();
    for (partition, noted) in noted {
        match rows(store, *partition).await {
            Ok(rows) => found.extend(verify(&rows, noted)),
            Err(error) => found.push(Found::ByStore(error)),
        }
    }
    found
}

fn verify(rows: &[StoredEvent], noted: &Head) -> Vec<Found> {
    let mut verifier = Verifier::new();
    let mut found = Vec::new();
    let mut compared = noted.size == 0;
    for stored in rows {
        found.extend(verifier.take(&row(stored)).err());
        if verifier.head().size == noted.size {
            found.extend(verifier.compare(noted).err());
            compared = true;
        }
    }
    if !compared {
        found.extend(verifier.compare(noted).err());
    }
    found.into_iter().map(Found::ByVerifier).collect()
}

async fn rows(store: &Store, partition: Partition) -> Result<Vec<StoredEvent>, StoreError> {
    let mut rows: Vec<StoredEvent> = Vec::new();
    loop {
        let page = store.log().feed(partition, rows.len() as u64, 100).await?;
        if page.is_empty() {
            return Ok(rows);
        }
        rows.extend(page);
    }
}

fn row(stored: &StoredEvent) -> Row<'_> {
    Row {
        position: stored.position,
        aggregate_type: &stored.aggregate_type,
        aggregate_id: &stored.aggregate_id,
        sequence: stored.sequence,
        event_type: &stored.event_type,
        event_version: &stored.event_version,
        recorded_at: stored.recorded_at.timestamp_micros(),
        payload: stored.payload.as_bytes(),
        metadata: stored.metadata.as_bytes(),
    }
}

/// Runs statements that the triggers of the log forbid, as an owner who can disable them.
async fn tamper(engine: Engine, storage: &TestStorage, deed: &[&str], victim: Partition) {
    let deed: Vec<String> = deed.iter().map(|statement| statement.replace("$P", &victim.number().to_string())).collect();
    match engine {
        Engine::Postgres => {
            let mut owner = PgConnection::connect(storage.url()).await.expect("the owner");
            run(&mut owner, ["SET session_replication_role = replica".to_owned()].into_iter().chain(deed)).await;
        }
        Engine::SqliteFile | Engine::SqliteMemory => {
            let mut owner = SqliteConnection::connect(storage.url()).await.expect("the owner");
            let lifted = ["DROP TRIGGER events_are_never_updated".to_owned(), "DROP TRIGGER events_are_never_deleted".to_owned()];
            run(&mut owner, lifted.into_iter().chain(deed)).await;
        }
    }
}

async fn run<C>(connection: &mut C, statements: impl Iterator<Item = String>)
where
    for<'c> &'c mut C: Executor<'c>,
{
    for statement in statements {
        connection.execute(statement.as_str()).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

/// The whole life of a space, to its end.
async fn destroy(store: &Store, space: SpaceId) {
    let at: DateTime<Utc> = Utc::now();
    let later = at + Months::new(4);
    let envelopes = [
        CommandEnvelope::new(space, Open { at }),
        CommandEnvelope::new(space, Close { at, by: Party::Holder }),
        CommandEnvelope::new(space, RequestDestruction { at, by: Party::Holder }),
        CommandEnvelope::new(space, Destroy { at: later }),
    ];
    for envelope in envelopes {
        assert!(!store.commands().execute(envelope, &Policy::default()).await.expect("a command of its life").is_quiet());
    }
}

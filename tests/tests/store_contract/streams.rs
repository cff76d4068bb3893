//! Streams under a space: all of them stand in one partition, side by side, and only the life of the space touches its key.

use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, SerializedEvent};
use ens_domain::sections::measures::Measure;
use ens_domain::space::HealthSpace;
use ens_store::{After, NewEvent, Store, StoredEvent, Write};
use postgres_es::PostgresEventRepository;
use serde_json::json;
use uuid::Uuid;

use crate::backends::{Backend, Log, options, service_pool};
use crate::destruction::first_email;
use crate::persons::{create, email, live, space};

/// A kind of stream that no code knows yet.
const MEASURES: &str = Measure::TYPE;

/// The id of an item's stream.
fn item(space: &str, number: u128) -> String {
    format!("{space}/{}", Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number))
}

/// The first event of a stream.
#[derive(Clone, Copy)]
struct First<'a> {
    kind: &'a str,
    id: &'a str,
    event_type: &'a str,
}

impl First<'_> {
    /// Writes it with this backend's writer.
    async fn write(self, log: &Log) {
        if log.backend == Backend::PostgresStock {
            let stock = PostgresEventRepository::new(service_pool(log.storage.url()).await);
            // The stock writer takes the kind of the aggregate, not of the event.
            let written = match self.kind {
                HealthSpace::TYPE => stock.persist::<HealthSpace>(&[self.serialized()], None).await,
                _ => stock.persist::<Measure>(&[self.serialized()], None).await,
            };
            return written.expect("a stock write");
        }
        ens_store::raw::append(&log.store, vec![self.ours()]).await.expect("a write")[0].expect("no other writer");
    }

    fn ours(self) -> Write {
        let event = NewEvent {
            event_type: self.event_type.to_owned(),
            event_version: "1.0".to_owned(),
            payload: "{}".to_owned(),
            metadata: "{}".to_owned(),
        };
        Write { aggregate_type: self.kind.to_owned(), aggregate_id: self.id.to_owned(), expected_version: 0, events: vec![event] }
    }

    fn serialized(self) -> SerializedEvent {
        SerializedEvent {
            aggregate_id: self.id.to_owned(),
            sequence: 1,
            aggregate_type: self.kind.to_owned(),
            event_type: self.event_type.to_owned(),
            event_version: "1.0".to_owned(),
            payload: json!({}),
            metadata: json!({}),
        }
    }
}

#[tokio::test]
async fn the_database_and_the_program_name_the_same_partition_for_both_forms_of_an_id() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        for number in 0..24_u128 {
            let life = Uuid::from_u128(0x0190_1111_0000_7000_8000_0000_0000_0000 + number * 7919).to_string();
            First { kind: HealthSpace::TYPE, id: &life, event_type: "CodeLocked" }.write(&log).await;
            First { kind: MEASURES, id: &item(&life, number), event_type: "MeasureTaken" }.write(&log).await;
        }
        let events = log.read_all().await;
        assert_eq!(events.len(), 48, "{backend:?}");
        for event in events {
            let partitions = log.store.partitions();
            let (space, _) = event.aggregate_id.split_once('/').unwrap_or((&event.aggregate_id, ""));
            assert_eq!(event.partition, partitions.of(&event.aggregate_id), "{backend:?}: {}", event.aggregate_id);
            assert_eq!(event.partition, partitions.of(space), "{backend:?}: {}", event.aggregate_id);
        }
    }
}

#[tokio::test]
async fn all_streams_of_a_space_are_read_one_after_the_other_its_life_first() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        let [first, second] = two_spaces_of_a_partition(&log.store);
        let ids = [second.clone(), item(&first, 2), first.clone(), item(&second, 1), item(&first, 1)];
        for id in &ids {
            let (kind, event_type) = if id.contains('/') { (MEASURES, "MeasureTaken") } else { (HealthSpace::TYPE, "CodeLocked") };
            First { kind, id, event_type }.write(&log).await;
        }
        let partition = log.store.partitions().of(&first);
        let read = async |after: &After, limit| {
            let page = log.store.read_models().lives(partition, after, 5, limit).await.expect("a page");
            page.into_iter().map(|event: StoredEvent| event.aggregate_id).collect::<Vec<_>>()
        };
        let all = read(&After::default(), 10).await;
        assert_eq!(all, [first.clone(), item(&first, 1), item(&first, 2), second.clone(), item(&second, 1)], "{backend:?}");
        // Page by page the same: what is read next stands behind the last stream.
        let (mut after, mut paged) = (After::default(), Vec::new());
        while let [id] = read(&after, 1).await.as_slice() {
            let kind = if id.contains('/') { MEASURES } else { HealthSpace::TYPE };
            after = After { aggregate_type: kind.to_owned(), aggregate_id: id.clone() };
            paged.push(id.clone());
        }
        assert_eq!(paged, all, "{backend:?}");
    }
}

/// Two spaces of one partition, in the order of their ids.
fn two_spaces_of_a_partition(store: &Store) -> [String; 2] {
    let id = |number: u128| Uuid::from_u128(0x0190_2222_0000_7000_8000_0000_0000_0000 + number).to_string();
    let first = id(0);
    let beside = |other: &String| store.partitions().of(other) == store.partitions().of(&first);
    let second = (1..).map(id).find(beside).expect("endless ids");
    [first, second]
}

#[tokio::test]
async fn only_the_life_of_a_space_destroys_its_key() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        let sealed = first_email(&live(&log.store, vec![create(space(1))]).await);
        // An event of the same name in other streams of the space: an item, whose id is no UUID, and one that bears the space's id alone.
        let life = space(1).to_string();
        First { kind: MEASURES, id: &item(&life, 1), event_type: "Destroyed" }.write(&log).await;
        First { kind: MEASURES, id: &life, event_type: "Destroyed" }.write(&log).await;
        assert_eq!(log.store.log().open_personal(space(1), &sealed).await, Ok(email()), "{backend:?}");
        if backend == Backend::SqliteMemory {
            continue; // Memory lasts as long as its process.
        }
        let again = Store::open(log.storage.url(), options()).await.expect("the next start");
        assert_eq!(again.log().open_personal(space(1), &sealed).await, Ok(email()), "{backend:?}");
    }
}

//! Promise 7: both engines store the same events for the same commands, with payloads equal byte for byte.

use crate::persons::space_command;
use cqrs_es::CqrsFramework;
use cqrs_es::persist::PersistedEventStore;
use ens_domain::event::Event;
use ens_domain::policy::Policy;
use ens_domain::sections::Circumstances;
use ens_domain::sections::measures::{Measure, MeasureEvent};
use ens_domain::space::HealthSpace;
use ens_domain::stream::StreamId;
use ens_store::{CommandEnvelope, Sealed, Store, StoreOptions, StoredEvent};
use ens_store::{Entropy, MasterKey};
use ens_tests::TestStorage;
use ens_tests::cohort::weight;
use postgres_es::PostgresEventRepository;
use serde_json::Value;

use crate::backends::{Backend, Log, service_pool};
use crate::measures::{measure, measure_command, record, remove};
use crate::persons::{
    create, declare_contacts, destroy, life_until_destroyed, life_until_open, live, message, oppose, renew, send_notice, space, withdraw,
};

/// Lives of some spaces, one order after the other and in one batch.
async fn lives(store: &Store) {
    live(store, life_until_destroyed(space(1))).await;
    live(store, vec![renew(space(1)), declare_contacts(space(1))]).await;
    let mut batch: Vec<CommandEnvelope> = (10..40).map(|number| create(space(number))).collect();
    batch.extend((10..40).map(|number| send_notice(store, space(number), message(number))));
    batch.extend((10..40).map(|number| declare_contacts(space(number))));
    batch.extend((10..20).flat_map(|number| [oppose(space(number)), withdraw(space(number))]));
    batch.extend((10..20).map(|number| record(measure(space(number), number))));
    batch.extend((10..15).map(|number| remove(measure(space(number), number))));
    batch.push(destroy(space(10)));
    store.commands().execute_all(batch, &Policy::default()).await;
}

/// What must be equal: everything except position and time.
fn comparable(event: &StoredEvent) -> [String; 6] {
    let StoredEvent { aggregate_type, aggregate_id, sequence, event_type, payload, metadata, .. } = event.clone();
    [aggregate_type, aggregate_id, format!("{sequence:05}"), event_type, payload, metadata]
}

async fn written(backend: Backend) -> Vec<[String; 6]> {
    let log = Log::fresh(backend).await;
    lives(&log.store).await;
    let mut events: Vec<[String; 6]> = log.read_all().await.iter().map(comparable).collect();
    events.sort_unstable();
    events
}

#[tokio::test]
async fn promise_7_both_engines_give_the_same_events_byte_for_byte() {
    let postgres = written(Backend::PostgresOurs).await;
    assert_eq!(postgres.len(), 9 + 90 + 30 + 15, "the lives and measures that were to be compared");
    assert_eq!(postgres, written(Backend::SqliteMemory).await);
    assert_eq!(postgres, written(Backend::SqliteFile).await);
}

#[tokio::test]
async fn promise_7_the_stock_writer_gives_the_same_events_for_the_same_commands() {
    let commands = || life_until_destroyed(space(1)).into_iter().chain([renew(space(1)), declare_contacts(space(1))]);
    let ours = Log::fresh(Backend::PostgresOurs).await;
    live(&ours.store, commands().collect()).await;
    let stock = Log::fresh(Backend::PostgresStock).await;
    let repository = PostgresEventRepository::new(service_pool(stock.storage.url()).await);
    let framework: CqrsFramework<HealthSpace, _> =
        CqrsFramework::new(PersistedEventStore::new_event_store(Sealed::new(repository, &stock.store)), Vec::new(), Policy::default());
    for envelope in commands() {
        framework.execute(&space(1).to_string(), space_command(envelope)).await.expect("a command of this life");
    }
    assert_eq!(values(stock.read_all().await), values(ours.read_all().await));
}

/// postgres-es binds its payload as jsonb, so its text is spaced and ordered otherwise: the same values, not the same bytes.
fn values(events: Vec<StoredEvent>) -> Vec<([String; 3], u64, Value)> {
    let value = |event: StoredEvent| {
        let payload = serde_json::from_str(&event.payload).expect("JSON");
        ([event.aggregate_type, event.aggregate_id, event.event_type], event.sequence, payload)
    };
    events.into_iter().map(value).collect()
}

#[tokio::test]
async fn promise_7_the_stock_writer_gives_the_same_events_of_items_for_the_same_commands() {
    let [first, second] = [1, 2].map(|number| measure(space(1), number));
    let commands = || [record(first), record(second), remove(first), record(second)];
    let ours = Log::fresh(Backend::PostgresOurs).await;
    live(&ours.store, life_until_open(space(1))).await;
    live(&ours.store, commands().into_iter().collect()).await;

    let stock = Log::fresh(Backend::PostgresStock).await;
    live(&stock.store, life_until_open(space(1))).await;
    let space = stock.store.log().state(space(1)).await.expect("a readable space").expect("a space").space;
    let repository = Sealed::new(PostgresEventRepository::new(service_pool(stock.storage.url()).await), &stock.store);
    let circumstances = Circumstances { space, document: None, policy: Policy::default() };
    let framework: CqrsFramework<Measure, _> =
        CqrsFramework::new(PersistedEventStore::new_event_store(repository), Vec::new(), circumstances);
    for envelope in commands() {
        framework.execute(&envelope.stream.to_string(), measure_command(envelope)).await.expect("a command to this measure");
    }
    let events = stock.read_all().await;
    assert_eq!(events.iter().map(|event| event.event_type.as_str()).filter(|name| name.starts_with("Measure")).count(), 3);
    assert_eq!(values(events), values(ours.read_all().await));
    // What the stock writer sealed is opened as ours is, and the queue decides on what it wrote.
    let Event::Measure(MeasureEvent::MeasureRecorded { value, .. }) = event_of(&stock.store, second).await else { panic!("a recording") };
    assert_eq!(stock.store.log().open_personal(first.space(), &value).await, Ok(weight()));
    assert_eq!(live(&stock.store, vec![remove(second)]).await[0].version, 2);
}

/// The first event of a stream.
async fn event_of(store: &Store, stream: StreamId) -> Event {
    store.log().events_of(stream).await.expect("its events")[0].decode().expect("an event").event
}

#[tokio::test]
async fn another_seed_gives_other_seals() {
    let mut payloads = Vec::new();
    for seed in [1, 2] {
        let storage = TestStorage::fresh(ens_tests::Engine::SqliteMemory).await;
        let options = StoreOptions::new(MasterKey::from_bytes([1; 32])).with_entropy(Entropy::seeded(seed));
        let store = Store::open(storage.url(), options).await.expect("a fresh store");
        live(&store, vec![create(space(1))]).await;
        payloads.push(store.log().feed(store.partition_of(space(1)), 0, 1).await.expect("a readable log")[0].payload.clone());
    }
    assert_ne!(payloads[0], payloads[1]);
}

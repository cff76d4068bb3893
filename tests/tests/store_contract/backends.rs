//! The backends of the store contract: each engine with each writer that may write to its log.

use chrono::{DateTime, Utc};
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, SerializedEvent};
use ens_domain::access::Ground;
use ens_domain::event::{Event, StreamKind};
use ens_domain::sections::Actor;
use ens_domain::sections::consultations::Consultation;
use ens_domain::sections::measures::{Measure, MeasureEvent};
use ens_domain::sections::medical_record::{Document, DocumentEvent};
use ens_domain::space::CodeEvent;
use ens_domain::space::{HealthSpace, SpaceEvent};
use ens_store::{Appended, Conflict, Entropy, MasterKey, NewEvent, Partition, Store, StoreError, StoreOptions, StoredEvent, Write};
use ens_tests::{Engine, TestStorage};
use postgres_es::PostgresEventRepository;
use serde_json::json;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Executor, PgPool};

/// An engine and a writer that the contract is tested with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    /// SQLite in memory, our writer.
    SqliteMemory,
    /// SQLite in a file, our writer.
    SqliteFile,
    /// PostgreSQL, our writer.
    PostgresOurs,
    /// PostgreSQL, postgres-es as published.
    PostgresStock,
}

impl Backend {
    pub(crate) const ALL: [Self; 4] = [Self::SqliteMemory, Self::SqliteFile, Self::PostgresOurs, Self::PostgresStock];
    /// Without the stock writer, for what it cannot express.
    pub(crate) const OURS: [Self; 3] = [Self::SqliteMemory, Self::SqliteFile, Self::PostgresOurs];

    pub(crate) const fn engine(self) -> Engine {
        match self {
            Self::SqliteMemory => Engine::SqliteMemory,
            Self::SqliteFile => Engine::SqliteFile,
            Self::PostgresOurs | Self::PostgresStock => Engine::Postgres,
        }
    }
}

pub(crate) fn options() -> StoreOptions {
    StoreOptions::new(MasterKey::from_bytes([0x5E; 32])).with_entropy(Entropy::seeded(42))
}

/// A fresh log on one backend. The storage is the last field, so the connections are closed before it is removed.
pub(crate) struct Log {
    pub(crate) backend: Backend,
    pub(crate) store: Store,
    stock: Option<PostgresEventRepository>,
    pub(crate) storage: TestStorage,
}

impl Log {
    pub(crate) async fn fresh(backend: Backend) -> Self {
        let storage = TestStorage::fresh(backend.engine()).await;
        let store = Store::open(storage.url(), options()).await.expect("a fresh store");
        let stock = match backend {
            Backend::SqliteMemory | Backend::SqliteFile | Backend::PostgresOurs => None,
            Backend::PostgresStock => Some(PostgresEventRepository::new(service_pool(storage.url()).await)),
        };
        Self { backend, store, stock, storage }
    }

    /// Writes `count` events on top of a version with this backend's writer.
    pub(crate) async fn write(&self, aggregate: &str, version: u64, count: u64) -> Result<Written, Lost> {
        match &self.stock {
            None => self.write_ours(aggregate, version, count).await,
            Some(stock) => write_stock(stock, aggregate, version, count).await,
        }
    }

    /// Writes with our own writer, whatever the backend.
    pub(crate) async fn write_ours(&self, aggregate: &str, version: u64, count: u64) -> Result<Written, Lost> {
        match ens_store::raw::append(&self.store, vec![write(aggregate, version, count)]).await {
            Ok(answers) => match answers[0] {
                Ok(appended) => Ok(Written::Placed(appended)),
                Err(conflict) => Err(Lost::To(Some(conflict))),
            },
            Err(error) => Err(Lost::Failed(error.to_string())),
        }
    }

    /// Every event of every partition, read by pages of 100.
    pub(crate) async fn read_all(&self) -> Vec<StoredEvent> {
        let mut events = Vec::new();
        for partition in self.store.partitions().each() {
            events.extend(read(&self.store, partition).await.expect("a readable log"));
        }
        events
    }
}

/// A partition from its beginning to its end, by pages of 100.
pub(crate) async fn read(store: &Store, partition: Partition) -> Result<Vec<StoredEvent>, StoreError> {
    let mut events: Vec<StoredEvent> = Vec::new();
    loop {
        let page = store.log().feed(partition, events.last().map_or(0, |event| event.position), 100).await?;
        if page.is_empty() {
            return Ok(events);
        }
        events.extend(page);
    }
}

/// What a writer says of a success; the stock one does not say where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    Placed(Appended),
    Somewhere,
}

/// What a writer says of a failure; the stock one does not say who won.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lost {
    To(Option<Conflict>),
    Failed(String),
}

/// An event of the life of a space.
pub(crate) fn event(number: u64) -> NewEvent {
    new_event(&event_of(StreamKind::Space, number))
}

fn new_event(event: &Event) -> NewEvent {
    NewEvent {
        event_type: event.name().to_owned(),
        event_version: event.version(),
        payload: serde_json::to_string(event).unwrap(),
        metadata: "{}".to_owned(),
    }
}

/// An event without personal data, of any kind of stream.
fn event_of(kind: StreamKind, number: u64) -> Event {
    let at = DateTime::<Utc>::from_timestamp(i64::try_from(number).unwrap(), 0).unwrap();
    match kind {
        StreamKind::Space => SpaceEvent::Code(CodeEvent::CodeLocked { at }).into(),
        StreamKind::Measure => MeasureEvent::MeasureRemoved { at, by: Actor::Holder, ground: Ground::OwnSpace }.into(),
        StreamKind::Document => DocumentEvent::DocumentPinned { at, by: Actor::Holder, ground: Ground::OwnSpace }.into(),
        StreamKind::Consultation => panic!("a consultation always says who it was"),
    }
}

/// The kind of stream that an id names: an item of a space where it has two parts.
fn kind(aggregate: &str) -> StreamKind {
    if aggregate.contains('/') { StreamKind::Measure } else { StreamKind::Space }
}

/// Events of the stream that the id names: `x` is the life of a space, `x/y` a measure in it.
pub(crate) fn write(aggregate: &str, version: u64, count: u64) -> Write {
    let kind = kind(aggregate);
    Write {
        aggregate_type: kind.name().to_owned(),
        aggregate_id: aggregate.to_owned(),
        expected_version: version,
        events: (version + 1..=version + count).map(|number| new_event(&event_of(kind, number))).collect(),
    }
}

/// The same for the stock writer.
pub(crate) fn serialized(aggregate: &str, sequence: u64) -> SerializedEvent {
    let event = event_of(kind(aggregate), sequence);
    SerializedEvent {
        aggregate_id: aggregate.to_owned(),
        sequence: usize::try_from(sequence).unwrap(),
        aggregate_type: event.kind().name().to_owned(),
        event_type: event.name().to_owned(),
        event_version: event.version(),
        payload: serde_json::to_value(&event).unwrap(),
        metadata: json!({}),
    }
}

pub(crate) async fn write_stock(stock: &PostgresEventRepository, aggregate: &str, version: u64, count: u64) -> Result<Written, Lost> {
    let events: Vec<SerializedEvent> = (version + 1..=version + count).map(|sequence| serialized(aggregate, sequence)).collect();
    let persisted = match kind(aggregate) {
        StreamKind::Space => stock.persist::<HealthSpace>(&events, None).await,
        StreamKind::Measure => stock.persist::<Measure>(&events, None).await,
        StreamKind::Document => stock.persist::<Document>(&events, None).await,
        StreamKind::Consultation => stock.persist::<Consultation>(&events, None).await,
    };
    match persisted {
        Ok(()) => Ok(Written::Somewhere),
        Err(PersistenceError::OptimisticLockError) => Err(Lost::To(None)),
        Err(other) => Err(Lost::Failed(other.to_string())),
    }
}

/// A pool as an embedder makes it: the service's role and nothing else.
pub(crate) async fn service_pool(url: &str) -> PgPool {
    PgPoolOptions::new()
        .max_connections(8)
        .after_connect(|connection, _| Box::pin(async move { connection.execute("SET ROLE ens_service").await.map(drop) }))
        .connect(url)
        .await
        .expect("a pool")
}

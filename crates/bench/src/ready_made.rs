//! Ready-made lives: one real life as the store sealed and stored it, copied under other ids, to fill a log faster than it could be lived.

use chrono::NaiveDate;
use cqrs_es::Aggregate;
use ens_domain::calendar::paris;
use ens_domain::space::HealthSpace;
use ens_store::{NewEvent, Store, StoredEvent, Write};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::failure::Failure;
use crate::lives::{Cast, Life, Step};

/// Lives appended together.
const BATCH: u64 = 500;
/// Batches under way at once.
const AT_ONCE: usize = 3;

/// The stored events of one life. Its seals belong to the space that lived it, so nobody ever opens a copy's.
#[derive(Clone)]
pub(crate) struct Template {
    life: Life,
    events: Vec<StoredEvent>,
}

impl Template {
    /// Lives a life that can be opened today, up to this step.
    pub(crate) async fn lived(store: &Store, until: Step) -> Result<Self, Failure> {
        Self::lived_for(store, until, paris::day_of(chrono::Utc::now())).await
    }

    /// Lives a life that can be opened on this day, up to this step.
    pub(crate) async fn lived_for(store: &Store, until: Step, open_on: NaiveDate) -> Result<Self, Failure> {
        let cast = Cast::opening_on(open_on)?;
        let life = Life::new(store)?;
        let mut last = 0;
        for step in Step::ALL {
            // As a campaign of one: a click would hold campaigns back for seconds, and those are what is measured next.
            let answers = store.commands().execute_all(vec![cast.envelope(store, life, step)?], &cast.policy).await;
            last = answers.into_iter().next().ok_or_else(|| Failure::because("a command without an answer"))??.position;
            if step == until {
                break;
            }
        }
        let id = life.space.to_string();
        let partition = store.partition_of(life.space);
        // A life that was lived just now ends at the head of its partition, or near it.
        let page = store.log().feed(partition, last.saturating_sub(100), 200).await?;
        Ok(Self { life, events: page.into_iter().filter(|event| event.aggregate_id == id).collect() })
    }

    /// How many events it has.
    pub(crate) fn len(&self) -> u64 {
        u64::try_from(self.events.len()).unwrap_or(u64::MAX)
    }

    /// Its events, as stored.
    pub(crate) fn events(&self) -> &[StoredEvent] {
        &self.events
    }

    /// The same life under other ids.
    pub(crate) fn copy(&self, life: Life) -> Write {
        let renamed = |text: &str| {
            text.replace(&self.life.space.to_string(), &life.space.to_string())
                .replace(&self.life.message.to_string(), &life.message.to_string())
        };
        let events = self.events.iter().map(|event| NewEvent {
            event_type: event.event_type.clone(),
            event_version: event.event_version.clone(),
            payload: renamed(&event.payload),
            metadata: renamed(&event.metadata),
        });
        Write {
            aggregate_type: HealthSpace::TYPE.to_owned(),
            aggregate_id: life.space.to_string(),
            expected_version: 0,
            events: events.collect(),
        }
    }

    /// Appends so many copies.
    pub(crate) async fn fill(&self, store: &Store, lives: u64) -> Result<(), Failure> {
        let batches = (0..lives.div_ceil(BATCH)).map(|batch| self.append(store, BATCH.min(lives - batch * BATCH)));
        stream::iter(batches).buffer_unordered(AT_ONCE).try_collect::<()>().await
    }

    async fn append(&self, store: &Store, lives: u64) -> Result<(), Failure> {
        let copies = (0..lives).map(|_| Ok(self.copy(Life::new(store)?))).collect::<Result<Vec<_>, Failure>>()?;
        let lost = ens_store::raw::append(store, copies).await?.into_iter().filter(Result::is_err).count();
        if lost == 0 { Ok(()) } else { Err(Failure::because("a new space met another writer")) }
    }
}

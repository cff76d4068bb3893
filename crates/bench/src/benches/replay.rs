//! The whole log read, decoded and folded into spaces, beside a bare streamed SELECT of its rows and the replay of cqrs-es.

use ens_domain::space::OpeningEvent;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use cqrs_es::persist::QueryReplay;
use cqrs_es::{Aggregate, EventEnvelope, Query};
use ens_domain::space::{HealthSpace, SpaceEvent};
use ens_store::{EventRow, Partition, Span, Store};
use futures::stream::{self, StreamExt, TryStreamExt};
use postgres_es::PostgresEventRepository;

use crate::bench::{Bench, Ground};
use crate::cli::EventsArgs;
use crate::contest::{Contender, Contest};
use crate::failure::Failure;
use crate::gauges::Gauges;
use crate::lives::Step;
use crate::measure::{Sample, once};
use crate::peers::{bare, postgres};
use crate::ready_made::Template;
use crate::report::{Bound, Row};

/// Partitions read at once: one a processor of the machine that the bars are set for.
const AT_ONCE: usize = 2;

/// On PostgreSQL.
pub(crate) async fn run(bench: &Bench, args: EventsArgs) -> Result<Vec<Row>, Failure> {
    let ground = Ground::fresh(bench, "replay").await?;
    let template = Template::lived(&ground.store, Step::Open).await?;
    eprintln!("replay: making a log of {} events", args.events);
    template.fill(&ground.store, args.events / template.len().max(1)).await?;
    ground.settle().await?;
    let mut ours = Ours { store: ground.store.clone(), gauges: ground.gauges.clone() };
    let mut select = Select { url: ground.url.clone(), gauges: ground.gauges.clone() };
    let mut stock = Stock { url: ground.url.clone(), gauges: ground.gauges.clone() };
    let contest = Contest::held("replay", bench.how.rounds, &mut [&mut ours, &mut select, &mut stock]).await?;
    ground.clear(&[]).await?;
    Ok(vec![judged(contest)])
}

/// The bare SELECT stands beside ours; cqrs-es has a bar of its own.
fn judged(mut contest: Contest) -> Row {
    let stock = contest.peers.pop();
    let mut row = Row::of("replay", "read, decoded, folded into spaces", contest).ratio_at_least(0.75);
    if let Some(stock) = stock {
        let times = row.ours.ops_s / stock.ops_s.max(f64::EPSILON);
        row = row.bar("times the replay of cqrs-es", times, Bound::AtLeast(2.0));
        row.others.push(stock);
    }
    row
}

/// Reads every event of the log and folds it; how many. The one place that says how the log is read from end to end.
async fn replay(store: &Store) -> Result<u64, Failure> {
    let partitions = store.partitions().each().map(|partition| {
        let store = store.clone();
        // A task each: what one partition decodes, another waits for.
        async move { tokio::spawn(async move { replay_partition(&store, partition).await }).await? }
    });
    stream::iter(partitions).buffer_unordered(AT_ONCE).try_fold(0, async |all, events: u64| Ok(all + events)).await
}

async fn replay_partition(store: &Store, partition: Partition) -> Result<u64, Failure> {
    let mut fold = Fold::default();
    let take = |row: EventRow<'_>| {
        let seen = row.decode().map_err(Failure::because)?;
        fold.take(row.aggregate_id, seen.event);
        Ok::<(), Failure>(())
    };
    store.log().read(Span::all_of(partition), take).await?;
    Ok(fold.events)
}

/// Spaces as the events so far made them. Those that are open are put aside, so that memory does not grow with the log.
#[derive(Default)]
struct Fold {
    events: u64,
    spaces: HashMap<String, HealthSpace>,
}

impl Fold {
    fn take(&mut self, space: &str, event: SpaceEvent) {
        self.events += 1;
        let over = matches!(event, SpaceEvent::Opening(OpeningEvent::OpenedByCnam { .. }));
        match self.spaces.get_mut(space) {
            Some(known) => known.apply(event),
            None => {
                let mut known = HealthSpace::default();
                known.apply(event);
                self.spaces.insert(space.to_owned(), known);
            }
        }
        if over {
            std::hint::black_box(self.spaces.remove(space));
        }
    }
}

struct Ours {
    store: Store,
    gauges: Gauges,
}

#[async_trait]
impl Contender for Ours {
    fn name(&self) -> String {
        "ens".to_owned()
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        once(&self.gauges, replay(&self.store)).await
    }
}

/// The bare limit of reading.
pub(crate) struct Select {
    pub(crate) url: String,
    pub(crate) gauges: Gauges,
}

#[async_trait]
impl Contender for Select {
    fn name(&self) -> String {
        "a bare streamed SELECT".to_owned()
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        once(&self.gauges, bare::select_all(&self.url)).await
    }
}

/// Stock replay of the same rows: our table is the one that it knows, our aggregate is one of its own.
struct Stock {
    url: String,
    gauges: Gauges,
}

#[async_trait]
impl Contender for Stock {
    fn name(&self) -> String {
        "cqrs-es, QueryReplay".to_owned()
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        let pool = bare::pool(&self.url, postgres::DEFAULT_CONNECTIONS).await?;
        let fold = Arc::new(Mutex::new(Fold::default()));
        let stock = QueryReplay::<_, _, HealthSpace>::new(PostgresEventRepository::new(pool.clone()), Folding(Arc::clone(&fold)));
        let work = async {
            stock.replay_all().await.map_err(Failure::because)?;
            Ok(fold.lock().unwrap_or_else(PoisonError::into_inner).events)
        };
        let sample = once(&self.gauges, work).await?;
        pool.close().await;
        Ok(sample)
    }
}

/// A query that folds as ours does.
struct Folding(Arc<Mutex<Fold>>);

#[async_trait]
impl Query<HealthSpace> for Folding {
    async fn dispatch(&self, aggregate_id: &str, events: &[EventEnvelope<HealthSpace>]) {
        let mut fold = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        events.iter().for_each(|seen| fold.take(aggregate_id, seen.payload.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_that_is_open_is_put_aside() {
        let event = |text: &str| serde_json::from_str::<SpaceEvent>(text).unwrap();
        let opened =
            r#"{"OpenedByCnam":{"at":"2021-08-30T12:00:00Z","ground":"window_over","medical_record":"created","opened_on":"2021-10-12"}}"#;
        let unreachable = r#"{"FoundUnreachable":{"at":"2021-08-30T12:00:00Z","reason":"no_contact"}}"#;
        let mut fold = Fold::default();
        fold.take("a", event(opened));
        fold.take("b", event(unreachable));
        assert_eq!((fold.events, fold.spaces.len()), (2, 1));
    }
}

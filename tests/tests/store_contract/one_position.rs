//! One position: a command on an item is decided on the item and on the life of its space as both stand at one position of the log.
//!
//! Closings, reopenings and recordings are asked at the same time, of one process and of two. Whichever is first in the log decides: gone
//! through in its order, the log holds no measure that was recorded while its space was closed.

use std::collections::HashMap;

use cqrs_es::persist::PersistedEventStore;
use cqrs_es::{Aggregate, CqrsFramework};
use ens_domain::event::{Event, Refusal};
use ens_domain::ids::SpaceId;
use ens_domain::party::Party;
use ens_domain::policy::Policy;
use ens_domain::sections::measures::MeasureRefusal;
use ens_domain::space::HealthSpace;
use ens_domain::space::commands::Reopen;
use ens_store::{CommandEnvelope, Outcome, Rejection, Sealed, Store};
use ens_tests::cohort::may_record;
use ens_tests::times;
use futures::future::join_all;
use postgres_es::PostgresEventRepository;

use crate::backends::{Backend, Log, options, service_pool};
use crate::concurrent_writers;
use crate::measures::{measure, record};
use crate::persons::{close, declare_contacts, life_until_open, monday, space_command};

/// Spaces of one round, all in one partition.
const SPACES: usize = 12;
/// Measures that are recorded in a space while it is closed.
const RECORDINGS: u16 = 4;

/// Events that another process writes to each space in a row: enough to be first again and again.
const DECLARATIONS: usize = 6;

/// What became of the commands on items.
#[derive(Debug, Default)]
struct Told {
    recorded: usize,
    refused: usize,
}

impl Told {
    fn add(&mut self, answer: Result<Outcome, Rejection>) {
        match answer {
            Ok(_) => self.recorded += 1,
            Err(Rejection::Refused(Refusal::Measure(MeasureRefusal::Access(_)))) => self.refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
}

/// The spaces of this round, open.
async fn opened(store: &Store, round: usize) -> Vec<SpaceId> {
    let partition = store.partition_of(concurrent_writers::space(0));
    let numbers = (0..).map(concurrent_writers::space).filter(|space| store.partition_of(*space) == partition);
    let spaces: Vec<SpaceId> = numbers.skip(round * SPACES).take(SPACES).collect();
    let lives = spaces.iter().flat_map(|space| life_until_open(*space)).collect();
    let answers = store.commands().execute_all(lives, &Policy::default()).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    spaces
}

/// Has each command carried out by a task of its own, through one store after the other.
async fn ask_at_once(stores: &[Store], envelopes: Vec<CommandEnvelope>) -> Vec<Result<Outcome, Rejection>> {
    let asked = envelopes
        .into_iter()
        .zip(stores.iter().cycle().cloned())
        .map(|(envelope, store)| tokio::spawn(async move { store.commands().execute(envelope, &Policy::default()).await }));
    join_all(asked).await.into_iter().map(|answer| answer.expect("no panic")).collect()
}

/// Goes through the log in its order: each measure was recorded while its space was in use. Answers how many there are.
async fn recorded_in_use(log: &Log) -> usize {
    let (mut spaces, mut recorded): (HashMap<SpaceId, HealthSpace>, usize) = (HashMap::new(), 0);
    for stored in log.read_all().await {
        let seen = stored.decode::<Event>().expect("an event");
        let (id, space) = (seen.space(), spaces.entry(seen.space()).or_default());
        match seen.event {
            Event::Space(event) => space.apply(event),
            Event::Measure(_) => {
                recorded += 1;
                assert!(may_record(space, monday()), "{:?}: {id} at {}", log.backend, seen.position);
            }
            Event::Document(_) | Event::Consultation(_) => panic!("nobody deposits or reads a document here"),
        }
    }
    recorded
}

/// The log, with a second store on it where one can be opened.
async fn two_stores(log: &Log) -> Vec<Store> {
    let mut stores = vec![log.store.clone()];
    if log.backend != Backend::SqliteMemory {
        stores.push(Store::open(log.storage.url(), options()).await.expect("the same storage"));
    }
    stores
}

/// One round: in each space a closing among the recordings, all asked at once of both stores.
async fn close_and_record(log: &Log, stores: &[Store], round: usize, told: &mut Told) {
    let mut envelopes = Vec::new();
    for (number, space) in opened(&log.store, round).await.into_iter().enumerate() {
        let mut of_space: Vec<_> = (0..RECORDINGS).map(|number| record(measure(space, number))).collect();
        of_space.insert(number % (of_space.len() + 1), close(space));
        envelopes.extend(of_space);
    }
    let closing: Vec<bool> = envelopes.iter().map(|envelope| envelope.stream.item().is_none()).collect();
    for (answer, closing) in ask_at_once(stores, envelopes).await.into_iter().zip(closing) {
        if closing {
            assert!(answer.as_ref().is_ok_and(|outcome| !outcome.is_quiet()), "{:?}: {answer:?}", log.backend);
        } else {
            told.add(answer);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_closing_and_recordings_at_once_whichever_is_first_in_the_log_decides() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let (stores, mut told) = (two_stores(&log).await, Told::default());
        for round in 0..times(8, 200) {
            close_and_record(&log, &stores, round, &mut told).await;
        }
        assert_eq!(recorded_in_use(&log).await, told.recorded, "{backend:?}");
        assert!(told.recorded > 0 && told.refused > 0, "{backend:?}: nobody raced: {told:?}");
    }
}

/// One store brings the spaces back and records in them, in one batch; the other writes events to them meanwhile.
async fn reopen_among_declarations(stores: &[Store], spaces: &[SpaceId]) {
    let batches = stores.iter().enumerate().map(|(number, store)| {
        let of_space = |space: &SpaceId| match number {
            0 => vec![reopen(*space), record(measure(*space, 1)), close(*space), record(measure(*space, 2))],
            _ => vec![declare_contacts(*space)],
        };
        let (store, envelopes) = (store.clone(), spaces.iter().flat_map(of_space).collect::<Vec<_>>());
        tokio::spawn(async move {
            if number == 0 {
                return store.commands().execute_all(envelopes, &Policy::default()).await;
            }
            let mut answers = Vec::new();
            for _ in 0..DECLARATIONS {
                answers.extend(ask_at_once(std::slice::from_ref(&store), envelopes.clone()).await);
            }
            answers
        })
    });
    for answers in join_all(batches).await {
        for (place, answer) in answers.expect("no panic").into_iter().enumerate() {
            let refused = matches!(answer, Err(Rejection::Refused(Refusal::Measure(MeasureRefusal::Access(_)))));
            assert!(answer.is_ok() || (refused && place % 4 == 3), "{answer:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recording_counts_on_a_reopening_only_where_that_one_is_written() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let (stores, policy) = (two_stores(&log).await, Policy::default());
        for round in 0..times(8, 200) {
            let spaces = opened(&log.store, round).await;
            let closings = spaces.iter().map(|space| close(*space)).collect();
            assert!(log.store.commands().execute_all(closings, &policy).await.iter().all(Result::is_ok), "{backend:?}");
            reopen_among_declarations(&stores, &spaces).await;
        }
        assert_eq!(recorded_in_use(&log).await, SPACES * times(8, 200), "{backend:?}");
    }
}

fn reopen(space: SpaceId) -> CommandEnvelope {
    CommandEnvelope::new(space, Reopen { at: monday(), by: Party::Holder })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closing_by_the_stock_writer_decides_as_one_of_ours() {
    let log = Log::fresh(Backend::PostgresStock).await;
    let repository = PostgresEventRepository::new(service_pool(log.storage.url()).await);
    let framework: CqrsFramework<HealthSpace, _> =
        CqrsFramework::new(PersistedEventStore::new_event_store(Sealed::new(repository, &log.store)), Vec::new(), Policy::default());
    let (mut told, policy) = (Told::default(), Policy::default());
    for round in 0..times(8, 100) {
        let spaces = opened(&log.store, round).await;
        let recordings = spaces.iter().flat_map(|space| (0..RECORDINGS).map(|number| record(measure(*space, number)))).collect();
        let closings = join_all(spaces.iter().map(async |space| {
            framework.execute(&space.to_string(), space_command(close(*space))).await.expect("nobody else writes to its life");
            log.store.commands().execute(record(measure(*space, RECORDINGS)), &policy).await
        }));
        let stores = [log.store.clone()];
        let (answers, late) = tokio::join!(ask_at_once(&stores, recordings), closings);
        answers.into_iter().for_each(|answer| told.add(answer));
        let already = told.recorded;
        late.into_iter().for_each(|answer| told.add(answer));
        assert_eq!(told.recorded, already, "a closing that was answered was not seen");
    }
    assert_eq!(recorded_in_use(&log).await, told.recorded);
    assert!(told.recorded > 0, "nobody raced: {told:?}");
}

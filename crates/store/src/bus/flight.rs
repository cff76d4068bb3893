//! Batches on their way: while one is written, the next ones are decided on what it will have written.
//!
//! taken --decided, the memory moved to what it will have written--> on its way --written, in the order of the decisions--> answered
//! Nobody is answered before what the answer stands on is committed. A batch that another writer was before takes those along that were
//! decided on it: the engine writes none of them, and all their orders are decided again.
//! - orders that come while a batch is on its way are answered as if they had waited for it
//! - a batch that another writer was before takes those along that were decided on it
//! - an answer without an event stands with what it was decided on

use std::collections::{HashMap, HashSet, VecDeque};

use ens_domain::ids::SpaceId;
use futures::future::BoxFuture;
use tokio::task::yield_now;
use uuid::Uuid;

use super::lane::{Job, Lane};
use super::memory::Memory;
use super::round::{Decided, Said};
use crate::append::{self, Batch, Class, StandsOn};
use crate::engine::AtHead;
use crate::error::StoreError;
use crate::partition::Partition;
use crate::store::Store;

/// A batch on its way.
struct Flight {
    said: Said,
    /// The head that it was decided at.
    head: Option<u64>,
    /// What comes of its writing; without any, it stands if those before it do.
    written: Option<BoxFuture<'static, Result<AtHead, StoreError>>>,
}

impl Flight {
    /// Waits for what shows whether the decisions stand, once those before them do; may be asked again where the asking was broken off.
    async fn shown(&mut self) -> Result<AtHead, StoreError> {
        match &mut self.written {
            Some(written) => written.await,
            None => Ok(AtHead::Written),
        }
    }
}

/// What the batches touch that were decided and are not committed yet.
#[derive(Default)]
pub(super) struct Aloft {
    keys: HashSet<Uuid>,
    spaces: HashMap<SpaceId, usize>,
}

impl Aloft {
    /// Whether anything on its way touches this space.
    pub(super) fn touch(&self, space: SpaceId) -> bool {
        self.spaces.contains_key(&space)
    }

    /// Whether anything on its way bears this idempotency key.
    pub(super) fn bear(&self, key: &Uuid) -> bool {
        self.keys.contains(key)
    }

    fn add(&mut self, job: &Job) {
        *self.spaces.entry(job.order.space).or_default() += 1;
        self.keys.extend(job.request.map(|request| request.key));
    }

    fn remove(&mut self, job: &Job) {
        if let Some(count) = self.spaces.get_mut(&job.order.space) {
            *count -= 1;
            if *count == 0 {
                self.spaces.remove(&job.order.space);
            }
        }
        if let Some(request) = job.request {
            self.keys.remove(&request.key);
        }
    }
}

/// The batches on their way, in their order.
#[derive(Default)]
struct Flights {
    queue: VecDeque<Flight>,
    aloft: Aloft,
}

impl Flights {
    fn push(&mut self, flight: Flight) {
        flight.said.iter().for_each(|(job, _)| self.aloft.add(job));
        self.queue.push_back(flight);
    }

    fn pop(&mut self) -> Option<Flight> {
        let flight = self.queue.pop_front()?;
        flight.said.iter().for_each(|(job, _)| self.aloft.remove(job));
        Some(flight)
    }
}

/// One service of a lane.
struct Service<'a> {
    store: &'a Store,
    lane: (Partition, Class),
    memory: &'a mut Memory,
    flights: Flights,
    /// Orders to be decided again, in their order.
    back: Vec<Job>,
    takes: Takes,
}

/// Whether a service takes more orders.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Takes {
    More,
    /// Not before all is landed: some orders wait for that.
    NoMore,
    /// Not before all is landed, and nothing is remembered then: what happened is not known.
    NoMoreAndForgets,
}

impl Store {
    /// Serves a lane until nothing of this class waits, somebody else wants the lane, or orders have to be decided again: those are handed
    /// back.
    pub(super) async fn fly(&self, lane: &Lane, class: Class, orders: usize) -> Vec<Job> {
        let mut memory = lane.memory.lock().await;
        let ahead = match class {
            Class::Click => self.engine().ahead(),
            Class::Campaign => 1,
        };
        let mut service = Service {
            store: self,
            lane: (lane.partition, class),
            memory: &mut memory,
            flights: Flights::default(),
            back: Vec::new(),
            takes: Takes::More,
        };
        let mut begun = false;
        loop {
            let open = service.takes == Takes::More && service.flights.queue.len() < ahead && !(begun && lane.is_wanted_beside(class));
            let batch = if open { lane.take(class, orders) } else { Vec::new() };
            if !batch.is_empty() {
                begun = true;
                service.take_off(batch).await;
                continue;
            }
            let Some(first) = service.flights.queue.front_mut() else { break };
            let landed = tokio::select! {
                landed = first.shown() => landed,
                () = lane.more_has_come(class), if open => continue,
            };
            let crowd = first.said.len() > 1;
            service.land(landed).await;
            if crowd && ahead == 1 {
                // Those who were answered may be about to ask again: else a crowd falls apart into two halves that wait for each other's flush
                // to the disk. Where batches go ahead, the writer waits so.
                yield_now().await;
                yield_now().await;
            }
        }
        if service.takes == Takes::NoMoreAndForgets {
            service.memory.forget_all();
        }
        service.back
    }
}

impl Service<'_> {
    /// Decides a batch and sends it on its way.
    async fn take_off(&mut self, batch: Vec<Job>) {
        if !self.flights.queue.is_empty() && batch.iter().any(Job::is_doubtful) {
            self.put_back(batch);
            return;
        }
        match self.store.decide(self.lane, self.memory, &self.flights.aloft, batch).await {
            Ok(Decided::Quiet(said, head)) => self.keep_quiet(said, head).await,
            Ok(Decided::Planned(said, batch)) => self.launch(said, batch).await,
            Ok(Decided::Locked(locked)) => {
                self.land_all().await;
                if self.takes == Takes::More {
                    match self.store.write_locked(self.memory, *locked).await {
                        Ok(Ok(said)) => self.answer(said),
                        Ok(Err(jobs)) => self.overtaken(jobs.into_iter().flatten().collect()).await,
                        // The callers have been given the error already.
                        Err(_) => self.takes = Takes::NoMoreAndForgets,
                    }
                } else {
                    self.put_back(locked.jobs().collect());
                }
            }
            // Its orders know.
            Err(_) => self.takes = Takes::NoMoreAndForgets,
        }
    }

    /// Has a batch that writes nothing answered after those before it; where there are none, once the head was found where it is known to be.
    async fn keep_quiet(&mut self, said: Said, head: Option<u64>) {
        let alone = self.flights.queue.is_empty();
        self.send(Flight { said, head, written: None });
        if alone {
            let found = match head {
                // Whatever went ahead meanwhile would move it.
                Some(known) => {
                    self.store.engine().head(self.lane.0).await.map(|head| if head == known { AtHead::Written } else { AtHead::Moved })
                }
                None => Ok(AtHead::Written),
            };
            self.land(found).await;
        }
    }

    async fn launch(&mut self, said: Said, mut batch: Batch) {
        let head = Some(batch.head);
        if !batch.settles.is_empty() {
            // Written by itself, so that nothing may be on its way before it, nor stand on it.
            self.land_all().await;
            if self.takes != Takes::More {
                let jobs = self.undone(said);
                self.put_back(jobs);
                return;
            }
            self.takes = Takes::NoMore;
        }
        batch.stands_on = if self.flights.queue.is_empty() { StandsOn::Head } else { StandsOn::BatchBefore };
        let written = self.store.engine().append_at(batch);
        self.send(Flight { said, head, written: Some(written) });
    }

    fn send(&mut self, flight: Flight) {
        if flight.said.iter().any(|(_, said)| said.is_none()) {
            self.takes = self.takes.max(Takes::NoMore);
        }
        self.flights.push(flight);
    }

    async fn land_all(&mut self) {
        while let Some(first) = self.flights.queue.front_mut() {
            let landed = first.shown().await;
            self.land(landed).await;
        }
    }

    /// Answers the first batch on its way, or has it decided again with all behind it.
    async fn land(&mut self, landed: Result<AtHead, StoreError>) {
        let Some(Flight { said, head, written }) = self.flights.pop() else { return };
        match append::at_head(landed) {
            Ok(AtHead::Written) => {
                if written.is_some() {
                    self.store.ring_bell();
                }
                self.answer(said);
            }
            Ok(AtHead::Moved) => {
                let jobs = self.undone(said);
                head.into_iter().for_each(|head| self.memory.stand_at(head));
                self.overtaken(jobs).await;
            }
            Err(error) => {
                self.takes = Takes::NoMoreAndForgets;
                said.into_iter().for_each(|(job, _)| job.fail(&error));
                self.drop_behind().await;
            }
        }
    }

    /// Gives the answers; the orders without one are decided again.
    fn answer(&mut self, said: Said) {
        let settled = said.iter().any(|(_, said)| said.is_some());
        for (mut job, said) in said {
            match said {
                Some(said) => job.answer(said),
                None => {
                    job.fruitless += u32::from(!settled);
                    self.put_back(vec![job]);
                }
            }
        }
    }

    /// Another writer was first: these orders, and those behind them, are decided again on what that one wrote.
    async fn overtaken(&mut self, mut jobs: Vec<Job>) {
        jobs.iter_mut().for_each(|job| job.fruitless += 1);
        self.put_back(jobs);
        let head = self.memory.head();
        self.drop_behind().await;
        head.into_iter().for_each(|head| self.memory.stand_at(head));
        if let Err(error) = self.store.catch_up(self.lane.0, self.memory).await {
            self.takes = Takes::NoMoreAndForgets;
            self.back.drain(..).for_each(|job| job.fail(&error));
        }
    }

    /// Has those decided again that stand on what does not stand.
    async fn drop_behind(&mut self) {
        while let Some(mut behind) = self.flights.pop() {
            // Nothing to write, nothing to wait for.
            let shown = if behind.written.is_some() { behind.shown().await } else { Ok(AtHead::Moved) };
            match append::at_head(shown) {
                // Never, where the engine keeps its word; but what is written is answered, and not done again.
                Ok(AtHead::Written) => self.answer(behind.said),
                Ok(AtHead::Moved) => {
                    let jobs = self.undone(behind.said);
                    self.put_back(jobs);
                }
                Err(error) => self.undone(behind.said).into_iter().for_each(|job| job.fail(&error)),
            }
        }
    }

    /// The orders of a batch that is not written; what the memory holds of them never came to be.
    fn undone(&mut self, said: Said) -> Vec<Job> {
        said.into_iter().map(|(job, _)| job).inspect(|job| self.memory.forget(job.order.space)).collect()
    }

    fn put_back(&mut self, jobs: Vec<Job>) {
        self.takes = self.takes.max(Takes::NoMore);
        self.back.extend(jobs);
    }
}

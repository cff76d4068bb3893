//! The pipeline of one partition: while one batch is written, the next ones are decided on what it will have written.
//!
//! taken --decided, the cache moved to what it will have written--> in flight --written, in the order of the decisions--> answered
//! Nobody is answered before what the answer stands on is committed. If another writer commits first, this batch and everything decided on
//! it are decided again; the engine writes none of them.
//! - commands that come while a batch is in flight are answered as if they had waited for it
//! - if another writer commits first, the batch and everything decided on it are decided again
//! - an answer without an event stands with what it was decided on

use std::collections::VecDeque;

use futures::future::BoxFuture;

use super::admission::head_or_moved;
use super::decided_batch::{DecidedBatch, Decider, Served};
use super::in_flight::InFlight;
use super::queued::{Answers, QueuedCommand};
use super::stream_cache::StreamCache;
use crate::engine::AtHead;
use crate::ground::{Batch, DecidedOn, StoreError};

/// A batch that was decided and is not answered yet.
struct Submitted {
    answers: Answers,
    /// The head that it was decided at.
    head: Option<u64>,
    /// What comes of its writing; without any, it stands if those before it do.
    written: Option<BoxFuture<'static, Result<AtHead, StoreError>>>,
}

impl Submitted {
    /// Waits for what shows whether the decisions stand, once those before them do. It may be asked again where the asking was broken off.
    async fn outcome(&mut self) -> Result<AtHead, StoreError> {
        match &mut self.written {
            Some(written) => written.await,
            None => Ok(AtHead::Written),
        }
    }
}

/// Whether a pipeline takes more commands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Accepting {
    More,
    /// Not before everything in flight is complete: some commands wait for that.
    Nothing,
    /// Not before everything in flight is complete, and the cache is dropped then: what happened is not known.
    NothingAndDropCache,
}

/// The batches of one partition and one priority in flight, in their order.
pub(super) struct Pipeline<'a> {
    decider: &'a Decider,
    served: Served,
    cache: &'a mut StreamCache,
    submitted: VecDeque<Submitted>,
    in_flight: InFlight,
    /// Commands to be decided again, in their order.
    again: Vec<QueuedCommand>,
    accepting: Accepting,
}

impl<'a> Pipeline<'a> {
    /// A pipeline with nothing in flight.
    pub(super) fn new(decider: &'a Decider, served: Served, cache: &'a mut StreamCache) -> Self {
        let (submitted, in_flight, again) = Default::default();
        Self { decider, served, cache, submitted, in_flight, again, accepting: Accepting::More }
    }

    /// Whether another batch may be submitted, with so many in flight at most.
    pub(super) fn has_room(&self, at_most: usize) -> bool {
        self.accepting == Accepting::More && self.submitted.len() < at_most
    }

    /// Waits for what comes of the first batch in flight, and how many commands it has; nothing where none is.
    pub(super) async fn first_outcome(&mut self) -> Option<(Result<AtHead, StoreError>, usize)> {
        let first = self.submitted.front_mut()?;
        let commands = first.answers.len();
        Some((first.outcome().await, commands))
    }

    /// The commands to be decided again, once nothing is in flight.
    pub(super) fn finish(self) -> Vec<QueuedCommand> {
        if self.accepting == Accepting::NothingAndDropCache {
            self.cache.clear();
        }
        self.again
    }

    /// Decides a batch and submits it.
    pub(super) async fn submit(&mut self, taken: Vec<QueuedCommand>) {
        if !self.submitted.is_empty() && taken.iter().any(QueuedCommand::is_doubtful) {
            self.put_back(taken);
            return;
        }
        match self.decider.decide(self.served, self.cache, &self.in_flight, taken).await {
            Ok(DecidedBatch::Quiet(answers, head)) => self.submit_quiet(answers, head).await,
            Ok(DecidedBatch::Append(answers, batch)) => self.submit_append(answers, batch).await,
            Ok(DecidedBatch::Locked(locked)) => {
                self.complete_all().await;
                if self.accepting == Accepting::More {
                    match self.decider.write_locked(self.cache, *locked).await {
                        Ok(Ok(answers)) => self.answer(answers),
                        Ok(Err(commands)) => self.overtaken(commands.into_iter().flatten().collect()).await,
                        Err(_) => self.accepting = Accepting::NothingAndDropCache, // Its commands were told.
                    }
                } else {
                    self.put_back(locked.commands().collect());
                }
            }
            Err(_) => self.accepting = Accepting::NothingAndDropCache, // Its commands were told.
        }
    }

    /// Has a batch that writes nothing answered after those before it; where there are none, once the head was found where it is known to be.
    async fn submit_quiet(&mut self, answers: Answers, head: Option<u64>) {
        let alone = self.submitted.is_empty();
        self.push(Submitted { answers, head, written: None });
        if alone {
            let found = match head {
                // Whatever was appended meanwhile would move it.
                Some(known) => self.decider.is_at(self.served.0, known).await,
                None => Ok(AtHead::Written),
            };
            self.complete(found).await;
        }
    }

    async fn submit_append(&mut self, answers: Answers, mut batch: Batch) {
        let head = Some(batch.head);
        if !batch.completed_messages.is_empty() {
            // Written by itself, so that nothing may be in flight before it, nor be decided on it.
            self.complete_all().await;
            if self.accepting != Accepting::More {
                let commands = self.undo(answers);
                self.put_back(commands);
                return;
            }
            self.accepting = Accepting::Nothing;
        }
        batch.decided_on = if self.submitted.is_empty() { DecidedOn::Head } else { DecidedOn::BatchBefore };
        let written = self.decider.shared.engine().append_at(batch);
        self.push(Submitted { answers, head, written: Some(written) });
    }

    fn push(&mut self, submitted: Submitted) {
        if submitted.answers.iter().any(|(_, answer)| answer.is_none()) {
            self.accepting = self.accepting.max(Accepting::Nothing);
        }
        submitted.answers.iter().for_each(|(command, _)| self.in_flight.add(command));
        self.submitted.push_back(submitted);
    }

    fn pop(&mut self) -> Option<Submitted> {
        let submitted = self.submitted.pop_front()?;
        submitted.answers.iter().for_each(|(command, _)| self.in_flight.remove(command));
        Some(submitted)
    }

    async fn complete_all(&mut self) {
        while let Some((outcome, _)) = self.first_outcome().await {
            self.complete(outcome).await;
        }
    }

    /// Answers the first batch in flight, or has it decided again with all behind it.
    pub(super) async fn complete(&mut self, outcome: Result<AtHead, StoreError>) {
        let Some(Submitted { answers, head, written }) = self.pop() else { return };
        match head_or_moved(outcome) {
            Ok(AtHead::Written) => {
                if written.is_some() {
                    self.decider.shared.signal_append();
                }
                self.answer(answers);
            }
            Ok(AtHead::Moved) => {
                let commands = self.undo(answers);
                head.into_iter().for_each(|head| self.cache.advance_to(head));
                self.overtaken(commands).await;
            }
            Err(error) => {
                self.accepting = Accepting::NothingAndDropCache;
                answers.into_iter().for_each(|(command, _)| command.fail(&error));
                self.drop_behind().await;
            }
        }
    }

    /// Gives the answers; the commands without one are decided again.
    fn answer(&mut self, answers: Answers) {
        let progress = answers.iter().any(|(_, answer)| answer.is_some());
        for (mut command, answer) in answers {
            match answer {
                Some(answer) => command.answer(answer),
                None => {
                    command.fruitless += u32::from(!progress);
                    self.put_back(vec![command]);
                }
            }
        }
    }

    /// Another writer was first: these commands, and those behind them, are decided again on what that one wrote.
    async fn overtaken(&mut self, mut commands: Vec<QueuedCommand>) {
        commands.iter_mut().for_each(|command| command.fruitless += 1);
        self.put_back(commands);
        let head = self.cache.head();
        self.drop_behind().await;
        head.into_iter().for_each(|head| self.cache.advance_to(head));
        if let Err(error) = self.decider.catch_up(self.served.0, self.cache).await {
            self.accepting = Accepting::NothingAndDropCache;
            self.again.drain(..).for_each(|command| command.fail(&error));
        }
    }

    /// Has those decided again that were decided on what is not written.
    async fn drop_behind(&mut self) {
        while let Some(mut behind) = self.pop() {
            // Nothing to write, nothing to wait for.
            let outcome = if behind.written.is_some() { behind.outcome().await } else { Ok(AtHead::Moved) };
            match head_or_moved(outcome) {
                // Never, where the engine keeps its word; but what is written is answered, and not done again.
                Ok(AtHead::Written) => self.answer(behind.answers),
                Ok(AtHead::Moved) => {
                    let commands = self.undo(behind.answers);
                    self.put_back(commands);
                }
                Err(error) => self.undo(behind.answers).into_iter().for_each(|command| command.fail(&error)),
            }
        }
    }

    /// The commands of a batch that is not written; what the cache holds of them never came to be.
    fn undo(&mut self, answers: Answers) -> Vec<QueuedCommand> {
        answers.into_iter().map(|(command, _)| command).inspect(|command| self.cache.drop_stream(command.key())).collect()
    }

    fn put_back(&mut self, commands: Vec<QueuedCommand>) {
        self.accepting = self.accepting.max(Accepting::Nothing);
        self.again.extend(commands);
    }
}

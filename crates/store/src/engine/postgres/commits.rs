//! Commits shared by lanes: what several of them have to write at the same moment goes into one transaction, a statement each.
//!
//! a lane's statement waits --a turn is free--> taken with all that wait: begin, one statement after the other, commit --> answered
//! A commit costs as much as a few commands do, so a crowd that is spread over all partitions would spend its time on commits. Each statement
//! still names one partition, and stands or falls by its own head. Where partitions stand on several machines a shared transaction would cost
//! more than it saves: there each statement is committed alone.
//! - a statement that fails takes the others back with it, and they are tried again

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use sqlx::postgres::{PgArguments, PgPool};
use tokio::sync::{Semaphore, oneshot};

use crate::engine::AtHead;
use crate::error::StoreError;
use crate::partition::Partition;

/// Transactions at a time: one is on its way to the disk while another is filled.
const TURNS: usize = 3;

/// Who commits for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    /// Lanes share transactions.
    Shared,
    /// Each statement is a transaction.
    Alone,
}

/// What a lane has to write.
pub(super) struct Piece {
    pub(super) partition: Partition,
    pub(super) rows: usize,
    pub(super) sql: String,
    pub(super) arguments: PgArguments,
}

type Answer = Result<AtHead, StoreError>;

struct Waiting {
    piece: Piece,
    answer: oneshot::Sender<Answer>,
}

/// The commits of one store.
pub(super) struct Commits {
    pool: PgPool,
    sharing: Sharing,
    waiting: Mutex<VecDeque<Waiting>>,
    turns: Semaphore,
}

/// Rows of a piece that is worth a transaction of its own, so that nobody waits behind it.
const LARGE: usize = 128;

impl Commits {
    pub(super) fn new(pool: PgPool, sharing: Sharing) -> Self {
        Self { pool, sharing, waiting: Mutex::default(), turns: Semaphore::new(TURNS) }
    }

    /// Writes a piece, with whatever else waits; what is under way when the caller leaves is lost with it, so no caller may leave.
    pub(super) async fn write(&self, piece: Piece) -> Answer {
        if self.sharing == Sharing::Alone || piece.rows >= LARGE {
            return self.alone(piece).await;
        }
        let (answer, mut answered) = oneshot::channel();
        self.queue(|waiting| waiting.push_back(Waiting { piece, answer }));
        loop {
            tokio::select! {
                biased;
                answer = &mut answered => return answer.unwrap_or(Err(StoreError::OutcomeUnknown)),
                turn = self.turns.acquire() => {
                    let taken: Vec<Waiting> = self.queue(|waiting| waiting.drain(..).collect());
                    self.together(taken).await;
                    drop(turn);
                }
            }
        }
    }

    /// Whoever panicked while holding the queue left it whole: every change is one call.
    fn queue<T>(&self, change: impl FnOnce(&mut VecDeque<Waiting>) -> T) -> T {
        change(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn alone(&self, piece: Piece) -> Answer {
        let mut connection = self.pool.acquire().await?;
        // The commit is in the statement: an answer that does not come leaves its outcome unknown.
        let moved = sqlx::query_with(&piece.sql, piece.arguments).fetch_optional(&mut *connection).await.map_err(StoreError::at_commit)?;
        Ok(written(moved.is_some()))
    }

    async fn together(&self, mut taken: Vec<Waiting>) {
        if taken.len() < 2 {
            for Waiting { piece, answer } in taken {
                // An error here means that nobody waits any more.
                drop(answer.send(self.alone(piece).await));
            }
            return;
        }
        // One order for everybody: two processes that take the same heads wait for each other instead of deadlocking.
        taken.sort_unstable_by_key(|waiting| waiting.piece.partition);
        let (pieces, answers): (Vec<_>, Vec<_>) = taken.into_iter().map(|waiting| (waiting.piece, waiting.answer)).unzip();
        let done = self.transact(pieces).await;
        for (place, answer) in answers.into_iter().enumerate() {
            let its = match &done {
                Ok(all) => Ok(written(all.get(place).copied().unwrap_or_default())),
                Err(Undone { place: at, error }) if *at == place || *at == NOWHERE => Err(error.clone()),
                Err(_) => Ok(AtHead::Moved),
            };
            // An error here means that nobody waits any more.
            drop(answer.send(its));
        }
    }

    /// Whether each piece found its head, all of them committed; or which of them failed.
    async fn transact(&self, pieces: Vec<Piece>) -> Result<Vec<bool>, Undone> {
        let lost = |error: StoreError| Undone { place: NOWHERE, error };
        let mut transaction = self.pool.begin().await.map_err(|error| lost(error.into()))?;
        let mut found = Vec::with_capacity(pieces.len());
        for (place, Piece { sql, arguments, .. }) in pieces.into_iter().enumerate() {
            let moved = sqlx::query_with(&sql, arguments).fetch_optional(&mut *transaction).await;
            found.push(moved.map_err(|error| Undone { place, error: error.into() })?.is_some());
        }
        transaction.commit().await.map_err(|error| lost(StoreError::at_commit(error)))?;
        Ok(found)
    }
}

/// A shared transaction that was undone, or may have been.
struct Undone {
    place: usize,
    error: StoreError,
}

/// The place of a failure that is nobody's own.
const NOWHERE: usize = usize::MAX;

fn written(found: bool) -> AtHead {
    if found { AtHead::Written } else { AtHead::Moved }
}

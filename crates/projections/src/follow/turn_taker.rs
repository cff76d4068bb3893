//! Takes the shared turns of one process, several partitions at once, and reports each outcome to the health board.

use ens_store::{Partition, Store, StoreError};
use futures::{StreamExt, stream};

use crate::health::{Fault, FaultKind};
use crate::read_model::ReadModel;

use super::checkpoints::SharedTurn;
use super::health_board::HealthBoard;
use super::turn::{Member, TurnBounds, TurnOutcome, take_turn};

/// Turns taken at the same time: while the database writes for one, this process folds for another.
const AT_ONCE: usize = 3;

/// What it takes to take turns.
#[derive(Clone)]
pub(crate) struct TurnTaker {
    pub(crate) store: Store,
    pub(crate) board: HealthBoard,
    /// Events read in one transaction.
    pub(crate) batch: u32,
}

/// The outcome of a turn for one read model in one partition.
pub(crate) type Taken = (&'static dyn ReadModel, Partition, Result<TurnOutcome, StoreError>);

impl TurnTaker {
    /// Takes each of these turns once.
    pub(crate) async fn take_all(&self, turns: Vec<SharedTurn>) -> Vec<Taken> {
        let turns: Vec<_> = turns.into_iter().map(|turn| self.take(turn)).collect();
        stream::iter(turns).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.concat()
    }

    /// Takes one turn. If the store refuses what several read models wrote together, each tries alone, so that only the one at fault stops.
    async fn take(&self, turn: SharedTurn) -> Vec<Taken> {
        let taken = match self.take_together(&turn, &turn.read_models).await {
            Err(error) if !error.is_transient() && turn.read_models.len() > 1 => self.take_one_by_one(&turn).await,
            Err(error) => turn.read_models.iter().map(|each| (*each, turn.partition, Err(error.clone()))).collect(),
            Ok(outcomes) => turn.read_models.iter().zip(outcomes).map(|(each, outcome)| (*each, turn.partition, Ok(outcome))).collect(),
        };
        for (read_model, partition, outcome) in &taken {
            match outcome {
                Ok(TurnOutcome::Stopped(fault)) => self.board.report(fault.clone()),
                Ok(TurnOutcome::CaughtUp | TurnOutcome::Advanced) => self.board.clear(read_model.name(), *partition),
                Ok(TurnOutcome::Elsewhere) => {}
                Err(_) => {} // The caller looks at it: the error may be gone at the next attempt.
            }
        }
        taken
    }

    async fn take_one_by_one(&self, turn: &SharedTurn) -> Vec<Taken> {
        let mut taken = Vec::with_capacity(turn.read_models.len());
        for read_model in &turn.read_models {
            let alone = self.take_together(turn, &[*read_model]).await;
            let outcome = alone.map(|outcomes| outcomes.into_iter().next().unwrap_or(TurnOutcome::Elsewhere));
            taken.push((*read_model, turn.partition, outcome));
        }
        taken
    }

    async fn take_together(&self, turn: &SharedTurn, read_models: &[&'static dyn ReadModel]) -> Result<Vec<TurnOutcome>, StoreError> {
        let bounds = TurnBounds { partition: turn.partition, batch: self.batch, bound: turn.bound };
        let members = read_models.iter().map(|read_model| Member::live(*read_model)).collect();
        let taken = take_turn(&self.store, members, bounds).await?;
        self.board.pass_over(turn.partition, &taken.unknown);
        Ok(taken.outcomes)
    }

    /// A turn failed in the store: the board says so, at the event that would have come next.
    pub(crate) async fn failed(&self, read_model: &dyn ReadModel, partition: Partition, error: &StoreError) -> Fault {
        let checkpoint = match self.store.read_models().checkpoints(read_model.name()).await {
            Ok(all) => all.into_iter().find_map(|(each, position)| (each == partition).then_some(position)).unwrap_or_default(),
            // If not even this can be read, the board names the beginning; the error that it gives is the first one.
            Err(_) => 0,
        };
        let (projection, position) = (read_model.name(), checkpoint.saturating_add(1));
        let fault = Fault { projection, partition, position, kind: FaultKind::of(error), reason: error.to_string() };
        self.board.report(fault.clone());
        fault
    }
}

//! One round of the bus: what can be answered now is, what met another writer stays for the next round.

use std::collections::{BTreeMap, HashMap, HashSet};

use ens_domain::ids::SpaceId;
use ens_domain::policy::Policy;
use futures::stream::{self, StreamExt};

use super::Settled;
use super::desk::{Answer, Desk, Plan};
use crate::append::{self, Batch, Entry};
use crate::error::StoreError;
use crate::history::{self, AT_ONCE};
use crate::order::{Answered, Order, Outcome, Rejection};
use crate::partition::Partition;
use crate::store::Store;
use crate::stored::Appended;

/// What became of a plan in its transaction.
enum Fate {
    Written(Appended),
    /// Another writer was first: to be decided again.
    Overtaken,
    Lost(StoreError),
}

impl Store {
    /// Answers what can be answered now.
    pub(super) async fn round(&self, pending: &[(usize, &Order)], policy: &Policy) -> Result<Settled, StoreError> {
        let (mut settled, fresh) = self.answer_again(pending).await?;
        let spaces: Vec<SpaceId> = fresh.iter().map(|asked| asked.order.space).collect();
        let mut histories = self.histories(&spaces).await?;
        let mut desk = Desk::default();
        for space in spaces {
            let events = histories.remove(&space).unwrap_or_default();
            desk.lay(space, || history::fold(&events));
        }
        for asked in &fresh {
            desk.decide(asked, policy);
        }
        let (mut plans, answers) = desk.clear();
        let entries = self.seal_plans(&mut plans).await?;
        let fates = self.append_plans(&plans, entries).await;
        settled.extend(self.settle(answers, plans, fates));
        Ok(settled)
    }

    /// Appends the plans that were sealed, one transaction per partition; a plan after one of its space that could not be sealed waits.
    async fn append_plans(&self, plans: &[Plan<'_>], entries: Vec<Result<Entry, StoreError>>) -> Vec<Fate> {
        let mut fates: Vec<Fate> = Vec::with_capacity(plans.len());
        let mut groups: BTreeMap<Partition, (Vec<usize>, Vec<Entry>)> = BTreeMap::new();
        let mut spoiled: HashSet<SpaceId> = HashSet::new();
        for (place, (plan, entry)) in plans.iter().zip(entries).enumerate() {
            fates.push(Fate::Overtaken);
            match entry {
                Ok(_) if spoiled.contains(&plan.order.space) => {}
                Ok(entry) => {
                    let (places, entries) = groups.entry(self.partition_of(plan.order.space)).or_default();
                    places.push(place);
                    entries.push(entry);
                }
                Err(error) => {
                    spoiled.insert(plan.order.space);
                    set(&mut fates, place, Fate::Lost(error));
                }
            }
        }
        let settled: Vec<(Vec<usize>, Result<Batch, StoreError>)> = stream::iter(
            groups
                .into_iter()
                .map(|(partition, (places, entries))| async move { (places, append::append(self.engine(), partition, &entries).await) }),
        )
        .buffered(AT_ONCE)
        .collect()
        .await;
        for (places, batch) in settled {
            self.note(&mut fates, places, batch);
        }
        fates
    }

    fn note(&self, fates: &mut [Fate], places: Vec<usize>, batch: Result<Batch, StoreError>) {
        match batch {
            Ok(Batch::Settled(answers)) => {
                self.ring_bell();
                for (place, answer) in places.into_iter().zip(answers) {
                    set(fates, place, answer.map_or(Fate::Overtaken, Fate::Written));
                }
            }
            Ok(Batch::KeyTaken) => {}
            Err(error) => places.into_iter().for_each(|place| set(fates, place, Fate::Lost(error.clone()))),
        }
    }

    /// Turns fates into answers. What was decided on top of a plan that was not written is no answer: it is decided again.
    fn settle(&self, answers: Vec<(usize, SpaceId, Answer)>, plans: Vec<Plan<'_>>, fates: Vec<Fate>) -> Settled {
        let mut planned = plans.into_iter().zip(fates);
        let mut spoiled: HashSet<SpaceId> = HashSet::new();
        let mut positions: HashMap<SpaceId, u64> = HashMap::new();
        let mut settled = Vec::with_capacity(answers.len());
        for (place, space, answer) in answers {
            let stands = !spoiled.contains(&space);
            match answer {
                Answer::Rejected(rejection) if stands => settled.push((place, Err(rejection))),
                Answer::Quiet { version, loaded_position } if stands => {
                    let (partition, position) = (self.partition_of(space), positions.get(&space).copied().unwrap_or(loaded_position));
                    settled.push((place, Ok(Outcome { version, partition, position, events: Vec::new(), answered: Answered::Now })));
                }
                Answer::Rejected(_) | Answer::Quiet { .. } => {}
                Answer::Planned => match planned.next() {
                    Some((plan, Fate::Written(at))) => {
                        positions.insert(space, at.position);
                        let Appended { version, partition, position } = at;
                        settled.push((place, Ok(Outcome { version, partition, position, events: plan.events, answered: Answered::Now })));
                    }
                    Some((_, Fate::Lost(error))) => {
                        spoiled.insert(space);
                        settled.push((place, Err(Rejection::Store(error))));
                    }
                    Some((_, Fate::Overtaken)) | None => {
                        spoiled.insert(space);
                    }
                },
            }
        }
        settled
    }
}

fn set(fates: &mut [Fate], place: usize, fate: Fate) {
    if let Some(slot) = fates.get_mut(place) {
        *slot = fate;
    }
}

//! The registry: one person, one space, for ever. A keyed digest of the INS leads to the space's id and never back.

use std::collections::{HashMap, HashSet};

use ens_domain::ids::SpaceId;
use ens_domain::ins::InsDigest;

use crate::ground::StoreError;
use crate::shared::Shared;

/// Whether the registry had met a person before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Reserved now, under the proposed id.
    New,
    /// Reserved before; the id is the first one.
    Already,
}

/// The answer to a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reserved {
    /// The person's space, whatever was proposed.
    pub space: SpaceId,
    /// Whether the proposal was taken.
    pub known: Known,
}

/// What came of linking a further INS to a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    /// The digest leads to the space, since now or before.
    Done,
    /// It leads to another person's space, and stays so.
    Taken(SpaceId),
}

/// Reserves an id for each person, in the order given; a person who has one keeps it, whatever is proposed.
///
/// # Errors
/// The database's.
pub(crate) async fn reserve(shared: &Shared, proposals: Vec<(InsDigest, SpaceId)>) -> Result<Vec<Reserved>, StoreError> {
    let mut seen = HashSet::with_capacity(proposals.len());
    let mut distinct: Vec<(InsDigest, SpaceId)> = proposals.iter().copied().filter(|(digest, _)| seen.insert(*digest)).collect();
    // One order for everybody: two imports that meet on the same persons wait for each other instead of deadlocking.
    distinct.sort_unstable_by_key(|(digest, _)| *digest);
    let mut fresh: HashMap<InsDigest, SpaceId> = shared.engine().reserve(&distinct).await?.into_iter().collect();
    let all: Vec<InsDigest> = distinct.iter().map(|(digest, _)| *digest).collect();
    let spaces: HashMap<InsDigest, SpaceId> = shared.engine().find_spaces(&all).await?.into_iter().collect();
    proposals
        .iter()
        .map(|(digest, _)| {
            let space = *spaces.get(digest).ok_or(StoreError::Malformed("a reserved person is not in the registry"))?;
            // Only the first mention of a person in this batch is the new one.
            let known = fresh.remove(digest).map_or(Known::Already, |_| Known::New);
            Ok(Reserved { space, known })
        })
        .collect()
}

/// The space of a person, if one was ever reserved.
///
/// # Errors
/// The database's.
pub(crate) async fn find_space(shared: &Shared, digest: &InsDigest) -> Result<Option<SpaceId>, StoreError> {
    let found = shared.engine().find_spaces(std::slice::from_ref(digest)).await?;
    Ok(found.into_iter().next().map(|(_, space)| space))
}

/// Lets a further INS lead to a space that has one: the person's INS changed, the space keeps its id.
///
/// # Errors
/// The database's.
pub(crate) async fn link(shared: &Shared, digest: InsDigest, space: SpaceId) -> Result<Linked, StoreError> {
    let reserved = reserve(shared, vec![(digest, space)]).await?;
    Ok(match reserved.into_iter().next() {
        Some(reserved) if reserved.space != space => Linked::Taken(reserved.space),
        Some(_) | None => Linked::Done,
    })
}

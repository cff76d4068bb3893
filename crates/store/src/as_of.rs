//! A space as it was at an instant: made of what the database had recorded until then.

use chrono::{DateTime, Utc};
use ens_domain::ids::SpaceId;
use ens_domain::space::HealthSpace;

use crate::error::StoreError;
use crate::history::fold;
use crate::store::Store;
use crate::stored::StoredEvent;

/// A space as it was.
#[derive(Debug, Clone)]
pub struct AsOf {
    /// What its events made of it; of a space without events, that of one that does not exist.
    pub space: HealthSpace,
    /// The last event that it is made of.
    pub last: Option<StoredEvent>,
}

impl Store {
    /// The events of one space, in order; none where there is no such space.
    ///
    /// # Errors
    /// The database's.
    pub async fn events_of(&self, space: SpaceId) -> Result<Vec<StoredEvent>, StoreError> {
        Ok(self.histories(&[space]).await?.remove(&space).unwrap_or_default())
    }

    /// A space as it was at this instant.
    ///
    /// # Errors
    /// The database's, or that of an event that cannot be read.
    pub async fn as_of(&self, space: SpaceId, at: DateTime<Utc>) -> Result<AsOf, StoreError> {
        let mut events = self.events_of(space).await?;
        // In the order of the log: should the database's clock have stepped back, what follows a later event is later too.
        events.truncate(events.iter().take_while(|event| event.recorded_at <= at).count());
        Ok(AsOf { space: fold(&events)?.space, last: events.pop() })
    }
}

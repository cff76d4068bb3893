//! Every question that the read models answer, as one list that followers and rebuilds walk.

use std::marker::PhantomData;

use ens_domain::space::SpaceEvent;
use ens_store::{Follow, Recorded, Rows, StoreError, Table};
use futures::future::BoxFuture;

use crate::authorisations::Authorisations;
use crate::campaign_progress::CampaignProgress;
use crate::change::Fold;
use crate::deadlines::Deadlines;
use crate::health::Fault;
use crate::history::History;
use crate::notices_due::NoticesDue;
use crate::openings_due::OpeningsDue;
use crate::projection::Projection;
use crate::space_status::SpaceStatus;
use crate::step::{nothing_to_amend, take};

/// One projection, whatever its rows.
pub trait Question: Send + Sync {
    /// The projection's name.
    fn name(&self) -> &'static str;

    /// The table that answers.
    fn table(&self) -> Table;

    /// Folds facts into the rows of a table, in a follower's turn; the fault of the first that cannot be taken in, with all before it
    /// written.
    fn take<'a>(
        &'a self,
        follow: &'a mut Follow,
        table: &'a Table,
        facts: &'a [Recorded<SpaceEvent>],
    ) -> BoxFuture<'a, Result<Option<Fault>, StoreError>>;

    /// Adds the rows that the whole life of one space leaves.
    ///
    /// # Errors
    /// [`Stopped`].
    fn live_through(&self, life: &[Recorded<SpaceEvent>], rows: &mut Rows) -> Result<(), Stopped>;
}

/// Why a life could not be folded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// At a fact.
    #[error("{}", .0.reason)]
    At(Fault),
    /// A row cannot be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

struct Of<P>(PhantomData<fn() -> P>);

impl<P: Projection> Question for Of<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn table(&self) -> Table {
        P::table()
    }

    fn take<'a>(
        &'a self,
        follow: &'a mut Follow,
        table: &'a Table,
        facts: &'a [Recorded<SpaceEvent>],
    ) -> BoxFuture<'a, Result<Option<Fault>, StoreError>> {
        Box::pin(take::<P>(follow, table, facts))
    }

    fn live_through(&self, life: &[Recorded<SpaceEvent>], rows: &mut Rows) -> Result<(), Stopped> {
        let mut fold = Fold::<P::Row>::over(Vec::new());
        for fact in life {
            fold.take(fact.position, P::project(fact)).map_err(|error| Stopped::At(nothing_to_amend::<P>(fact, error.to_string())))?;
        }
        for row in fold.finish().put {
            rows.push(&row)?;
        }
        Ok(())
    }
}

/// Every question, in the order in which a report shows them.
pub fn questions() -> [&'static dyn Question; 7] {
    [
        &Of::<SpaceStatus>(PhantomData),
        &Of::<OpeningsDue>(PhantomData),
        &Of::<NoticesDue>(PhantomData),
        &Of::<CampaignProgress>(PhantomData),
        &Of::<History>(PhantomData),
        &Of::<Authorisations>(PhantomData),
        &Of::<Deadlines>(PhantomData),
    ]
}

/// The question of that name.
pub fn question(name: &str) -> Option<&'static dyn Question> {
    questions().into_iter().find(|question| question.name() == name)
}

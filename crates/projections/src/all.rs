//! Every question that the read models answer, as one list that followers and rebuilds walk.

use std::marker::PhantomData;

use ens_store::{Store, StoreError, Table};
use futures::future::BoxFuture;

use crate::authorisations::Authorisations;
use crate::campaign_progress::CampaignProgress;
use crate::deadlines::Deadlines;
use crate::history::History;
use crate::notices_due::NoticesDue;
use crate::openings_due::OpeningsDue;
use crate::projection::Projection;
use crate::space_status::SpaceStatus;
use crate::step::{Step, Turn, step};

/// One projection, whatever its rows.
pub trait Question: Send + Sync {
    /// The projection's name.
    fn name(&self) -> &'static str;

    /// The table that answers.
    fn table(&self) -> Table;

    /// Takes one turn.
    fn step<'a>(&'a self, store: &'a Store, turn: &'a Turn) -> BoxFuture<'a, Result<Step, StoreError>>;
}

struct Of<P>(PhantomData<fn() -> P>);

impl<P: Projection> Question for Of<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn table(&self) -> Table {
        P::table()
    }

    fn step<'a>(&'a self, store: &'a Store, turn: &'a Turn) -> BoxFuture<'a, Result<Step, StoreError>> {
        Box::pin(step::<P>(store, turn))
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

/// Takes one turn in a task of its own, so that whoever stops waiting (a service that shuts down, a request that goes away) never cuts
/// a database connection off in the middle of a statement.
pub(crate) async fn take_turn(store: &Store, question: &'static dyn Question, turn: Turn) -> Result<Step, StoreError> {
    let store = store.clone();
    let taken = tokio::spawn(async move { question.step(&store, &turn).await });
    match taken.await {
        Ok(step) => step,
        Err(cut) if cut.is_panic() => std::panic::resume_unwind(cut.into_panic()),
        Err(_) => Err(StoreError::Overtaken), // The runtime is going down; nothing was written.
    }
}

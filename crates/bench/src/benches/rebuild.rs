//! Every read model built anew from the log, rows written, beside a bare streamed SELECT of the events that it is built from.

use async_trait::async_trait;
use ens_projections::{ReadModel, read_models, rebuild};
use ens_store::Store;

use super::replay::Select;
use crate::bench::{Bench, Ground};
use crate::cli::EventsArgs;
use crate::contest::{Contender, Contest};
use crate::failure::Failure;
use crate::gauges::Gauges;
use crate::lives::Step;
use crate::measure::{Sample, once};
use crate::ready_made::Template;
use crate::report::{Bound, Row};

/// On PostgreSQL.
pub(crate) async fn run(bench: &Bench, args: EventsArgs) -> Result<Vec<Row>, Failure> {
    let ground = Ground::fresh(bench, "rebuild").await?;
    let template = Template::lived(&ground.store, Step::Open).await?;
    eprintln!("rebuild: making a log of {} events", args.events);
    template.fill(&ground.store, args.events / template.len().max(1)).await?;
    ground.settle().await?;
    let mut rows = Vec::new();
    for name in read_models().map(ReadModel::name) {
        let mut ours = Ours { name, store: ground.store.clone(), gauges: ground.gauges.clone() };
        let mut select = Select { url: ground.url.clone(), gauges: ground.gauges.clone() };
        let contest = Contest::held(&format!("rebuild of {name}"), bench.how.rounds, &mut [&mut ours, &mut select]).await?;
        let rate = contest.ours.ops_s;
        rows.push(Row::of("rebuild", name, contest).bar("events a second", rate, Bound::AtLeast(100_000.0)));
    }
    ground.clear(&[]).await?;
    Ok(rows)
}

struct Ours {
    name: &'static str,
    store: Store,
    gauges: Gauges,
}

#[async_trait]
impl Contender for Ours {
    fn name(&self) -> String {
        format!("ens, rebuild of {}", self.name)
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        once(&self.gauges, async { Ok(rebuild(&self.store, self.name).await?.events) }).await
    }
}

//! One caller beside a campaign: how much longer a single command takes while batches of creations and notices go through the same store.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use ens_domain::code::ProvisionalCode;
use ens_domain::ids::MessageId;
use ens_domain::personal::Personal;
use ens_domain::space::terms::{Channel, MessageKind};
use ens_store::{CommandEnvelope, Draft, Store};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::task::coop::consume_budget;

use super::commands::LifeCaller;
use crate::bench::{Bench, Ground};
use crate::contest::{Contender, Contest};
use crate::failure::Failure;
use crate::gauges::Gauges;
use crate::lives::{Cast, Life, Step};
use crate::measure::{Sample, Time, closed_loop};
use crate::report::{Bound, Row};

/// Spaces that the campaign takes together.
const BATCH: usize = 1_000;

/// On PostgreSQL.
pub(crate) async fn run(bench: &Bench) -> Result<Vec<Row>, Failure> {
    let ground = Ground::fresh(bench, "mixed").await?;
    let caller = |campaign| Single { store: ground.store.clone(), gauges: ground.gauges.clone(), time: bench.time(), campaign };
    let (mut busy, mut idle) = (caller(Campaign::Runs), caller(Campaign::Rests));
    let contest = Contest::held("mixed", bench.how.rounds, &mut [&mut busy, &mut idle]).await?;
    let slower = |side: &crate::contest::Side| side.p99_us.unwrap_or_default();
    let times = slower(&contest.ours) / contest.best_peer().map_or(f64::MIN_POSITIVE, slower).max(f64::MIN_POSITIVE);
    let row = Row::of("mixed", "a single caller while a campaign runs, beside the same caller alone", contest).at(1).in_batches_of(BATCH);
    ground.clear(&[]).await?;
    Ok(vec![row.bar("p99 while a campaign runs, in times of the idle p99", times, Bound::Below(5.0))])
}

#[derive(Clone, Copy)]
enum Campaign {
    Runs,
    Rests,
}

/// A single caller, with a campaign beside it or not.
struct Single {
    store: Store,
    gauges: Gauges,
    time: Time,
    campaign: Campaign,
}

#[async_trait]
impl Contender for Single {
    fn name(&self) -> String {
        match self.campaign {
            Campaign::Runs => "ens, while a campaign runs",
            Campaign::Rests => "ens, one caller alone",
        }
        .to_owned()
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        let cast = Arc::new(Cast::new()?);
        let campaign = match self.campaign {
            Campaign::Runs => Some(Running::start(self.store.clone(), Arc::clone(&cast))),
            Campaign::Rests => None,
        };
        let sample = closed_loop(&self.gauges, self.time, vec![LifeCaller::new(self.store.clone(), cast)?]).await?;
        if let Some(campaign) = campaign {
            campaign.stop().await?;
        }
        Ok(sample)
    }
}

/// A campaign beside a round. It ends with a whole batch, so that nothing of it is left in the next round.
struct Running {
    over: Arc<AtomicBool>,
    telling: JoinHandle<Result<(), Failure>>,
}

impl Running {
    fn start(store: Store, cast: Arc<Cast>) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&over);
        let telling = tokio::spawn(async move {
            while !asked.load(Ordering::SeqCst) {
                tell(&store, &cast).await?;
            }
            Ok(())
        });
        Self { over, telling }
    }

    async fn stop(self) -> Result<(), Failure> {
        self.over.store(true, Ordering::SeqCst);
        self.telling.await?
    }
}

/// Creates spaces and sends their notices.
async fn tell(store: &Store, cast: &Cast) -> Result<(), Failure> {
    let lives = (0..BATCH).map(|_| Life::new(store)).collect::<Result<Vec<_>, _>>()?;
    for step in [Step::Create, Step::Notice] {
        let mut envelopes = Vec::with_capacity(lives.len());
        for life in &lives {
            // As the service's own campaign does: making commands must not keep the thread to itself.
            consume_budget().await;
            envelopes.push(told(store, cast, (*life, step))?);
        }
        for answer in store.commands().execute_all(envelopes, &cast.policy).await {
            answer?;
        }
    }
    Ok(())
}

fn told(store: &Store, cast: &Cast, (life, step): (Life, Step)) -> Result<CommandEnvelope, Failure> {
    let envelope = cast.envelope(store, life, step)?;
    Ok(if step == Step::Notice { envelope.sending(draft(store, life.message)?) } else { envelope })
}

/// The message that a notice leaves in the outbox: it holds the code, to be sealed.
pub(crate) fn draft(store: &Store, message: MessageId) -> Result<Draft, Failure> {
    let code = ProvisionalCode::generate(store.entropy().bytes()?);
    let content: Value = json!({ "code": { "code": serde_json::to_value(Personal::new(code))? } });
    Ok(Draft { message, kind: MessageKind::Notice, channel: Channel::Email, content, due_at: chrono::Utc::now() })
}

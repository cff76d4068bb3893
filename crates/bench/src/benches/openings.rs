//! A morning's openings, from the due list to the event appended, and until every read model has it; beside plain commands of cqrs-es.
//!
//! Each round has spaces of its own, which fall due on a day of their own.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{Days, NaiveDate, TimeDelta, Utc};
use ens_api::app::App;
use ens_api::background::openings::open_due;
use ens_api::config::Settings;
use ens_domain::calendar::paris;
use ens_projections::{Followers, read_models, rebuild};
use ens_store::Clock;
use tokio::task::JoinSet;

use super::commands::lengths;
use crate::bench::{Bench, Ground};
use crate::cli::OpeningsArgs;
use crate::contest::{Contender, Contest};
use crate::failure::Failure;
use crate::gauges::Gauges;
use crate::lives::Step;
use crate::measure::{Sample, once};
use crate::peers::plain::{Contents, metadata, new_id};
use crate::peers::postgres;
use crate::ready_made::Template;
use crate::report::{Bound, Row};

/// Callers of the peer.
const CALLERS: usize = 32;
/// Spaces that the peer opens in a round: it has no batches, and would take minutes for ours.
const FOR_THE_PEER: u64 = 5_000;

/// On PostgreSQL.
pub(crate) async fn run(bench: &Bench, args: OpeningsArgs) -> Result<Vec<Row>, Failure> {
    let folder = tempfile::tempdir()?;
    let ground = Ground::fresh(bench, "openings").await?;
    let theirs = ground.for_peer("openings_peer").await?;
    let (rounds, first_day) = (bench.how.rounds, paris::day_of(Utc::now()));
    let each = (args.spaces / u64::from(rounds)).max(1);
    let settings = Settings::in_folder(folder.path());
    let app = App::new(ground.store.clone(), Clock::simulated(Utc::now()), settings);
    let morning = |until, part| Morning { app: app.clone(), gauges: ground.gauges.clone(), until, first_day, part };
    let (mut appended, mut level) = (morning(Until::Appended, 0), morning(Until::Level, 1));
    for round in 0..rounds {
        for morning in [&appended, &level] {
            eprintln!("openings: making {each} spaces that fall due on {}", morning.day(round)?);
            Template::lived_for(&ground.store, Step::Received, morning.day(round)?).await?.fill(&ground.store, each - 1).await?;
        }
    }
    for read_model in read_models() {
        rebuild(&ground.store, read_model.name()).await?;
    }
    ground.settle().await?;
    let spaces = each.min(FOR_THE_PEER);
    let mut plain = Plain::prepared(&ground, &theirs, spaces * u64::from(rounds)).await?;
    plain.each_round = spaces;
    let contest = Contest::held("openings", rounds, &mut [&mut appended, &mut level, &mut plain]).await?;
    plain.peer.check()?;
    plain.peer.pool().close().await;
    ground.clear(&[theirs]).await?;
    judged(contest)
}

fn judged(contest: Contest) -> Result<Vec<Row>, Failure> {
    let Contest { ours: appended, peers } = contest;
    let [level, plain] = <[_; 2]>::try_from(peers).map_err(|_| Failure::because("a side of the openings is missing"))?;
    let row = |what, ours: crate::contest::Side, bound| {
        let rate = ours.ops_s;
        Row::of("openings", what, Contest { ours, peers: vec![plain.clone()] }).bar("spaces a second", rate, Bound::AtLeast(bound))
    };
    Ok(vec![row("from the due list to the event appended", appended, 18_000.0), row("until every read model has it", level, 9_000.0)])
}

/// When a morning counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Appended,
    Level,
}

/// Ours: the daily task of the service.
struct Morning {
    app: App,
    gauges: Gauges,
    until: Until,
    first_day: NaiveDate,
    /// Which of two days a round this is.
    part: u64,
}

impl Morning {
    /// The day whose spaces are opened. Days go up in the order of the turns, for a morning opens what was missed before.
    fn day(&self, round: u32) -> Result<NaiveDate, Failure> {
        // In every second round the order of the turns is turned round.
        let part = if round % 2 == 1 { 1 - self.part } else { self.part };
        let day = self.first_day.checked_add_days(Days::new(2 * u64::from(round) + part));
        day.ok_or_else(|| Failure::because("a day out of the calendar"))
    }

    async fn open(&self, day: NaiveDate) -> Result<u64, Failure> {
        let opened = open_due(&self.app, day).await?;
        if opened.failed + opened.refused > 0 {
            return Err(Failure::because(format!("not every space could be opened: {opened:?}")));
        }
        Ok(opened.done)
    }
}

#[async_trait]
impl Contender for Morning {
    fn name(&self) -> String {
        match self.until {
            Until::Appended => "ens, open_due",
            Until::Level => "ens, open_due with every follower at work",
        }
        .to_owned()
    }

    async fn run(&mut self, round: u32) -> Result<Sample, Failure> {
        let day = self.day(round)?;
        self.app.clock.jump_to(paris::start_of(day) + TimeDelta::hours(1));
        let followers = Followers::new(self.app.store.clone());
        if self.until == Until::Appended {
            let sample = once(&self.gauges, self.open(day)).await?;
            // The next morning's list is that of level read models.
            followers.catch_up().await?;
            return Ok(sample);
        }
        let mut at_work = JoinSet::new();
        let following = followers.clone();
        at_work.spawn(async move { following.run(std::future::pending()).await });
        let work = async {
            let opened = self.open(day).await?;
            followers.catch_up().await?;
            Ok(opened)
        };
        once(&self.gauges, work).await
    }
}

/// The peer: a command a space.
struct Plain {
    peer: postgres::Peer,
    contents: Contents,
    due: Arc<Mutex<VecDeque<String>>>,
    each_round: u64,
    gauges: Gauges,
}

impl Plain {
    /// With spaces that wait to be opened, written straight into its tables.
    async fn prepared(ground: &Ground<'_>, url: &str, spaces: u64) -> Result<Self, Failure> {
        let peer = postgres::Peer::open(url, postgres::DEFAULT_CONNECTIONS).await?;
        let contents = lengths(&ground.store).await?;
        let due: VecDeque<String> = (0..spaces).map(|_| new_id()).collect();
        let ids: Vec<&str> = due.iter().map(String::as_str).collect();
        for (sequence, step) in (1_i64..).zip([Step::Create, Step::Notice, Step::Received]) {
            let event = contents.event(step)?;
            sqlx::query(
                "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) \
                 SELECT 'plain_space', id, $2, $3, '1.0', $4::json, $5::json FROM UNNEST($1::text[]) AS id",
            )
            .bind(&ids)
            .bind(sequence)
            .bind(cqrs_es::DomainEvent::event_type(&event))
            .bind(serde_json::to_value(&event)?)
            .bind(serde_json::to_value(metadata())?)
            .execute(peer.pool())
            .await?;
        }
        sqlx::query(
            "INSERT INTO space_view (view_id, version, payload) SELECT id, 3, json_build_object('space', id, 'version', 3, 'stage', 'Notified', 'last_day', NULL) \
             FROM UNNEST($1::text[]) AS id",
        )
        .bind(&ids)
        .execute(peer.pool())
        .await?;
        Ok(Self { peer, contents, due: Arc::new(Mutex::new(due)), each_round: spaces, gauges: ground.gauges.clone() })
    }

    async fn open(&self) -> Result<u64, Failure> {
        let left = Arc::new(AtomicU64::new(self.each_round));
        let mut at_work = JoinSet::new();
        for _ in 0..CALLERS {
            let (framework, contents) = (Arc::clone(&self.peer.framework), self.contents.clone());
            let (left, due) = (Arc::clone(&left), Arc::clone(&self.due));
            at_work.spawn(async move {
                let mut opened = 0;
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                    let next = due.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some(space) = next else { break };
                    framework.execute_with_metadata(&space, contents.command(Step::Open), metadata()).await?;
                    opened += 1;
                }
                Ok::<u64, Failure>(opened)
            });
        }
        let mut opened = 0;
        while let Some(done) = at_work.join_next().await {
            opened += done??;
        }
        Ok(opened)
    }
}

#[async_trait]
impl Contender for Plain {
    fn name(&self) -> String {
        format!("cqrs-es with postgres-es, {CALLERS} callers")
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        once(&self.gauges, self.open()).await
    }
}

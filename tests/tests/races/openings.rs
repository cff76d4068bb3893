//! Oppositions race against openings, from two processes: the order in the log decides, whatever the clocks say.
//!
//! Both runners get the same few spaces at the same moment, one of them backwards, so that they meet in the middle of every round.

use ens_domain::space::{OpeningEvent, OppositionEvent};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use ens_domain::ids::SpaceId;
use ens_domain::space::SpaceEvent;
use ens_tests::cohort::{lives, open_store, spaces_due_today};
use ens_tests::{Engine, TestStorage, times};

/// Spaces of one round: few enough that both runners are still at work when they meet.
const A_ROUND: usize = 8;

#[tokio::test]
async fn an_opposition_that_was_recorded_is_never_opened_on_postgres() {
    race(Engine::Postgres).await;
}

#[tokio::test]
async fn an_opposition_that_was_recorded_is_never_opened_on_sqlite() {
    race(Engine::SqliteFile).await;
}

async fn race(engine: Engine) {
    let storage = TestStorage::fresh(engine).await;
    let store = open_store(storage.url()).await;
    let spaces = spaces_due_today(&store, u32::try_from(times(400, 10_000)).expect("a count")).await;
    let mut told = run(storage.url(), &spaces);
    let mut opposed = 0;
    for (space, life) in lives(&store).await {
        let told = told.remove(&space).expect("both runners were asked about this space");
        opposed += usize::from(winner(&life) == Winner::Opposition);
        assert_agrees(space, &told, winner(&life));
    }
    assert!(told.is_empty(), "{} spaces of the race are not in the log", told.len());
    assert!(opposed > 0 && opposed < spaces.len(), "nobody raced: {opposed} of {} were opposed", spaces.len());
    store.close().await;
}

/// The outcomes that both processes got for one space.
#[derive(Debug)]
struct Told {
    opposer: String,
    opener: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Winner {
    Opposition,
    Opening,
}

/// Which of the two was recorded first, according to the log. Both in one life must never happen.
fn winner(life: &[SpaceEvent]) -> Winner {
    let opposed = life.iter().any(|event| matches!(event, SpaceEvent::Opposition(OppositionEvent::Opposed { .. })));
    let opened = life.iter().any(|event| matches!(event, SpaceEvent::Opening(OpeningEvent::OpenedByCnam { .. })));
    match (opposed, opened) {
        (true, false) => Winner::Opposition,
        (false, true) => Winner::Opening,
        (true, true) => panic!("opposed and opened: {life:?}"),
        (false, false) => panic!("neither opposed nor opened: {life:?}"),
    }
}

fn assert_agrees(space: SpaceId, told: &Told, winner: Winner) {
    let agrees = match winner {
        Winner::Opposition => told.opposer == "done" && told.opener.starts_with("opposed since"),
        Winner::Opening => told.opener == "done" && told.opposer.starts_with("already open since"),
    };
    assert!(agrees, "{space}: the log says {winner:?}, the runners were told {told:?}");
}

/// Runs the race round by round and collects the outcomes of each process.
fn run(url: &str, spaces: &[SpaceId]) -> HashMap<SpaceId, Told> {
    let (mut opposer, mut opener) = (Runner::start(url, "oppose"), Runner::start(url, "open"));
    let mut told = HashMap::new();
    for round in spaces.chunks(A_ROUND) {
        let backwards: Vec<SpaceId> = round.iter().rev().copied().collect();
        opposer.ask(round);
        opener.ask(&backwards);
        let (opposed, mut opened) = (opposer.answers(), opener.answers());
        opened.reverse();
        for ((space, opposer), opener) in round.iter().zip(opposed).zip(opened) {
            told.insert(*space, Told { opposer, opener });
        }
    }
    told
}

/// One process of the race; it ends when its input does.
struct Runner {
    child: Child,
    asks: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Runner {
    fn start(url: &str, asked: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_racer"))
            .args([url, asked])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the racer starts");
        let answers = BufReader::new(child.stdout.take().expect("its output"));
        Self { asks: child.stdin.take(), child, answers }
    }

    fn ask(&mut self, spaces: &[SpaceId]) {
        let line: Vec<String> = spaces.iter().map(ToString::to_string).collect();
        writeln!(self.asks.as_mut().expect("its input"), "{}", line.join(" ")).expect("the racer reads");
    }

    fn answers(&mut self) -> Vec<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the racer answers");
        assert!(!line.is_empty(), "the racer ended before it answered");
        line.trim_end().split('\t').map(str::to_owned).collect()
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.asks = None;
        self.child.wait().expect("a child of ours ends with its input");
    }
}

//! A clock that is wrong: nothing that acts by date is done, a probe says why, and what is right again goes on.

use chrono::{DateTime, Duration, Utc};
use ens_api::app::App;
use ens_api::background::deadlines::settle_due;
use ens_api::background::openings::open_due;
use ens_domain::calendar::paris;
use ens_domain::ids::SpaceId;
use ens_domain::space::terms::Stage;
use ens_notices::prior_notices::issue_due;
use ens_projections::Followers;
use ens_store::{Clock, CommandContext};
use ens_store::{ClockFault, Store, StoreError};
use ens_tests::cohort::{lives, notified_on, open_store};
use ens_tests::{Engine, Launch, TestStorage};

use super::test_service::TestService;

/// A store with twenty spaces whose notice was received today, and a process whose clock is wrong.
struct Wrong {
    _storage: TestStorage,
    app: App,
    spaces: Vec<SpaceId>,
}

impl Wrong {
    async fn by(engine: Engine, wrong_by: Duration) -> Self {
        let storage = TestStorage::fresh(engine).await;
        let store = open_store(storage.url()).await;
        let spaces = notified_on(&store, 20, paris::day_of(Utc::now())).await;
        Followers::new(store.clone()).catch_up().await.expect("level");
        let settings = ens_api::config::Settings::in_folder(storage.folder());
        let app = App::new(store, Clock::machine_wrong_by(wrong_by), settings);
        Self { _storage: storage, app, spaces }
    }

    /// The answers of all that acts by date.
    async fn errors(&self) -> [Option<StoreError>; 3] {
        let today = paris::day_of(self.app.now());
        let opened = open_due(&self.app, today).await.err();
        let settled = settle_due(&self.app, today).await.err();
        [opened, settled, issue_due(&self.app, 100).await.err()]
    }

    async fn opened(&self) -> usize {
        let store = &self.app.store;
        let mut opened = 0;
        for space in &self.spaces {
            let stage = store.log().state(*space).await.expect("a state").expect("a space").space.stage();
            opened += usize::from(stage == Some(Stage::Open));
        }
        opened
    }

    async fn events(&self) -> usize {
        lives(&self.app.store).await.values().map(Vec::len).sum()
    }
}

#[tokio::test]
async fn a_clock_that_is_days_ahead_opens_nothing() {
    for engine in Engine::DURABLE {
        let wrong = Wrong::by(engine, Duration::days(43)).await;
        let before = wrong.events().await;
        for error in wrong.errors().await {
            assert!(matches!(error, Some(StoreError::Clock(_))), "{engine:?}: {error:?}");
        }
        assert_eq!((wrong.opened().await, wrong.events().await), (0, before), "{engine:?}");
    }
}

#[tokio::test]
async fn two_minutes_between_the_clocks_of_process_and_server_are_borne_and_no_more() {
    for (by, borne) in [(60, true), (-60, true), (240, false), (-240, false)] {
        let wrong = Wrong::by(Engine::Postgres, Duration::seconds(by)).await;
        let [opened, ..] = wrong.errors().await;
        assert_eq!(opened.is_none(), borne, "{by} s: {opened:?}");
        if let Some(error) = opened {
            let StoreError::Clock(ClockFault::ApartFromDatabase { seconds }) = error else { panic!("{error}") };
            assert!((seconds - by).abs() <= 60, "{by} s: {seconds}");
        }
    }
}

#[tokio::test]
async fn on_the_machine_s_own_clock_only_a_jump_of_days_needs_the_operator_s_word() {
    let wrong = Wrong::by(Engine::SqliteFile, Duration::hours(20)).await;
    assert_eq!(wrong.errors().await, [None, None, None], "a night's stop");
    let context = CommandContext { clock: Clock::machine_wrong_by(Duration::days(43)), ..wrong.app.context.clone() };
    let later = App { context, ..wrong.app.clone() };
    let jumped = open_due(&later, paris::day_of(later.now())).await;
    assert!(matches!(jumped, Err(StoreError::Clock(ClockFault::Jumped { .. }))), "{jumped:?}");
    assert_eq!(wrong.opened().await, 0);
    later.store.accept_clock(later.now()).await.expect("the operator's word");
    assert_eq!(open_due(&later, paris::day_of(later.now())).await.expect("a round").done, 20);
}

#[tokio::test]
async fn a_wrong_clock_that_writes_does_not_make_itself_right() {
    let wrong = Wrong::by(Engine::SqliteFile, Duration::days(43)).await;
    let first = wrong.errors().await;
    let [again, ..] = wrong.errors().await;
    assert!(first.iter().all(Option::is_some) && again.is_some());
}

#[tokio::test]
async fn a_clock_that_is_moved_by_hand_is_compared_with_nothing() {
    for engine in Engine::DURABLE {
        let service = TestService::fresh(engine).await;
        service.later(Duration::days(400));
        open_due(&service.app, paris::day_of(service.app.now())).await.expect("a round");
    }
}

/// The program on a store that was last seen three weeks ago, before its machine was restarted.
#[tokio::test]
async fn a_service_that_was_off_for_weeks_starts_at_the_operator_s_word() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let store: Store = open_store(storage.url()).await;
    let today = paris::day_of(Utc::now());
    notified_on(&store, 3, today - chrono::Days::new(60)).await;
    store.close().await;
    let note = storage.folder().join("ens.db-clock");
    let seen = |at: DateTime<Utc>| std::fs::write(&note, format!("{} another-start 12\n", at.to_rfc3339())).expect("a note");
    seen(Utc::now() - Duration::weeks(3));
    let open = |arguments: &[&str]| {
        let launch = Launch::default().env("ENS_STORE", storage.url()).env("ENS_MASTER_KEY", ens_tests::cohort::MASTER_KEY);
        let launch = launch.arg("open").arg("--on").arg(today.to_string()).arg("--json");
        let (status, said) = arguments.iter().fold(launch, |launch, argument| launch.arg(*argument)).run("");
        (status.success(), said)
    };
    let (went, said) = open(&[]);
    assert!(!went && said.contains("--accept-clock"), "{said}");
    let (went, said) = open(&["--accept-clock"]);
    assert!(went && said.contains("\"opened\":3"), "{said}");
    let (went, said) = open(&[]);
    assert!(went && said.contains("\"opened\":0"), "once is enough: {said}");
    seen(Utc::now() - Duration::hours(20));
    assert!(open(&[]).0, "a night's stop needs nobody");
}

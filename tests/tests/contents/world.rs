//! A store with opened spaces, a place for contents and a clock that the test moves.

use std::path::{Path, PathBuf};

use chrono::{Duration, Utc};
use ens_api::app::App;
use ens_api::background::contents::{SweepError, sweep_contents};
use ens_api::config::Settings;
use ens_domain::calendar::paris;
use ens_domain::ids::SpaceId;
use ens_domain::sections::medical_record::Content;
use ens_domain::stream::StreamId;
use ens_projections::Followers;
use ens_store::{Clock, CommandEnvelope, ContentPlace, MasterKey, Store, StoreError, StoreOptions, SweepTask, Swept};
use ens_tests::cohort::{MASTER_KEY, notified_on, open};
use ens_tests::deposits::{deposit, new_document, put, read};
use ens_tests::{Engine, TestStorage, eventually};

/// A process on a store.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) spaces: Vec<SpaceId>,
    pub(crate) storage: TestStorage,
}

/// Where the contents of a test lie.
pub(crate) fn contents_of(storage: &TestStorage) -> PathBuf {
    storage.folder().join("contents")
}

/// The store of a test with its contents.
pub(crate) async fn open_store(storage: &TestStorage) -> Store {
    let options = StoreOptions::new(MasterKey::from_hex(MASTER_KEY).expect("a key"));
    Store::open(storage.url(), options.with_contents(ContentPlace::Folder(contents_of(storage)))).await.expect("a store")
}

/// A process whose clock shows the real time, until it is moved.
pub(crate) fn process(store: Store, storage: &TestStorage) -> App {
    App::new(store, Clock::simulated(Utc::now()), Settings::in_folder(storage.folder()))
}

/// So many spaces that were opened today.
pub(crate) async fn opened(store: &Store, spaces: u32) -> Vec<SpaceId> {
    let spaces = notified_on(store, spaces, paris::day_of(Utc::now()) - Duration::days(43)).await;
    open(store, spaces.iter().copied(), Utc::now()).await;
    spaces
}

/// The files in a folder and those below it.
pub(crate) fn files_under(folder: &Path) -> Vec<PathBuf> {
    // A folder that was never made holds nothing.
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}

impl World {
    pub(crate) async fn fresh(engine: Engine) -> Self {
        let storage = TestStorage::fresh(engine).await;
        let store = open_store(&storage).await;
        let spaces = opened(&store, 3).await;
        Self { app: process(store, &storage), spaces, storage }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.app.store
    }

    /// A content that no event names.
    pub(crate) async fn orphan(&self) -> Content {
        put(self.store(), self.spaces[0], self.app.now(), b"named by nobody").await
    }

    /// A document with these words.
    pub(crate) async fn deposit(&self, space: SpaceId, words: &str) -> (StreamId, Content) {
        let at = self.app.now();
        let content = put(self.store(), space, at, words.as_bytes()).await;
        let document = new_document(self.store(), space, at);
        self.act(deposit(document, content.clone(), at)).await;
        (document, content)
    }

    /// Executes a command that has an effect.
    pub(crate) async fn act(&self, envelope: CommandEnvelope) {
        let outcome = self.store().commands().execute(envelope, &self.app.policy).await.expect("an outcome");
        assert!(!outcome.is_quiet());
    }

    /// Lets time pass.
    pub(crate) fn later(&self, by: Duration) {
        self.app.clock.jump_to(self.app.now() + by);
    }

    pub(crate) async fn catch_up(&self) {
        Followers::new(self.store().clone()).catch_up().await.expect("level");
    }

    /// Sweeps every partition as the rows stand, also those that a killed process was at, once their leases are over.
    pub(crate) async fn sweep(&self, task: SweepTask) -> Result<Swept, SweepError> {
        let (mut left, mut all) = (self.store().partitions().each().collect::<Vec<_>>(), Swept::default());
        eventually("no killed process holds a partition", async || {
            match sweep_contents(&self.app, std::mem::take(&mut left), task).await {
                Ok(round) => {
                    (all, left) = (all.and(round.swept), round.elsewhere);
                    left.is_empty().then_some(Ok(()))
                }
                Err(error) => Some(Err(error)),
            }
        })
        .await?;
        Ok(Swept { removed_bytes: 0, ..all })
    }

    pub(crate) async fn read(&self, space: SpaceId, content: &Content) -> Result<Vec<u8>, StoreError> {
        read(self.store(), space, content).await
    }

    /// How many files there are.
    pub(crate) fn files(&self) -> usize {
        files_under(&contents_of(&self.storage)).len()
    }
}

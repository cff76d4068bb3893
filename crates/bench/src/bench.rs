//! What every bench is given: the server, the options, and the time of a turn.

use std::path::Path;

use ens_store::{ContentPlace, MasterKey, Store, StoreOptions};
use sqlx::{Connection, PgConnection};
use tokio::sync::OnceCell;

use crate::cli::How;
use crate::failure::Failure;
use crate::gauges::Gauges;
use crate::measure::Time;
use crate::server::Server;

/// Seconds of a turn where none are asked for.
const SECONDS: f64 = 3.0;

/// The run that a bench is part of. The server starts when a bench first needs it.
pub(crate) struct Bench {
    pub(crate) how: How,
    server: OnceCell<Server>,
}

impl Bench {
    /// A run with these options.
    pub(crate) fn new(how: How) -> Self {
        Self { how, server: OnceCell::new() }
    }

    /// The server of the run.
    pub(crate) async fn server(&self) -> Result<&Server, Failure> {
        let start = async || {
            let server = match &self.how.server {
                Some(url) => Server::running(url.clone()),
                None => {
                    let private = tokio::task::spawn_blocking(Server::start).await??;
                    private.fill_log().await?;
                    private
                }
            };
            eprintln!("PostgreSQL: {}", server.describe().await?);
            Ok(server)
        };
        self.server.get_or_try_init(start).await
    }

    /// The time of a turn.
    pub(crate) fn time(&self) -> Time {
        Time::counting(self.seconds(SECONDS))
    }

    /// The seconds of a turn that were asked for, else those of the bench.
    pub(crate) fn seconds(&self, usual: f64) -> f64 {
        self.how.seconds.unwrap_or(usual)
    }

    /// The callers asked for, else those of the bench.
    pub(crate) fn callers(&self, usual: &[usize]) -> Vec<usize> {
        if self.how.callers.is_empty() { usual.to_vec() } else { self.how.callers.clone() }
    }
}

/// A database of one bench on the server of the run, with our tables in it.
pub(crate) struct Ground<'a> {
    server: &'a Server,
    pub(crate) url: String,
    pub(crate) store: Store,
    pub(crate) gauges: Gauges,
}

impl<'a> Ground<'a> {
    /// A fresh one.
    pub(crate) async fn fresh(bench: &'a Bench, what: &str) -> Result<Self, Failure> {
        Self::with(bench, what, options()).await
    }

    /// A fresh one whose contents lie in a folder.
    pub(crate) async fn with_contents(bench: &'a Bench, what: &str, folder: &Path) -> Result<Self, Failure> {
        Self::with(bench, what, options().with_contents(ContentPlace::Folder(folder.to_owned()))).await
    }

    async fn with(bench: &'a Bench, what: &str, options: StoreOptions) -> Result<Self, Failure> {
        let server = bench.server().await?;
        let url = server.fresh_database(what).await?;
        let store = Store::open(&url, options).await?;
        Ok(Self { server, store, gauges: server.gauges().await?, url })
    }

    /// A second database beside it, for the peer.
    pub(crate) async fn for_peer(&self, what: &str) -> Result<String, Failure> {
        self.server.fresh_database(what).await
    }

    /// Writes everything to the disk.
    pub(crate) async fn checkpoint(&self) -> Result<(), Failure> {
        self.server.checkpoint().await
    }

    /// Leaves a log that was filled in a moment as autovacuum would leave one that grew: planned for, and each page written once more.
    pub(crate) async fn settle(&self) -> Result<(), Failure> {
        let mut connection = PgConnection::connect(&self.url).await?;
        sqlx::query("VACUUM (ANALYZE)").execute(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// Gives the disk back.
    pub(crate) async fn clear(self, peers: &[String]) -> Result<(), Failure> {
        self.store.close().await;
        for url in peers.iter().chain([&self.url]) {
            self.server.drop_database(url).await?;
        }
        Ok(())
    }
}

/// Our store at this address, as the service opens it.
pub(crate) async fn open(url: &str) -> Result<Store, Failure> {
    Ok(Store::open(url, options()).await?)
}

fn options() -> StoreOptions {
    StoreOptions::new(MasterKey::from_bytes([7; 32]))
}

//! The store of a command, opened as the settings say.

use ens_domain::access::AccessMatrix;
use ens_domain::calendar::paris;
use ens_store::{Clock, OpenError, Store, StoreError, StoreOptions};

use crate::app::App;
use crate::config::{self, KeyError, Settings};

use super::failure::Failure;

/// The service's shared parts on the machine's clock.
pub(super) fn app(store: Store, settings: Settings) -> App {
    App::new(store, Clock::machine(), settings)
}

/// The same, for a command that decides who may read: by the access matrix that the settings name, which is read before the store is opened.
pub(super) async fn deciding_app(settings: Settings, open: impl AsyncFn(&Settings) -> Result<Store, Failure>) -> Result<App, Failure> {
    let matrix = matrix_of_today(&settings)?;
    Ok(app(open(&settings).await?, settings).deciding_by(matrix))
}

/// The access matrix that decides today.
pub(super) fn matrix_of_today(settings: &Settings) -> Result<AccessMatrix, Failure> {
    Ok(config::access_matrix(&settings.access, paris::day_of(Clock::machine().now()))?)
}

/// Opens the store that the settings name, for a command that makes no sense on a new one: a mistyped path makes no file. A database on a
/// server was made by its operator, and is opened as it is.
pub(super) async fn open_existing(settings: &Settings) -> Result<Store, Failure> {
    match settings.embedded_file().filter(|file| file.try_exists().is_ok_and(|there| !there)) {
        Some(missing) => Err(Failure::Asked(format!("no store at {}: --store or --data leads to one", missing.display()))),
        None => open(settings).await,
    }
}

/// Opens the store that the settings name, or makes it.
pub(super) async fn open(settings: &Settings) -> Result<Store, Failure> {
    settings.make_folders()?;
    let options = StoreOptions::new(config::master_key(settings)?)
        .with_waiting(settings.limits.commands_waiting)
        .with_contents(settings.content_place());
    match Store::open(&settings.store_url(), options).await {
        Err(StoreError::Open(OpenError::WrongMaster)) => Err(KeyError::OfAnotherStore.into()),
        opened => Ok(opened?),
    }
}

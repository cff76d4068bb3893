//! The question before anything that acts by date: can the clock of this process be trusted?
//!
//! - a clock that is days ahead opens nothing
//!
//! A simulated clock is compared with nothing: whoever moves it by hand answers for it. Only a demonstration and tests have one.

use ens_store::{ClockFault, StoreError};

use crate::app::App;
use crate::clock::Compared;

/// Goes on where the clock is right.
///
/// # Errors
/// [`StoreError::Clock`] where it is not, or the store's.
pub(super) async fn trusted(app: &App) -> Result<(), StoreError> {
    match app.clock.compared() {
        Compared::WithTheStore => app.store.compare_clock(|| app.now()).await,
        Compared::WithNothing => Ok(()),
    }
}

/// What is wrong with the clock, if anything is: for probes.
///
/// # Errors
/// The store's.
pub(crate) async fn fault(app: &App) -> Result<Option<ClockFault>, StoreError> {
    match app.clock.compared() {
        Compared::WithTheStore => app.store.clock_fault(|| app.now()).await,
        Compared::WithNothing => Ok(None),
    }
}

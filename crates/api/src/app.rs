//! What every part of the service shares: the command context and the settings.

use std::ops::Deref;
use std::sync::Arc;

use ens_domain::access::AccessMatrix;
use ens_domain::policy::Policy;
use ens_store::{Clock, CommandContext, Store};

use crate::config::Settings;
use crate::recent_refusals::RecentRefusals;

/// The service's shared parts; cheap to clone.
///
/// It reads as its command context, so that `app.store`, `app.policy` and `app.now()` are found where they are needed, and what asks for a
/// [`CommandContext`] takes an `&App`.
#[derive(Clone)]
pub struct App {
    /// What commands are executed with.
    pub context: CommandContext,
    /// What the operator configured.
    pub settings: Arc<Settings>,
    /// Which refusals were traced a moment ago.
    pub refusals: Arc<RecentRefusals>,
}

impl App {
    /// The service over a store, with the default policy.
    pub fn new(store: Store, clock: Clock, settings: Settings) -> Self {
        Self { context: CommandContext::new(store, clock), settings: Arc::new(settings), refusals: Arc::default() }
    }

    /// The same, with this access matrix in place of the one that the program brings.
    #[must_use]
    pub fn deciding_by(mut self, matrix: AccessMatrix) -> Self {
        self.context.policy = Arc::new(Policy { matrix: Arc::new(matrix), ..Policy::clone(&self.context.policy) });
        self
    }
}

impl Deref for App {
    type Target = CommandContext;

    fn deref(&self) -> &CommandContext {
        &self.context
    }
}

//! The service as the demonstration needs it: what it does by itself, and the settings that its messages follow.

use std::path::Path;

use chrono::NaiveDate;
use ens_domain::ids::SpaceId;
use ens_notices::MailSettings;
use ens_store::CommandContext;

/// Why the service could not do it, in its own words.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ServiceError(Box<dyn std::error::Error + Send + Sync>);

impl ServiceError {
    /// An error of the service.
    pub fn new(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(Box::new(error))
    }
}

/// A service that a demonstration runs on. Whatever else a campaign needs stands in the crates below this one.
pub trait Service: Sync {
    /// The store, the policy, and a simulated clock.
    fn context(&self) -> &CommandContext;

    /// The settings of e-mail.
    fn mail_settings(&self) -> &MailSettings;

    /// The public address of the site, as messages name it.
    fn site(&self) -> &str;

    /// Creates a space for each person of a file, and answers the spaces in the order of its lines; `on_line` is called after each line.
    fn import(&self, persons: &Path, on_line: impl FnMut() + Send) -> impl Future<Output = Result<Vec<SpaceId>, ServiceError>> + Send;

    /// Opens the spaces that fall due on this day, and settles the other deadlines.
    fn settle_due(&self, day: NaiveDate) -> impl Future<Output = Result<(), ServiceError>> + Send;
}

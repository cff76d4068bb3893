//! `ens bounce`: a delivery status notification on the standard input, as a mail server pipes it.

use std::io::{self, Read};

use ens_notices::bounce::{self, Bounced};

use crate::config::Settings;

use super::failure::Failure;
use super::store::{app, open_existing};
use super::streams::print;

/// The longest notification that is read, in bytes: it may bring the whole message back.
const LONGEST: u64 = 4 << 20;

/// Records one bounce. A message that is no bounce of ours is a failure, so that the mail server keeps it.
pub(super) async fn run(settings: Settings) -> Result<(), Failure> {
    let app = app(open_existing(&settings).await?, settings);
    let mut raw = Vec::new();
    // Nothing else runs in this process meanwhile: reading may block.
    let read = io::stdin().lock().take(LONGEST).read_to_end(&mut raw);
    read.map_err(|source| Failure::File { path: "-".into(), source })?;
    let told = match bounce::record(&app, &app.settings.mail, &raw).await? {
        Bounced::Recorded(outcome) if outcome.is_quiet() => "known already, nothing changed",
        Bounced::Recorded(_) => "recorded: the sending failed",
        Bounced::NothingFailed => "nothing failed for good: a delay or a delivery",
    };
    print(told)?;
    app.store.close().await;
    Ok(())
}

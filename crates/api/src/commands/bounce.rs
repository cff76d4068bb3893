//! `ens bounce`: a delivery status notification on the standard input, as a mail server pipes it.
//!
//! taken in --> 0        unreadable --kept in a folder--> 0        store away, folder full, setting wrong --> 75: the mail server gives it again
//! - what may pass is given back to the mail server
//! - what cannot be read is kept and counted

use std::io::{self, Read};

use ens_notices::BounceError;
use ens_notices::bounce::{self, Bounced};

use crate::config::Settings;
use crate::unread_bounces::UnreadBounces;

use super::failure::Failure;
use super::store::{app, open_existing};
use super::streams::print;

/// The longest notification that is read, in bytes: it may bring the whole message back.
const LONGEST: u64 = 4 << 20;

/// Records one bounce, or keeps what is none. Any failure makes the mail server give it again later.
pub(super) async fn run(settings: Settings) -> Result<(), Failure> {
    let mut raw = Vec::new();
    // Nothing else runs in this process meanwhile: reading may block.
    let read = io::stdin().lock().take(LONGEST).read_to_end(&mut raw);
    read.map_err(|source| Failure::File { path: "-".into(), source })?;
    let unread = UnreadBounces::new(settings.unread_bounces_folder());
    let told = match told(settings, &raw).await {
        Ok(bounced) => said(&bounced).to_owned(),
        Err(Failure::Bounce(error)) if !may_pass(&error) => keep(&unread, &raw, &error)?,
        Err(failure) => return Err(failure),
    };
    print(&told)
}

async fn told(settings: Settings, raw: &[u8]) -> Result<Bounced, Failure> {
    let app = app(open_existing(&settings).await?, settings);
    let bounced = bounce::record(&app, &app.settings.mail, raw).await;
    app.store.close().await;
    Ok(bounced?)
}

fn said(bounced: &Bounced) -> &'static str {
    match bounced {
        Bounced::Recorded(outcome) if outcome.is_quiet() => "known already, nothing changed",
        Bounced::Recorded(_) => "recorded: the sending failed",
        Bounced::NothingFailed => "nothing failed for good: a delay or a delivery",
    }
}

/// Whether the same message may be taken in another time.
fn may_pass(error: &BounceError) -> bool {
    match error {
        BounceError::Store(_) => true,
        BounceError::Unreadable(_) | BounceError::Refused(_) => false,
    }
}

fn keep(unread: &UnreadBounces, raw: &[u8], error: &BounceError) -> Result<String, Failure> {
    let kept = unread.keep(raw).map_err(|source| Failure::File { path: "the folder of unread bounces".into(), source })?;
    tracing::warn!(file = %kept.display(), %error, "a bounce could not be read; it is kept");
    Ok(format!("not read, kept as {}: {error}", kept.display()))
}

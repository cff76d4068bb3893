//! The service: the API, the read models, the messages and the daily openings, in one process or split over several.
//!
//! starting --bound--> serving --SIGTERM or SIGINT--> no new requests --those under way answered--> workers finish --> stopped
//! - a service that is asked to stop finishes and stops
//! - a request under way is answered before the service stops
//! - each half serves alone
//!
//! A worker that ends by itself ends the process, so that whoever watches it starts it again.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use ens_notices::letters::StatusFolder;
use ens_notices::mail::{SenderAddressError, TransportError};
use ens_notices::{
    DirectoryCarrier, Dispatcher, FolderTransport, MailTransport, MailboxesError, Pace, ProfessionalMailboxes, SmtpTransport,
};
use ens_projections::Followers;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::background::{self, EndedEarly, Workers};
use crate::cli::Half;
use crate::config::{IssuersError, KeyError, Settings, development_token_key, read_issuers};
use crate::http;
use crate::http::gate::{IssuerError, Issuers, Keys, KeysError};

/// How long requests under way may take to end once the service is asked to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(20);

/// Why the service could not start, or stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// No key to start with.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Keys of tokens that cannot be used.
    #[error(transparent)]
    Tokens(#[from] KeysError),
    /// The file of issuers.
    #[error(transparent)]
    IssuersFile(#[from] IssuersError),
    /// An issuer of that file.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// Nobody's tokens would be accepted.
    #[error("whose tokens are accepted? Give --issuers (or --token-key, --jwks); to try the service out, --development-tokens")]
    NoIssuer,
    /// A mail address of the settings.
    #[error(transparent)]
    MailAddress(#[from] SenderAddressError),
    /// The mail server of the settings.
    #[error(transparent)]
    Mail(#[from] TransportError),
    /// The address to listen on is taken, or not ours.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The system refuses to tell of signals.
    #[error("cannot listen for signals: {0}")]
    Signals(io::Error),
    /// The API broke.
    #[error("the API stopped: {0}")]
    Api(io::Error),
    /// The file of the mailboxes of professionals.
    #[error(transparent)]
    Mailboxes(#[from] MailboxesError),
    /// A worker broke.
    #[error(transparent)]
    Workers(#[from] EndedEarly),
}

/// Serves until SIGTERM or SIGINT, then finishes what is under way.
///
/// # Errors
/// A [`ServeError`], to be printed as it is.
pub async fn run(app: App, only: Option<Half>) -> Result<(), ServeError> {
    let asked = CancellationToken::new();
    let listening = listen_for_signals(asked.clone())?;
    let done = match only {
        Some(Half::Api) => serve_api(app.clone(), None, asked).await,
        Some(Half::Workers) => only_workers(app.clone(), asked).await,
        None => both(app.clone(), asked).await,
    };
    listening.abort();
    app.store.close().await;
    tracing::info!("stopped");
    done
}

/// The API first stops taking requests; the workers go on until the last answer is out.
async fn both(app: App, asked: CancellationToken) -> Result<(), ServeError> {
    let workers = workers(&app)?;
    let followers = workers.followers.clone();
    let no_more_work = CancellationToken::new();
    let work = tokio::spawn(background::run(app.clone(), workers, no_more_work.clone()));
    // A worker that ends early cancels its own token: the API must then stop too.
    let watched = asked.clone();
    let broken = no_more_work.clone();
    let watch = tokio::spawn(async move {
        broken.cancelled().await;
        watched.cancel();
    });
    let api = serve_api(app, Some(followers), asked).await;
    no_more_work.cancel();
    let worked = work.await.unwrap_or(Err(EndedEarly));
    watch.abort();
    api?;
    Ok(worked?)
}

/// Workers answer probes and metrics until the last of them has finished.
async fn only_workers(app: App, asked: CancellationToken) -> Result<(), ServeError> {
    let workers = workers(&app)?;
    let (listener, address) = listen(&app.settings).await?;
    tracing::info!(%address, "answering probes and metrics only");
    let finished = CancellationToken::new();
    let probes = http::probes(app.clone(), workers.followers.clone());
    let answering = tokio::spawn(answer(listener, probes, finished.clone()));
    let worked = background::run(app, workers, asked).await;
    finished.cancel();
    answering.await.unwrap_or(Ok(()))?;
    Ok(worked?)
}

async fn serve_api(app: App, followers: Option<Followers>, asked: CancellationToken) -> Result<(), ServeError> {
    let issuers = token_issuers(&app.settings)?;
    let (listener, address) = listen(&app.settings).await?;
    tracing::info!(%address, "listening");
    answer(listener, http::router(app, issuers, followers), asked).await
}

async fn listen(settings: &Settings) -> Result<(TcpListener, SocketAddr), ServeError> {
    let address = settings.site.listen;
    let listener = TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })?;
    let bound = listener.local_addr().unwrap_or(address);
    Ok((listener, bound))
}

/// Answers until `asked` to stop, and then what is under way.
async fn answer(listener: TcpListener, router: Router, asked: CancellationToken) -> Result<(), ServeError> {
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "answers on this connection may wait for more");
        }
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let stop = asked.clone();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move { stop.cancelled().await });
    let too_long = async {
        asked.cancelled().await;
        tokio::time::sleep(LAST_ANSWERS).await;
    };
    tokio::select! {
        served = server => served.map_err(ServeError::Api),
        () = too_long => {
            tracing::warn!(seconds = LAST_ANSWERS.as_secs(), "some requests did not end in time; they are broken off");
            Ok(())
        }
    }
}

/// Whose tokens are accepted: the issuers of the file, the keys in files, and the development key where that is asked for.
fn token_issuers(settings: &Settings) -> Result<Issuers, ServeError> {
    let mut keys = Keys::from_settings(&settings.tokens)?;
    if settings.tokens.development {
        keys = keys.with_development(&development_token_key(settings)?);
    }
    let configured = settings.tokens.issuers.as_deref().map(read_issuers).transpose()?.unwrap_or_default();
    let issuers = Issuers::new(keys, &configured)?;
    if issuers.is_empty() { Err(ServeError::NoIssuer) } else { Ok(issuers) }
}

fn workers(app: &App) -> Result<Workers, ServeError> {
    let letters = app.settings.letters_folder();
    let post = Arc::new(DirectoryCarrier::new(letters.clone()));
    let mail = mail(&app.settings)?;
    Ok(Workers {
        followers: Followers::new(app.store.clone()),
        dispatcher: Dispatcher::new(app.context.clone(), &app.settings.site.url, mail, post)
            .at_pace(Pace::configured(&app.settings.mail))
            .reaching(Arc::new(professional_mailboxes(&app.settings)?)),
        statuses: StatusFolder::new(letters.join("statuses")),
    })
}

/// The mailboxes of professionals; without a file of them, nobody but holders is told anything, and a warning says so.
fn professional_mailboxes(settings: &Settings) -> Result<ProfessionalMailboxes, ServeError> {
    let Some(file) = &settings.mail.professional_mailboxes else {
        tracing::warn!("NO MAILBOXES OF PROFESSIONALS are configured: they are not told; set ENS_PROFESSIONAL_MAILBOXES");
        return Ok(ProfessionalMailboxes::default());
    };
    let mailboxes = ProfessionalMailboxes::read(file)?;
    tracing::info!(professionals = mailboxes.len(), "the mailboxes of professionals are read");
    Ok(mailboxes)
}

/// The configured mail server; without one, e-mails are dropped as files, and a warning says so.
fn mail(settings: &Settings) -> Result<Arc<dyn MailTransport>, ServeError> {
    if settings.mail.smtp_host.is_some() {
        return Ok(Arc::new(SmtpTransport::new(&settings.mail)?));
    }
    let folder = settings.mail_folder();
    tracing::warn!(folder = %folder.display(), "NO MAIL SERVER is configured: e-mails are dropped as files; set ENS_SMTP_HOST");
    Ok(Arc::new(FolderTransport::new(folder, &settings.mail)?))
}

/// Cancels the token at the first SIGTERM or SIGINT; a second one ends the process at once.
fn listen_for_signals(asked: CancellationToken) -> Result<tokio::task::JoinHandle<()>, ServeError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(ServeError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServeError::Signals)?;
    Ok(tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            }
        };
        let name = next().await;
        tracing::info!(signal = name, "asked to stop: finishing what is under way");
        asked.cancel();
        next().await;
        std::process::exit(1);
    }))
}

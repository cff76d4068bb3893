//! The dispatcher: takes messages out of the outbox, sends each that its space still waits for, and records what became of it.
//!
//! claimed --still waited for?--> unsealed, written --> sent --accepted--> recorded, ended      (crash here: sent again, same id, same code)
//!            no: discarded                                  --refused---> failure recorded, ended
//!                                                           --deferred--> later, until the deadline makes it a failure
//! A message is sent in one step and recorded in another; its record and the end of its outbox row are one transaction. Only references and
//! classes of outcome are logged.
//! - a message that its space no longer expects is discarded unsent
//! - a worker killed between sending and noting is replaced by one that sends the same
//! - two dispatchers at once send every message once

use std::sync::Arc;
use std::time::Duration as Wait;

use ens_domain::space::terms::Channel;
use ens_store::{CommandContext, StoreError};
use tokio_util::sync::CancellationToken;

use self::letters::LetterRound;
use self::mails::MailRound;
use self::outbox::Outbox;
use self::writing::MessageWriter;
use crate::mail::MailTransport;
use crate::post::PostalCarrier;
use crate::professional_mailboxes::ProfessionalMailboxes;

pub use self::dispatched::Dispatched;
pub use self::pace::Pace;

mod dispatched;
mod letters;
mod mails;
mod outbox;
mod pace;
mod writing;

/// Sends what the outbox holds, by e-mail and by post.
#[derive(Clone)]
pub struct Dispatcher {
    outbox: Outbox,
    writer: MessageWriter,
    mail: Arc<dyn MailTransport>,
    post: Arc<dyn PostalCarrier>,
}

impl Dispatcher {
    /// A dispatcher at the usual pace; messages name this public address of the site.
    pub fn new(context: CommandContext, site: &str, mail: Arc<dyn MailTransport>, post: Arc<dyn PostalCarrier>) -> Self {
        let mailboxes = Arc::new(ProfessionalMailboxes::default());
        let writer = MessageWriter { context: context.clone(), site: site.into(), mailboxes };
        Self { outbox: Outbox { context, pace: Pace::default() }, writer, mail, post }
    }

    /// The same at another pace.
    #[must_use]
    pub fn at_pace(self, pace: Pace) -> Self {
        Self { outbox: Outbox { pace, ..self.outbox }, ..self }
    }

    /// The same, reaching professionals by these mailboxes.
    #[must_use]
    pub fn reaching(self, mailboxes: Arc<ProfessionalMailboxes>) -> Self {
        Self { writer: MessageWriter { mailboxes, ..self.writer }, ..self }
    }

    /// How professionals are reached.
    pub fn mailboxes(&self) -> &ProfessionalMailboxes {
        &self.writer.mailboxes
    }

    /// One batch of e-mails and one of letters.
    ///
    /// # Errors
    /// The store's. What was sent and not recorded is sent again under the same reference, once its lease is over.
    pub async fn run_once(&self) -> Result<Dispatched, StoreError> {
        let (mails, letters) = futures::try_join!(self.send_mails(), self.hand_over_letters())?;
        Ok(mails.and(letters))
    }

    /// One batch of e-mails.
    ///
    /// # Errors
    /// As [`Dispatcher::run_once`].
    pub async fn send_mails(&self) -> Result<Dispatched, StoreError> {
        MailRound { outbox: &self.outbox, writer: &self.writer, transport: &*self.mail }.send().await
    }

    /// One batch of letters.
    ///
    /// # Errors
    /// As [`Dispatcher::run_once`].
    pub async fn hand_over_letters(&self) -> Result<Dispatched, StoreError> {
        LetterRound { outbox: &self.outbox, writer: &self.writer, carrier: &*self.post }.hand_over().await
    }

    /// Rounds of both channels, side by side, until told to stop; a round that began is finished.
    pub async fn run(&self, shutdown: CancellationToken) {
        let mails = self.rounds(Channel::Email, &shutdown);
        let letters = self.rounds(Channel::Post, &shutdown);
        futures::join!(mails, letters);
    }

    async fn rounds(&self, channel: Channel, shutdown: &CancellationToken) {
        let Outbox { context, pace } = &self.outbox;
        let mut appended = context.store.log().appended();
        while !shutdown.is_cancelled() {
            let round = match channel {
                Channel::Email => self.send_mails().await,
                Channel::Post => self.hand_over_letters().await,
            };
            let wait = match round {
                Ok(done) if done.claimed > 0 => continue,
                Ok(_) => pace.poll,
                Err(error) => {
                    tracing::warn!(?channel, %error, "a round of the dispatcher was broken off");
                    metrics::counter!("ens_dispatch_errors_total", "channel" => dispatched::name(channel)).increment(1);
                    pace.after_error
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
                // If this channel is closed, nothing is appended in this process any more: polling goes on.
                _ = appended.changed() => tokio::time::sleep(Wait::from_millis(20)).await,
            }
        }
    }
}

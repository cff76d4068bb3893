//! The dispatcher: takes messages out of the outbox, sends each while it is still wanted, and tells its space what became of it.
//!
//! claimed --still wanted?--> opened, written --> sent --accepted--> recorded, settled      (crash here: sent again, same id, same code)
//!            no: discarded                            --refused---> failure recorded, settled
//!                                                     --deferred--> later, until the deadline makes it a failure
//! A sending and its record are two steps; the record and the end of the outbox row are one. Nothing is logged but references and
//! classes of outcome.
//! - a message that its space no longer expects is discarded unsent
//! - a worker killed between sending and noting is replaced by one that sends the same
//! - two dispatchers at once send every message once

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration as Wait;

use chrono::{DateTime, Duration, Utc};
use ens_domain::ids::SpaceId;
use ens_domain::space::HealthSpace;
use ens_domain::space::terms::{Channel, MessageKind, Stage};
use ens_store::{Claimed, CommandEnvelope, KeyRing, Rejection, StoreError};
use tokio_util::sync::CancellationToken;

use super::mail::MailTransport;
use super::post::PostalCarrier;
use super::reference::MessageRef;
use crate::app::App;

pub use pace::Pace;

mod letter;
mod mail;
mod pace;
mod writing;

/// Sends what the outbox holds, by e-mail and by post.
#[derive(Clone)]
pub struct Dispatcher {
    app: App,
    mail: Arc<dyn MailTransport>,
    post: Arc<dyn PostalCarrier>,
    pace: Pace,
}

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dispatched {
    /// Messages taken out of the outbox.
    pub claimed: u64,
    /// E-mails that a server took.
    pub accepted: u64,
    /// E-mails that a server refused.
    pub refused: u64,
    /// E-mails and letters to try again later.
    pub deferred: u64,
    /// Messages given up: the deadline was over, or no contact was left.
    pub given_up: u64,
    /// Messages that nobody waited for any more.
    pub unwanted: u64,
    /// News that goes on by post because the e-mail failed.
    pub rerouted: u64,
    /// Letters given to the carrier.
    pub letters: u64,
}

impl Dispatched {
    /// Both rounds together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            claimed: self.claimed + other.claimed,
            accepted: self.accepted + other.accepted,
            refused: self.refused + other.refused,
            deferred: self.deferred + other.deferred,
            given_up: self.given_up + other.given_up,
            unwanted: self.unwanted + other.unwanted,
            rerouted: self.rerouted + other.rerouted,
            letters: self.letters + other.letters,
        }
    }
}

/// A claimed batch with what it takes to write its messages.
struct Desk {
    spaces: HashMap<SpaceId, HealthSpace>,
    keys: KeyRing,
}

impl Dispatcher {
    /// A dispatcher at the usual pace.
    pub fn new(app: App, mail: Arc<dyn MailTransport>, post: Arc<dyn PostalCarrier>) -> Self {
        Self { app, mail, post, pace: Pace::default() }
    }

    /// The same at another pace.
    #[must_use]
    pub fn at_pace(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// One batch of e-mails and one of letters.
    ///
    /// # Errors
    /// The store's. What was sent and not recorded is sent again under the same reference, once its lease is over.
    pub async fn run_once(&self) -> Result<Dispatched, StoreError> {
        let (mails, letters) = futures::try_join!(self.send_mails(), self.hand_over_letters())?;
        Ok(mails.and(letters))
    }

    /// Rounds of both channels, side by side, until told to stop; a round that began is finished.
    pub async fn run(&self, shutdown: CancellationToken) {
        let mails = self.rounds(Channel::Email, &shutdown);
        let letters = self.rounds(Channel::Post, &shutdown);
        futures::join!(mails, letters);
    }

    async fn rounds(&self, channel: Channel, shutdown: &CancellationToken) {
        let mut appended = self.app.store.log().appended();
        while !shutdown.is_cancelled() {
            let round = match channel {
                Channel::Email => self.send_mails().await,
                Channel::Post => self.hand_over_letters().await,
            };
            let wait = match round {
                Ok(done) if done.claimed > 0 => continue,
                Ok(_) => self.pace.poll,
                Err(error) => {
                    tracing::warn!(?channel, %error, "a round of the dispatcher was broken off");
                    metrics::counter!("ens_dispatch_errors_total", "channel" => name(channel)).increment(1);
                    self.pace.after_error
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
                // A closed bell only means that nothing is appended here any more: the poll goes on.
                _ = appended.changed() => tokio::time::sleep(Wait::from_millis(20)).await,
            }
        }
    }

    async fn desk(&self, claims: &[Claimed]) -> Result<Desk, StoreError> {
        let mut ids: Vec<SpaceId> = claims.iter().map(|claimed| claimed.space).collect();
        ids.sort_unstable();
        ids.dedup();
        let keys = self.app.store.log().key_ring(&ids).await?;
        let states = self.app.store.log().states(&ids).await?;
        let spaces = ids.into_iter().zip(states).filter_map(|(id, found)| found.map(|loaded| (id, loaded.space))).collect();
        Ok(Desk { spaces, keys })
    }

    /// Carries out an order that ends a message. What a rule refuses ends it too: it would be refused, and sent, for ever.
    async fn settle(&self, orders: Vec<(MessageRef, CommandEnvelope)>) -> Result<(), StoreError> {
        let (references, orders): (Vec<MessageRef>, Vec<CommandEnvelope>) = orders.into_iter().unzip();
        let answers = self.app.store.commands().execute_all(orders, &self.app.policy).await;
        let (mut over, mut broken) = (Vec::new(), Ok(()));
        for (reference, answer) in references.into_iter().zip(answers) {
            match answer {
                Ok(_) => {}
                Err(Rejection::Store(error)) => broken = Err(error),
                Err(rejection) => {
                    tracing::warn!(%reference, %rejection, "the space refuses what became of its message");
                    over.push((reference.message, reference.space));
                }
            }
        }
        self.app.store.outbox().discard_all(&over).await?;
        broken
    }

    /// When to try again, with jitter so that a server that comes back is not met by all at once; `None` past the deadline.
    fn next_try(&self, claimed: &Claimed) -> Result<Option<DateTime<Utc>>, StoreError> {
        let now = self.app.now();
        let deadline = reference(claimed).ordered_at() + self.pace.deadline;
        if now >= deadline {
            return Ok(None);
        }
        let [chance] = self.app.store.entropy().bytes::<1>()?;
        Ok(Some((now + self.pace.wait(claimed.attempts, chance)).min(deadline)))
    }
}

impl Desk {
    /// The space, if it still waits for this message.
    fn wanting(&self, claimed: &Claimed) -> Option<&HealthSpace> {
        let space = self.spaces.get(&claimed.space)?;
        let wanted = match claimed.kind {
            MessageKind::Notice | MessageKind::Code => space.expects(claimed.message).is_some(),
            MessageKind::TechnicalBlock => space.stage() == Some(Stage::Blocked),
            MessageKind::Suspension => space.stage() == Some(Stage::Suspended),
        };
        wanted.then_some(space)
    }
}

const fn reference(claimed: &Claimed) -> MessageRef {
    MessageRef { space: claimed.space, message: claimed.message }
}

/// The channel in metrics.
const fn name(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Post => "post",
    }
}

fn count(channel: Channel, outcome: &'static str, messages: u64) {
    metrics::counter!("ens_messages_total", "channel" => name(channel), "outcome" => outcome).increment(messages);
}

/// A lease for the store, which counts in chrono's durations.
fn lease(pace: &Pace) -> Duration {
    Duration::from_std(pace.lease).unwrap_or(Duration::MAX)
}

//! The dispatcher's e-mails: a few on their way at once, each recorded as soon as its server has answered.
//!
//! The dates in an e-mail must be those of the day on which it is received.
//! - an e-mail whose server might answer after midnight in Paris waits for the new day

use chrono::{DateTime, Duration, Utc};
use ens_domain::calendar::paris;
use ens_domain::space::commands::{RecordEmailFailed, RecordEmailSent};
use ens_domain::space::terms::{Channel, MessageKind, NotificationFailure};
use ens_store::{Claimed, CommandEnvelope, StoreError};
use futures::StreamExt;

use super::writing::Unwritable;
use super::{Desk, Dispatched, Dispatcher, count, lease, reference};
use crate::notify::mail::SendOutcome;

/// Longer than any transport takes for one message.
const BEFORE_MIDNIGHT: Duration = Duration::seconds(75);

/// What became of one e-mail.
enum Fate {
    Sent { at: DateTime<Utc> },
    Failed(NotificationFailure),
    Later(DateTime<Utc>),
    Unwanted,
}

impl Dispatcher {
    /// One batch of e-mails.
    ///
    /// # Errors
    /// The store's.
    pub async fn send_mails(&self) -> Result<Dispatched, StoreError> {
        let claims = self.app.store.outbox().claim(Channel::Email, self.app.now(), self.pace.mails, lease(&self.pace)).await?;
        if claims.is_empty() {
            return Ok(Dispatched::default());
        }
        let desk = self.desk(&claims).await?;
        let mut done = Dispatched { claimed: claims.len() as u64, ..Dispatched::default() };
        let on_their_way: Vec<_> = claims.iter().map(|claimed| self.send_one(&desk, claimed)).collect();
        let mut answered = futures::stream::iter(on_their_way).buffer_unordered(self.pace.at_once).ready_chunks(self.pace.at_once);
        while let Some(fates) = answered.next().await {
            done = done.and(self.record(&desk, fates).await?);
        }
        Ok(done)
    }

    async fn send_one<'a>(&self, desk: &Desk, claimed: &'a Claimed) -> (&'a Claimed, Result<Fate, StoreError>) {
        (claimed, self.fate_of(desk, claimed).await)
    }

    async fn fate_of(&self, desk: &Desk, claimed: &Claimed) -> Result<Fate, StoreError> {
        let Some(space) = desk.wanting(claimed) else { return Ok(Fate::Unwanted) };
        let now = self.app.now();
        if paris::day_of(now + BEFORE_MIDNIGHT) != paris::day_of(now) {
            return Ok(Fate::Later(paris::start_of(paris::day_of(now + BEFORE_MIDNIGHT))));
        }
        let outcome = match self.write_mail(desk, claimed, space) {
            Ok(mail) => self.mail.send(&mail).await,
            Err(Unwritable::Nowhere) => return Ok(Fate::Failed(NotificationFailure::Undeliverable)),
            Err(Unwritable::Destroyed) => return Ok(Fate::Unwanted),
            Err(unwritable @ (Unwritable::Sealed(_) | Unwritable::Content | Unwritable::Wording(_))) => {
                tracing::error!(reference = %reference(claimed), %unwritable, "an e-mail cannot be written");
                SendOutcome::Deferred
            }
        };
        match outcome {
            SendOutcome::Accepted => Ok(Fate::Sent { at: self.app.now() }),
            SendOutcome::Refused { code } => {
                tracing::info!(reference = %reference(claimed), code, "an e-mail was refused");
                Ok(Fate::Failed(NotificationFailure::Refused))
            }
            SendOutcome::Deferred => Ok(self.next_try(claimed)?.map_or(Fate::Failed(NotificationFailure::Undeliverable), Fate::Later)),
        }
    }

    async fn record(&self, desk: &Desk, fates: Vec<(&Claimed, Result<Fate, StoreError>)>) -> Result<Dispatched, StoreError> {
        let (mut done, mut orders) = (Dispatched::default(), Vec::new());
        let (mut over, mut waits) = (Vec::new(), Vec::new());
        for (claimed, fate) in fates {
            let (message, space) = (claimed.message, claimed.space);
            match fate? {
                Fate::Sent { at } => {
                    done.accepted += 1;
                    if carries_code(claimed.kind) {
                        orders.push((reference(claimed), CommandEnvelope::new(space, RecordEmailSent { at, message }).completing(message)));
                    } else {
                        over.push((message, space));
                    }
                }
                Fate::Failed(failure) => {
                    count_failure(&mut done, failure);
                    if carries_code(claimed.kind) {
                        let command = RecordEmailFailed { at: self.app.now(), message, failure };
                        orders.push((reference(claimed), CommandEnvelope::new(space, command).completing(message)));
                    } else {
                        done.rerouted += self.send_by_post_instead(desk, claimed).await?;
                    }
                }
                Fate::Later(next_at) => {
                    done.deferred += 1;
                    waits.push((message, space, next_at));
                }
                Fate::Unwanted => {
                    done.unwanted += 1;
                    over.push((message, space));
                }
            }
        }
        self.app.store.outbox().discard_all(&over).await?;
        self.app.store.outbox().postpone_all(&waits).await?;
        self.settle(orders).await?;
        measure(&done);
        Ok(done)
    }

    /// News whose e-mail failed goes by post, where an address is declared. Answers how many went.
    async fn send_by_post_instead(&self, desk: &Desk, claimed: &Claimed) -> Result<u64, StoreError> {
        let addressed = desk.wanting(claimed).is_some_and(|space| space.contacts().is_some_and(|contacts| contacts.address.is_some()));
        if addressed {
            self.app.store.outbox().reroute(claimed.message, claimed.space, Channel::Post).await?;
            return Ok(1);
        }
        self.app.store.outbox().discard(claimed.message, claimed.space).await?;
        Ok(0)
    }
}

/// Messages with a code start clocks, so their space is told of them; news does not.
pub(super) const fn carries_code(kind: MessageKind) -> bool {
    match kind {
        MessageKind::Notice | MessageKind::Code => true,
        MessageKind::TechnicalBlock | MessageKind::Suspension => false,
    }
}

const fn count_failure(done: &mut Dispatched, failure: NotificationFailure) {
    match failure {
        NotificationFailure::Refused | NotificationFailure::Bounced => done.refused += 1,
        NotificationFailure::Undeliverable | NotificationFailure::Returned => done.given_up += 1,
    }
}

fn measure(done: &Dispatched) {
    let outcomes = [
        ("accepted", done.accepted),
        ("refused", done.refused),
        ("deferred", done.deferred),
        ("given_up", done.given_up),
        ("unwanted", done.unwanted),
        ("rerouted", done.rerouted),
    ];
    for (outcome, messages) in outcomes.into_iter().filter(|(_, messages)| *messages > 0) {
        count(Channel::Email, outcome, messages);
    }
}

//! One batch of e-mails: several are sent at once, and each is recorded as soon as its server has answered.
//!
//! The dates in an e-mail must be those of the day on which it is received.
//! - an e-mail whose server might answer after midnight in Paris waits for the new day

use chrono::{DateTime, Duration, Utc};
use ens_domain::calendar::paris;
use ens_domain::space::commands::{RecordEmailFailed, RecordEmailSent};
use ens_domain::space::terms::{Channel, NotificationFailure};
use ens_store::{Claimed, CommandEnvelope, StoreError};
use futures::StreamExt;

use super::dispatched::Dispatched;
use super::outbox::{LoadedSpaces, Outbox, carries_code, may_go_by_post, reference};
use super::writing::{MessageWriter, Unwritable};
use crate::mail::{MailTransport, SendOutcome};

/// Longer than any transport takes for one message.
const BEFORE_MIDNIGHT: Duration = Duration::seconds(75);

/// What became of one e-mail.
enum MailOutcome {
    Sent { at: DateTime<Utc> },
    Failed(NotificationFailure),
    Retry(DateTime<Utc>),
    Unwanted,
}

/// A round of e-mails: the outbox, the writer and the transport.
pub(super) struct MailRound<'a> {
    pub(super) outbox: &'a Outbox,
    pub(super) writer: &'a MessageWriter,
    pub(super) transport: &'a dyn MailTransport,
}

impl MailRound<'_> {
    /// Sends one batch.
    pub(super) async fn send(&self) -> Result<Dispatched, StoreError> {
        let claims = self.outbox.claim(Channel::Email).await?;
        if claims.is_empty() {
            return Ok(Dispatched::default());
        }
        let loaded = self.outbox.load(&claims).await?;
        let mut done = Dispatched { claimed: claims.len() as u64, ..Dispatched::default() };
        let sends: Vec<_> = claims.iter().map(|claimed| self.send_one(&loaded, claimed)).collect();
        let mut answered = futures::stream::iter(sends).buffer_unordered(self.outbox.pace.at_once).ready_chunks(self.outbox.pace.at_once);
        while let Some(outcomes) = answered.next().await {
            done = done.and(self.record(&loaded, outcomes).await?);
        }
        Ok(done)
    }

    async fn send_one<'a>(&self, loaded: &LoadedSpaces, claimed: &'a Claimed) -> (&'a Claimed, Result<MailOutcome, StoreError>) {
        (claimed, self.outcome_of(loaded, claimed).await)
    }

    async fn outcome_of(&self, loaded: &LoadedSpaces, claimed: &Claimed) -> Result<MailOutcome, StoreError> {
        let Some(space) = loaded.waiting_for(claimed) else { return Ok(MailOutcome::Unwanted) };
        let now = self.outbox.context.now();
        if paris::day_of(now + BEFORE_MIDNIGHT) != paris::day_of(now) {
            return Ok(MailOutcome::Retry(paris::start_of(paris::day_of(now + BEFORE_MIDNIGHT))));
        }
        let outcome = match self.writer.mail(loaded, claimed, space) {
            Ok(mail) => self.transport.send(&mail).await,
            Err(Unwritable::Nowhere) => return Ok(MailOutcome::Failed(NotificationFailure::Undeliverable)),
            Err(Unwritable::Destroyed) => return Ok(MailOutcome::Unwanted),
            Err(unwritable @ (Unwritable::Sealed(_) | Unwritable::Content | Unwritable::Wording(_))) => {
                tracing::error!(reference = %reference(claimed), %unwritable, "an e-mail cannot be written");
                SendOutcome::Deferred
            }
        };
        match outcome {
            SendOutcome::Accepted => Ok(MailOutcome::Sent { at: self.outbox.context.now() }),
            SendOutcome::Refused { code } => {
                tracing::info!(reference = %reference(claimed), code, "an e-mail was refused");
                Ok(MailOutcome::Failed(NotificationFailure::Refused))
            }
            SendOutcome::Deferred => {
                Ok(self.outbox.next_try(claimed)?.map_or(MailOutcome::Failed(NotificationFailure::Undeliverable), MailOutcome::Retry))
            }
        }
    }

    async fn record(
        &self,
        loaded: &LoadedSpaces,
        outcomes: Vec<(&Claimed, Result<MailOutcome, StoreError>)>,
    ) -> Result<Dispatched, StoreError> {
        let (mut done, mut envelopes) = (Dispatched::default(), Vec::new());
        let (mut ended, mut waits) = (Vec::new(), Vec::new());
        for (claimed, outcome) in outcomes {
            let (message, space) = (claimed.message, claimed.space);
            match outcome? {
                MailOutcome::Sent { at } => {
                    done.accepted += 1;
                    if carries_code(claimed.kind) {
                        envelopes
                            .push((reference(claimed), CommandEnvelope::new(space, RecordEmailSent { at, message }).completing(message)));
                    } else {
                        ended.push((message, space));
                    }
                }
                MailOutcome::Failed(failure) => {
                    count_failure(&mut done, failure);
                    if carries_code(claimed.kind) {
                        let command = RecordEmailFailed { at: self.outbox.context.now(), message, failure };
                        envelopes.push((reference(claimed), CommandEnvelope::new(space, command).completing(message)));
                    } else {
                        done.rerouted += self.send_by_post_instead(loaded, claimed).await?;
                    }
                }
                MailOutcome::Retry(next_at) => {
                    done.deferred += 1;
                    waits.push((message, space, next_at));
                }
                MailOutcome::Unwanted => {
                    done.unwanted += 1;
                    ended.push((message, space));
                }
            }
        }
        self.outbox.discard(&ended).await?;
        self.outbox.context.store.outbox().postpone_all(&waits).await?;
        self.outbox.record(envelopes).await?;
        done.show(Channel::Email);
        Ok(done)
    }

    /// A message without a code whose e-mail failed goes by post, where an address is declared and it may. Answers how many went.
    async fn send_by_post_instead(&self, loaded: &LoadedSpaces, claimed: &Claimed) -> Result<u64, StoreError> {
        let addressed =
            loaded.waiting_for(claimed).is_some_and(|space| space.contacts().is_some_and(|contacts| contacts.address.is_some()));
        if addressed && may_go_by_post(claimed) {
            self.outbox.context.store.outbox().reroute(claimed.message, claimed.space, Channel::Post).await?;
            return Ok(1);
        }
        self.outbox.context.store.outbox().discard(claimed.message, claimed.space).await?;
        Ok(0)
    }
}

const fn count_failure(done: &mut Dispatched, failure: NotificationFailure) {
    match failure {
        NotificationFailure::Refused | NotificationFailure::Bounced => done.refused += 1,
        NotificationFailure::Undeliverable | NotificationFailure::Returned => done.given_up += 1,
    }
}

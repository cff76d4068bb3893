//! The counts of one round of the dispatcher, and the metrics that show them.

use ens_domain::space::terms::Channel;

/// What one round of the dispatcher did.
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
    /// Messages that their space did not wait for any more.
    pub unwanted: u64,
    /// Messages without a code that go on by post because the e-mail failed.
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

    /// Counts the outcomes of one channel's round in the metrics.
    pub(super) fn show(&self, channel: Channel) {
        let outcomes = [
            ("accepted", self.accepted),
            ("refused", self.refused),
            ("handed_over", self.letters),
            ("deferred", self.deferred),
            ("given_up", self.given_up),
            ("unwanted", self.unwanted),
            ("rerouted", self.rerouted),
        ];
        for (outcome, messages) in outcomes.into_iter().filter(|(_, messages)| *messages > 0) {
            metrics::counter!("ens_messages_total", "channel" => name(channel), "outcome" => outcome).increment(messages);
        }
    }
}

/// The channel in metrics.
pub(super) const fn name(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Post => "post",
    }
}

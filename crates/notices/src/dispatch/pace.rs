//! How fast messages leave, how long a failed try waits, and when it is given up.

use std::time::Duration as Wait;

use chrono::Duration;

use crate::settings::MailSettings;

/// The dispatcher's numbers. The defaults suit a relay that takes a few dozen messages a second.
#[derive(Debug, Clone)]
pub struct Pace {
    /// E-mails claimed together.
    pub mails: u32,
    /// E-mails that are being sent at once.
    pub at_once: usize,
    /// Letters in a batch.
    pub letters: u32,
    /// How long a claim keeps others away; longer than a batch takes.
    pub lease: Wait,
    /// The wait after the first failed try; it doubles with each.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
    /// How long after its command an e-mail is still tried; then a letter follows.
    pub deadline: Duration,
    /// How often the outbox is looked at while nothing is appended in this process.
    pub poll: Wait,
    /// The wait after the store did not answer.
    pub after_error: Wait,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            mails: 64,
            at_once: 8,
            letters: 200,
            lease: Wait::from_secs(15 * 60),
            first_wait: Duration::minutes(2),
            longest_wait: Duration::hours(4),
            deadline: Duration::hours(48),
            poll: Wait::from_secs(1),
            after_error: Wait::from_secs(5),
        }
    }
}

impl Pace {
    /// The pace that the operator configured.
    pub fn configured(settings: &MailSettings) -> Self {
        Self { lease: Wait::from_secs(u64::from(settings.claim_seconds)), ..Self::default() }
    }

    /// The wait after this many tries: doubled each time, of which `chance` takes up to a half off.
    pub(super) fn wait(&self, attempts: u32, chance: u8) -> Duration {
        let doublings = attempts.saturating_sub(1).min(16);
        let whole = (self.first_wait * (1 << doublings)).min(self.longest_wait);
        whole - whole / 512 * i32::from(chance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_doubles_up_to_the_longest() {
        let pace = Pace::default();
        let waits: Vec<i64> = [1, 2, 3, 20].into_iter().map(|attempts| pace.wait(attempts, 0).num_minutes()).collect();
        assert_eq!(waits, [2, 4, 8, 240]);
    }

    #[test]
    fn chance_takes_at_most_half_of_a_wait() {
        let wait = Pace::default().wait(1, u8::MAX);
        assert!(wait > Duration::minutes(1) && wait < Duration::minutes(2), "{wait}");
    }
}

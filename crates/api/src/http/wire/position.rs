//! Positions in requests and answers: a write answers with its position, and a read that sends it back waits until the read model reflects it.

use std::str::FromStr;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ens_projections::{Projection, first_behind};
use ens_store::{Partition, Store};

use crate::problem::{Problem, ProblemType};

/// The header that carries a position, both ways.
pub(crate) const ENS_POSITION: HeaderName = HeaderName::from_static("ens-position");
/// The longest wait that is granted, in seconds: well under the time after which a request is given up.
const LONGEST_WAIT: u64 = 20;
/// How long a read of everything waits for a read model that is behind.
const DEFAULT_WAIT_FOR_ALL: Duration = Duration::from_secs(5);

/// A position in the log, written `partition:position`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) partition: Partition,
    pub(crate) position: u64,
}

impl Position {
    /// As the header writes it.
    pub(crate) fn header(self) -> HeaderValue {
        let text = format!("{}:{}", self.partition, self.position);
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }
}

impl FromStr for Position {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let refused = || Problem::new(ProblemType::MALFORMED).detail("Ens-Position: expected partition:position, as a write answered it");
        let (partition, position) = text.trim().split_once(':').ok_or_else(refused)?;
        let partition = partition.parse().map(Partition::new).map_err(|_| refused())?;
        Ok(Self { partition, position: position.parse().map_err(|_| refused())? })
    }
}

/// What a read must reflect, and how long it may wait for that.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Freshness {
    wanted: Option<Position>,
    wait: Duration,
}

impl<S: Send + Sync> FromRequestParts<S> for Freshness {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let refused = |_| Problem::new(ProblemType::MALFORMED).detail("Ens-Position: expected text");
        let wanted = match parts.headers.get(ENS_POSITION) {
            Some(value) => Some(value.to_str().map_err(refused)?.parse()?),
            None => None,
        };
        Ok(Self { wanted, wait: preferred_wait(&parts.headers) })
    }
}

/// RFC 7240: `Prefer: wait=10`. A preference that is not understood is no error.
fn preferred_wait(headers: &HeaderMap) -> Duration {
    // A header that is no text is ignored, as the RFC asks.
    let preferences = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    // Nor is a time to wait that is no number.
    let seconds = preferences.filter_map(|preference| preference.trim().strip_prefix("wait=")?.parse::<u64>().ok()).next();
    Duration::from_secs(seconds.unwrap_or(0).min(LONGEST_WAIT))
}

impl Freshness {
    /// What an answer reflects, once [`Self::wait_for`] has returned: the last event of its space, or the later one that was waited for.
    pub(crate) fn reflected(self, own: Position) -> Position {
        let later = self.wanted.filter(|wanted| wanted.partition == own.partition && wanted.position > own.position);
        later.unwrap_or(own)
    }

    /// Whether rows that reflect this position reflect what is wanted: a partition's events are folded in their order.
    pub(crate) fn is_met_at(self, reflected: Position) -> bool {
        self.wanted.is_none_or(|wanted| wanted.partition == reflected.partition && wanted.position <= reflected.position)
    }

    /// Waits until the read model `P` reflects the wanted position.
    ///
    /// # Errors
    /// [`ProblemType::READ_MODEL_BEHIND`] once the wait is over.
    pub(crate) async fn wait_for<P: Projection>(self, store: &Store) -> Result<(), Problem> {
        let Some(wanted) = self.wanted else {
            return Ok(());
        };
        if wanted.partition.number() >= store.partitions().count() {
            return Err(Problem::new(ProblemType::MALFORMED).detail("Ens-Position: no such partition"));
        }
        wait_until_reflected::<P>(store, &[(wanted.partition, wanted.position)], self.wait).await
    }

    /// Waits until the read model `P` reflects all that the log holds now, in every partition, and so any position that was answered.
    ///
    /// # Errors
    /// [`ProblemType::READ_MODEL_BEHIND`] where it is still behind after [`DEFAULT_WAIT_FOR_ALL`], or after the longer wait that was preferred.
    pub(crate) async fn wait_for_all<P: Projection>(self, store: &Store) -> Result<(), Problem> {
        wait_until_reflected::<P>(store, &store.log().heads().await?, self.wait.max(DEFAULT_WAIT_FOR_ALL)).await
    }
}

async fn wait_until_reflected<P: Projection>(store: &Store, wanted: &[(Partition, u64)], wait: Duration) -> Result<(), Problem> {
    match first_behind(store, P::NAME, wanted, wait).await? {
        None => Ok(()),
        Some((partition, stands)) => Err(Problem::new(ProblemType::READ_MODEL_BEHIND).member("reached", format!("{partition}:{stands}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_written_as_it_is_read() {
        let position: Position = "3:17".parse().unwrap();
        assert_eq!((position.partition.number(), position.position), (3, 17));
        assert_eq!(position.header(), "3:17");
        assert!("17".parse::<Position>().is_err());
        assert!("x:1".parse::<Position>().is_err());
    }

    #[test]
    fn an_answer_says_no_less_than_what_was_waited_for() {
        let at = |text: &str| text.parse::<Position>().unwrap();
        let asked = |text: &str| Freshness { wanted: Some(at(text)), wait: Duration::ZERO };
        assert_eq!(asked("3:17").reflected(at("3:4")), at("3:17"));
        assert_eq!(asked("3:17").reflected(at("3:20")), at("3:20"));
        assert_eq!(asked("2:17").reflected(at("3:4")), at("3:4"));
        assert_eq!(Freshness::default().reflected(at("3:4")), at("3:4"));
    }

    #[test]
    fn a_row_as_late_as_what_is_wanted_needs_no_wait() {
        let at = |text: &str| text.parse::<Position>().unwrap();
        let asked = |text: &str| Freshness { wanted: Some(at(text)), wait: Duration::ZERO };
        assert!(asked("3:17").is_met_at(at("3:17")) && asked("3:17").is_met_at(at("3:18")));
        assert!(!asked("3:17").is_met_at(at("3:16")) && !asked("2:1").is_met_at(at("3:18")));
        assert!(Freshness::default().is_met_at(at("3:1")));
    }

    #[test]
    fn a_wait_has_an_end() {
        let headers = |value: &'static str| HeaderMap::from_iter([(HeaderName::from_static("prefer"), HeaderValue::from_static(value))]);
        assert_eq!(preferred_wait(&headers("respond-async, wait=3")), Duration::from_secs(3));
        assert_eq!(preferred_wait(&headers("wait=100000")), Duration::from_secs(LONGEST_WAIT));
        assert_eq!(preferred_wait(&headers("wait=soon")), Duration::ZERO);
        assert_eq!(preferred_wait(&HeaderMap::new()), Duration::ZERO);
    }
}

//! The rate limit of the routes that take a provisional code: a burst, then so many requests a second from one address (`tower_governor`).
//!
//! The address is that of the client: the peer of the connection, or whom a trusted proxy names. An IPv6 address counts by its /64, which is
//! what one subscriber has.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tower_governor::governor::GovernorConfigBuilder;
use tower_governor::key_extractor::KeyExtractor;
use tower_governor::{GovernorError, GovernorLayer};

use crate::app::App;
use crate::config::LimitSettings;
use crate::http::gate::ClientAddress;
use crate::problem::{Problem, ProblemType};

/// After so many requests, addresses that have been quiet are forgotten.
const SWEEP_EVERY: u32 = 1_024;

/// Limits these routes, all of them together, per address.
pub(crate) fn limited(routes: Router<App>, limits: &LimitSettings) -> Router<App> {
    let period = Duration::from_secs(1) / limits.requests_per_second.max(1);
    let mut builder = GovernorConfigBuilder::default().key_extractor(SubscriberAddress);
    // Only a period or a burst of zero gives nothing, and neither is left zero here.
    let Some(config) = builder.period(period).burst_size(limits.requests_burst.max(1)).finish() else {
        return routes;
    };
    let limiter = Arc::clone(config.limiter());
    let counted = Arc::new(AtomicU32::new(1));
    let sweep = from_fn(move |request: Request, next: Next| {
        if counted.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY) {
            limiter.retain_recent();
        }
        next.run(request)
    });
    routes.layer(GovernorLayer::new(config).error_handler(refused)).layer(sweep)
}

/// Counts requests by the address of a subscriber.
#[derive(Debug, Clone, Copy)]
struct SubscriberAddress;

impl KeyExtractor for SubscriberAddress {
    type Key = IpAddr;

    fn extract<T>(&self, request: &axum::http::Request<T>) -> Result<IpAddr, GovernorError> {
        let client = request.extensions().get::<ClientAddress>().ok_or(GovernorError::UnableToExtractKey)?;
        Ok(subscriber(client.0))
    }
}

fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

fn refused(error: GovernorError) -> Response {
    match error {
        GovernorError::TooManyRequests { wait_time, .. } => {
            Problem::new(ProblemType::TOO_MANY_REQUESTS).retry_after(wait_time.saturating_add(1))
        }
        GovernorError::UnableToExtractKey | GovernorError::Other { .. } => {
            Problem::internal("the peer's address is unknown: serve with connect info")
        }
    }
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscriber_is_an_ipv4_address_or_an_ipv6_prefix() {
        let of = |text: &str| subscriber(text.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }
}

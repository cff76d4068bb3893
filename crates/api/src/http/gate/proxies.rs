//! `Proxies` says who the client of a request is: the peer of the connection, or whom a trusted proxy names in its place.
//!
//! - only a trusted proxy is believed
//! - the nearest address that is not a trusted proxy is the client
//! - a header that the proxies do not write is not read

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use axum::http::header::{FORWARDED, HeaderName};

use crate::config::{ForwardedHeader, Network, ProxySettings};

use super::thumbprint::Thumbprint;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Proxies in a row at most; whoever stands behind more is counted as the last of them.
const LONGEST_CHAIN: usize = 16;

/// The address of the client, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// The proxies that are believed.
#[derive(Debug, Clone)]
pub(crate) struct Proxies {
    trusted: Vec<Network>,
    forwarded: ForwardedHeader,
    certificate: Option<HeaderName>,
}

impl Proxies {
    /// The proxies that an operator configured.
    pub(crate) fn new(settings: &ProxySettings) -> Self {
        Self { trusted: settings.trusted.clone(), forwarded: settings.forwarded, certificate: settings.certificate.clone() }
    }

    /// The client of a request; `None` where the connection is not known, as in a test without one.
    pub(crate) fn client(&self, request: &Request) -> Option<ClientAddress> {
        let peer = peer(request)?;
        if !self.trusts(peer) {
            return Some(ClientAddress(peer));
        }
        Some(ClientAddress(self.behind(peer, request.headers())))
    }

    /// The certificate that the client showed to a trusted proxy.
    pub(super) fn certificate(&self, request: &Request) -> Option<Thumbprint> {
        let name = self.certificate.as_ref().filter(|_| peer(request).is_some_and(|peer| self.trusts(peer)))?;
        let mut values = request.headers().get_all(name).iter();
        let (Some(only), None) = (values.next(), values.next()) else { return None };
        // A header that is no text is no certificate.
        Thumbprint::of_header(only.to_str().ok()?)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.holds(address))
    }

    /// Goes back from the nearest to the farthest address, as long as a trusted proxy vouches for the next.
    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        for address in named_by(self.forwarded, headers).into_iter().rev().take(LONGEST_CHAIN) {
            let Some(address) = address else { return client };
            client = address;
            if !self.trusts(address) {
                return client;
            }
        }
        client
    }
}

fn peer(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical())
}

/// The addresses that the header names, the farthest first; `None` for a client that it does not name by an address.
fn named_by(header: ForwardedHeader, headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let name = match header {
        ForwardedHeader::XForwardedFor => X_FORWARDED_FOR,
        ForwardedHeader::Forwarded => FORWARDED,
    };
    // A header that is no text names nobody.
    let lines = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
    lines.flat_map(|line| line.split(',')).map(|element| node(element, header)).collect()
}

fn node(element: &str, header: ForwardedHeader) -> Option<IpAddr> {
    let text = match header {
        ForwardedHeader::XForwardedFor => element.trim(),
        ForwardedHeader::Forwarded => {
            let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
            pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?.1.trim_matches('"')
        }
    };
    address(text).map(|address| address.to_canonical())
}

/// An address, with or without brackets and port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    // What is neither is the name of nobody.
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn proxies(forwarded: ForwardedHeader) -> Proxies {
        let trusted = ["10.0.0.0/8", "2001:db8::/32"].map(|text| text.parse().unwrap()).to_vec();
        Proxies { trusted, forwarded, certificate: Some(HeaderName::from_static("client-cert")) }
    }

    fn request(peer: &str, headers: &[(&str, &str)]) -> Request {
        let mut builder = Request::builder();
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        let mut request = builder.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4711)));
        request
    }

    fn client(forwarded: ForwardedHeader, peer: &str, headers: &[(&str, &str)]) -> String {
        proxies(forwarded).client(&request(peer, headers)).unwrap().0.to_string()
    }

    fn behind(peer: &str, chain: &str) -> String {
        client(ForwardedHeader::XForwardedFor, peer, &[("x-forwarded-for", chain)])
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(behind("192.0.2.1", "198.51.100.7"), "192.0.2.1");
        assert_eq!(behind("10.0.0.1", "198.51.100.7"), "198.51.100.7");
        assert_eq!(behind("::ffff:10.0.0.1", "198.51.100.7"), "198.51.100.7");
        let shown = ("client-cert", ":QUFBQQ==:");
        let of = |peer: &str, headers: &[(&str, &str)]| proxies(ForwardedHeader::Forwarded).certificate(&request(peer, headers)).is_some();
        assert!(of("10.0.0.1", &[shown]));
        assert!(!of("192.0.2.1", &[shown]));
        assert!(!of("10.0.0.1", &[shown, shown]), "two certificates are none");
        assert!(!of("10.0.0.1", &[]));
    }

    #[test]
    fn the_nearest_address_that_is_not_a_trusted_proxy_is_the_client() {
        assert_eq!(behind("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2"), "198.51.100.7");
        assert_eq!(behind("10.0.0.1", "198.51.100.7, unknown, 10.0.0.2"), "10.0.0.2", "nobody vouches for what stands before");
        assert_eq!(behind("10.0.0.1", "10.0.0.3, 10.0.0.2"), "10.0.0.3", "a proxy may be a client");
        assert_eq!(behind("10.0.0.1", ""), "10.0.0.1");
        assert_eq!(behind("10.0.0.1", &["10.0.0.2"; 100].join(",")), "10.0.0.2");
        let two = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "198.51.100.7")];
        assert_eq!(client(ForwardedHeader::XForwardedFor, "10.0.0.1", &two), "198.51.100.7");
    }

    #[test]
    fn a_header_that_the_proxies_do_not_write_is_not_read() {
        let both = [("x-forwarded-for", "203.0.113.9"), ("forwarded", "for=198.51.100.7")];
        assert_eq!(client(ForwardedHeader::XForwardedFor, "10.0.0.1", &both), "203.0.113.9");
        assert_eq!(client(ForwardedHeader::Forwarded, "10.0.0.1", &both), "198.51.100.7");
    }

    #[test]
    fn a_forwarded_header_is_read_in_every_form_of_an_address() {
        let of = |text: &str| client(ForwardedHeader::Forwarded, "10.0.0.1", &[("forwarded", text)]);
        assert_eq!(of("for=198.51.100.7:80;proto=https"), "198.51.100.7");
        assert_eq!(of("proto=https; For=\"[2001:db9::7]:4711\""), "2001:db9::7");
        assert_eq!(of("for=\"[2001:db9::7]\", for=10.0.0.2;by=10.0.0.1"), "2001:db9::7");
        assert_eq!(of("for=_hidden"), "10.0.0.1");
        assert_eq!(of("by=198.51.100.7"), "10.0.0.1");
    }
}

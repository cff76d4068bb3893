//! `Endpoint` is an address that the service sends requests to: https, or plain http to the machine itself.
//!
//! - an address in plain http is refused unless it is on this machine

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use axum::http::Uri;
use serde::{Deserialize, Deserializer};

/// An absolute address without user, password, query or fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Uri);

/// An address that requests are not sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not an address in the form that is expected.
    #[error("expected an absolute https address without user, query or fragment")]
    Shape,
    /// In plain http to another machine.
    #[error("expected https: plain http is accepted for a loopback address only")]
    Plain,
}

impl Endpoint {
    /// The address below this one: `path` begins with a slash, and a slash at the end of this address is left out.
    ///
    /// # Errors
    /// [`EndpointError`] where the two are no address together.
    pub fn join(&self, path: &str) -> Result<Self, EndpointError> {
        format!("{}{path}", self.0.to_string().trim_end_matches('/')).parse()
    }

    /// The address as the HTTP client takes it.
    pub const fn uri(&self) -> &Uri {
        &self.0
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let uri: Uri = text.parse().map_err(|_| EndpointError::Shape)?;
        let host = uri.host().unwrap_or_default();
        let user = uri.authority().is_none_or(|authority| authority.as_str().contains('@'));
        if host.is_empty() || user || uri.query().is_some() || text.contains('#') {
            return Err(EndpointError::Shape);
        }
        match uri.scheme_str() {
            Some("https") => Ok(Self(uri)),
            Some("http") if is_loopback(host) => Ok(Self(uri)),
            Some("http") => Err(EndpointError::Plain),
            Some(_) | None => Err(EndpointError::Shape),
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

impl<'de> Deserialize<'de> for Endpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_plain_http_is_refused_unless_it_is_on_this_machine() {
        for fine in ["https://auth.example/realms/x", "http://127.0.0.1:8090", "http://[::1]:1/x", "http://localhost:9/"] {
            assert!(fine.parse::<Endpoint>().is_ok(), "{fine}");
        }
        for plain in ["http://auth.example", "http://10.0.0.1/", "http://localhost.example/", "http://127.0.0.1.example/"] {
            assert_eq!(plain.parse::<Endpoint>(), Err(EndpointError::Plain), "{plain}");
        }
        for odd in ["", "auth.example", "ftp://auth.example/", "https://a:b@auth.example/", "https://x/?q", "https://x/#f", "file:///etc"] {
            assert_eq!(odd.parse::<Endpoint>(), Err(EndpointError::Shape), "{odd}");
        }
    }

    #[test]
    fn a_path_is_added_below_an_address_with_or_without_a_slash() {
        for issuer in ["https://auth.example/realms/x", "https://auth.example/realms/x/"] {
            let below = issuer.parse::<Endpoint>().unwrap().join("/.well-known/openid-configuration").unwrap();
            assert_eq!(below.to_string(), "https://auth.example/realms/x/.well-known/openid-configuration");
        }
    }
}

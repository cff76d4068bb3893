//! Paging of lists: a page starts after the last key of the page before, and `Link` (RFC 8288) leads to the next one.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::header::LINK;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use ens_domain::ids::ItemId;

use crate::problem::Problem;

/// Items of a page where the client does not say.
const DEFAULT_LIMIT: u32 = 100;
/// The most items of a page.
const MAX_LIMIT: u32 = 1_000;

/// What a list is paged by.
pub(crate) trait PageKey: FromStr + Display {
    /// What a client reads where the key cannot be one.
    const EXPECTED: &'static str;
}

impl PageKey for u64 {
    const EXPECTED: &'static str = "expected a whole number";
}

impl PageKey for ItemId {
    const EXPECTED: &'static str = "expected an id from this list, or the address that `Link` gave";
}

/// Which page of a list is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Page<K = u64> {
    /// The key that ended the page before; nothing for the first page.
    pub(crate) after: Option<K>,
    /// How many items at most.
    pub(crate) limit: u32,
    path: String,
}

impl<S: Send + Sync, K: PageKey> FromRequestParts<S> for Page<K> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let after = key(query, "after")?;
        let limit = key(query, "limit")?.unwrap_or(u64::from(DEFAULT_LIMIT));
        match u32::try_from(limit) {
            Ok(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(Self { after, limit, path: parts.uri.path().to_owned() }),
            // A number too large is out of range like any other.
            Ok(_) | Err(_) => Err(Problem::field("limit", &format_args!("expected 1 to {MAX_LIMIT}"))),
        }
    }
}

fn key<K: PageKey>(query: &str, name: &str) -> Result<Option<K>, Problem> {
    let value = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name);
    let refused = |_| Problem::field(name, &K::EXPECTED);
    value.map(|(_, text)| text.parse().map_err(refused)).transpose()
}

impl<K: PageKey> Page<K> {
    /// The header that leads to the page after this key, where there may be one.
    pub(crate) fn link_to_next_from(&self, last: Option<K>) -> HeaderMap {
        self.link_to_next(usize::try_from(self.limit).unwrap_or(usize::MAX), last)
    }

    /// The header that leads to the next page. There may be one where this page is full.
    pub(crate) fn link_to_next(&self, items: usize, last: Option<K>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let full = u32::try_from(items).is_ok_and(|items| items >= self.limit);
        if let Some(last) = last.filter(|_| full) {
            let link = format!("<{}?after={last}&limit={}>; rel=\"next\"", self.path, self.limit);
            // A path that was received is one that can be sent.
            if let Ok(link) = HeaderValue::try_from(link) {
                headers.insert(LINK, link);
            }
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_page_leads_to_the_next() {
        let page: Page = Page { after: None, limit: 2, path: "/v1/x".to_owned() };
        assert_eq!(page.link_to_next(2, Some(9)).get(LINK).unwrap(), "</v1/x?after=9&limit=2>; rel=\"next\"");
        assert!(page.link_to_next(1, Some(9)).is_empty());
        assert!(page.link_to_next(0, None).is_empty());
    }
}

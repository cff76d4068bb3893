//! Who may ask for what: every route of the service in one table, which the guard obeys and the tests read.
//!
//! - a route that is not in the table answers nobody
//! - a role that a route does not name is refused

use super::auth::Role;
use super::auth::Role::{Admin, Auditor, Cnam, Holder, Insurer, Representative, Support};

/// One route and who may take it.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// Who may.
    pub access: Access,
}

/// Who may take a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody: nothing of a person is told or changed.
    Anyone,
    /// Anybody who proves by a code who they are, so many times a second from one address.
    WithCode,
    /// A token of one of these roles; a holder or a representative for their own spaces only, an insurer for its members only.
    Roles(&'static [Role]),
}

const fn open(method: &'static str, path: &'static str) -> Route {
    Route { method, path, access: Access::Anyone }
}

const fn coded(path: &'static str) -> Route {
    Route { method: "POST", path, access: Access::WithCode }
}

const fn of(method: &'static str, path: &'static str, roles: &'static [Role]) -> Route {
    Route { method, path, access: Access::Roles(roles) }
}

/// Those who read the life of a space: nothing in it says who the person is.
const READERS: &[Role] = &[Holder, Representative, Cnam, Insurer, Support, Auditor];
/// Those on the person's side.
const PERSON: &[Role] = &[Holder, Representative];
/// They, or a support agent who acts for them.
const PERSON_OR_SUPPORT: &[Role] = &[Holder, Representative, Support];
/// Those who prove identities at a desk, by letter or by phone.
const AGENTS: &[Role] = &[Insurer, Support];
/// Those who keep the persons' data.
const REGISTRARS: &[Role] = &[Cnam, Insurer, Support];
/// The machines that report what became of messages.
const REPORTERS: &[Role] = &[Cnam, Admin];

/// Every route.
pub const ROUTES: &[Route] = &[
    // Anybody.
    open("GET", "/livez"),
    open("GET", "/readyz"),
    open("GET", "/metrics"),
    open("GET", "/version"),
    open("GET", "/openapi.json"),
    open("GET", "/docs"),
    open("GET", "/docs/"),
    open("GET", "/docs/{*rest}"),
    open("GET", "/v1/support-line"),
    // Who holds a code.
    coded("/v1/codes"),
    coded("/v1/oppositions"),
    coded("/v1/oppositions/withdrawals"),
    coded("/v1/activations"),
    coded("/v1/representation-denials"),
    // Spaces: creation and search.
    of("POST", "/v1/spaces", &[Cnam]),
    of("POST", "/v1/spaces/import", &[Cnam]),
    of("POST", "/v1/spaces/search", &[Cnam, Insurer, Support]),
    // One space, read.
    of("GET", "/v1/spaces/{space}", READERS),
    of("GET", "/v1/spaces/{space}/history", READERS),
    of("GET", "/v1/spaces/{space}/authorisations", &[Holder, Representative, Support]),
    // One space, before its opening.
    of("POST", "/v1/spaces/{space}/codes", &[Holder, Representative, Insurer, Support]),
    of("POST", "/v1/spaces/{space}/opposition", AGENTS),
    of("POST", "/v1/spaces/{space}/opposition/withdrawal", AGENTS),
    of("POST", "/v1/spaces/{space}/representation-denial", AGENTS),
    of("POST", "/v1/spaces/{space}/technical-block", &[Cnam]),
    of("DELETE", "/v1/spaces/{space}/technical-block", &[Cnam]),
    // What is known of the person.
    of("PUT", "/v1/spaces/{space}/contacts", &[Holder, Representative, Cnam, Insurer, Support]),
    of("PUT", "/v1/spaces/{space}/ins", &[Cnam]),
    of("POST", "/v1/spaces/{space}/representations", REGISTRARS),
    of("DELETE", "/v1/spaces/{space}/representations/{representation}", REGISTRARS),
    of("POST", "/v1/spaces/{space}/death", REGISTRARS),
    // One space, after its opening.
    of("POST", "/v1/spaces/{space}/authorisations", PERSON),
    of("DELETE", "/v1/spaces/{space}/authorisations/{grant}", PERSON),
    of("POST", "/v1/spaces/{space}/blocked-professionals", PERSON),
    of("DELETE", "/v1/spaces/{space}/blocked-professionals/{rpps}", PERSON),
    of("POST", "/v1/spaces/{space}/suspension", &[Cnam]),
    of("DELETE", "/v1/spaces/{space}/suspension", &[Cnam]),
    of("POST", "/v1/spaces/{space}/suspension/opposition", PERSON_OR_SUPPORT),
    of("POST", "/v1/spaces/{space}/closing", PERSON_OR_SUPPORT),
    of("DELETE", "/v1/spaces/{space}/closing", PERSON_OR_SUPPORT),
    of("POST", "/v1/spaces/{space}/destruction", PERSON_OR_SUPPORT),
    of("DELETE", "/v1/spaces/{space}/destruction", PERSON_OR_SUPPORT),
    of("POST", "/v1/spaces/{space}/renewal", &[Cnam]),
    // What became of messages.
    of("POST", "/v1/bounces", REPORTERS),
    of("POST", "/v1/letters/statuses", REPORTERS),
    // The campaign.
    of("GET", "/v1/campaign/progress", &[Cnam, Insurer, Auditor, Admin]),
    of("GET", "/v1/openings/dry-run", &[Cnam, Admin]),
    // The log, as it is stored.
    of("GET", "/v1/partitions", &[Auditor]),
    of("GET", "/v1/partitions/{partition}/events", &[Auditor]),
];

/// The route of this method and path; `HEAD` is a `GET` without its body.
pub(crate) fn find(method: &str, path: &str) -> Option<&'static Route> {
    let method = if method == "HEAD" { "GET" } else { method };
    ROUTES.iter().find(|route| route.method == method && route.path == path)
}

/// The methods that this path knows.
pub(crate) fn methods(path: &str) -> impl Iterator<Item = &'static str> {
    ROUTES.iter().filter(move |route| route.path == path).map(|route| route.method)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_route_stands_once() {
        let mut seen = HashSet::new();
        assert!(ROUTES.iter().all(|route| seen.insert((route.method, route.path))));
    }

    #[test]
    fn no_route_names_nobody() {
        assert!(ROUTES.iter().all(|route| route.access != Access::Roles(&[])));
    }

    #[test]
    fn only_probes_documents_and_the_support_line_are_open() {
        let open: Vec<&str> = ROUTES.iter().filter(|route| route.access == Access::Anyone).map(|route| route.path).collect();
        assert!(open.iter().all(|path| !path.starts_with("/v1/") || *path == "/v1/support-line"), "{open:?}");
    }

    #[test]
    fn head_is_a_get() {
        assert!(find("HEAD", "/v1/support-line").is_some());
        assert!(find("HEAD", "/v1/codes").is_none());
    }
}

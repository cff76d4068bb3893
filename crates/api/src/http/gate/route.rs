//! Defines `Route` (method, path, access, form of the answer) and `RouteTable`, which looks up the routes of a path.

use std::collections::HashMap;

use super::access::Access;
use super::form::Form;

/// One route, who may take it, and the form of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// Who may.
    pub access: Access,
    /// What it answers with.
    pub form: Form,
}

/// Routes by their paths.
#[derive(Debug)]
pub struct RouteTable {
    routes: Vec<Route>,
    by_path: HashMap<&'static str, Vec<Route>>,
}

impl RouteTable {
    /// The table of these routes.
    pub(crate) fn new(routes: impl IntoIterator<Item = Route>) -> Self {
        let routes: Vec<Route> = routes.into_iter().collect();
        let mut by_path: HashMap<&'static str, Vec<Route>> = HashMap::new();
        for route in &routes {
            by_path.entry(route.path).or_default().push(*route);
        }
        Self { routes, by_path }
    }

    /// Every route, in the order of the documents.
    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        self.routes.iter()
    }

    /// The routes of this path, one a method.
    pub(crate) fn at(&self, path: &str) -> &[Route] {
        self.by_path.get(path).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Route {
    /// Whether a request with this method takes the route; `HEAD` is a `GET` without its body.
    pub(super) fn takes(&self, method: &str) -> bool {
        self.method == method || (self.method == "GET" && method == "HEAD")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GET: Route = Route { method: "GET", path: "/v1/x", access: Access::Anyone, form: Form::Json };
    const POST: Route = Route { method: "POST", ..GET };

    #[test]
    fn head_is_a_get() {
        assert!(GET.takes("HEAD") && GET.takes("GET"));
        assert!(!POST.takes("HEAD") && !POST.takes("GET"));
    }

    #[test]
    fn a_path_has_a_route_for_each_of_its_methods() {
        let table = RouteTable::new([GET, Route { path: "/v1/y", ..GET }, POST]);
        assert_eq!(table.at("/v1/x"), [GET, POST]);
        assert!(table.at("/v1").is_empty());
        assert_eq!(table.iter().count(), 3);
    }
}

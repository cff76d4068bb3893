//! Who may send what: tokens and roles, the declaration of routes, and the gate that admits a request to its route.
//!
//! token --authenticator--> caller --role among the route's--> handler

pub use access::Access;
pub use actor::Actor;
pub use caller::Caller;
pub use claims::{Claims, ClaimsError};
pub use form::Form;
pub use keys::{Keys, KeysError, TokenRefused};
pub use mint::{MintError, mint};
pub use role::Role;
pub use route::{Route, RouteTable};

pub(crate) use authenticate::Gate;
pub(crate) use declaration::{Declaration, TOKEN, delete, get, post, put};

mod access;
mod actor;
mod authenticate;
mod authenticator;
mod caller;
mod claims;
mod declaration;
mod form;
mod keys;
mod mint;
mod role;
mod route;
#[cfg(test)]
mod tests;
mod token_cache;

//! Who may send what: tokens and roles, the declaration of routes, and the gate that admits a request to its route.
//!
//! token --authenticator--> caller --role among the route's--> handler

pub use access::Access;
pub use actor::Actor;
pub use caller::Caller;
pub use claims::{Claims, ClaimsError, Identity};
pub use form::Form;
pub use mint::{MintError, mint};
pub use role::Role;
pub use route::{Route, RouteTable};
pub use tokens::{ClientError, IssuerError, Issuers, Keys, KeysError, NotVerified, TokenRefused};

pub(crate) use authenticate::{Admission, Gate};
pub(crate) use declaration::{Declaration, TOKEN, delete, get, post, put};
pub(crate) use proxies::{ClientAddress, Proxies};

mod access;
mod actor;
mod authenticate;
mod authenticator;
mod caller;
mod claims;
mod declaration;
mod form;
mod mint;
mod proxies;
mod role;
mod route;
#[cfg(test)]
mod tests;
mod thumbprint;
mod tokens;

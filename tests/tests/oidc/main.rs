//! Tokens of OpenID Connect issuers, end to end: a real issuer process on loopback, and the service that accepts its tokens.

mod binding;
mod forge;
mod guarded;
mod hostile;
mod introspection;
mod issuer;
mod keys;
mod process;
mod proxies;

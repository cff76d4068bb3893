//! How a bearer token is verified: its form, the keys of its issuer, its claims, and what they make of its bearer.

pub(super) use issuer::VerifiedToken;
pub use issuer::{IssuerError, Issuers};
pub use issuer_client::ClientError;
pub use keys::{Keys, KeysError};
pub use refusal::{NotVerified, TokenRefused};
pub(super) use token_cache::TokenCache;
pub(super) use token_digest::TokenDigest;

mod algorithm;
mod discovery;
mod introspection;
mod issuer;
mod issuer_client;
mod key_set;
mod keys;
mod pro_sante_connect;
mod refusal;
mod signed_token;
mod standard_claims;
mod strict_json;
mod token_cache;
mod token_digest;

//! What an operator configures, and the keys that the service starts with.

pub use access_matrix::{AccessMatrixError, AccessSettings, access_matrix};
pub use contents::{ContentAddress, ContentSettings, NotAPlace};
pub use endpoint::{Endpoint, EndpointError};
pub use issuers::{
    CertificateBinding, ClaimMapping, IntrospectionSettings, IssuerSettings, IssuersError, KeyTimes, RoleSettings, read_issuers,
};
pub use keys::{KeyError, TokenKey, development_token_key, master_key};
pub use network::{Network, NetworkError};
pub use secret::Secret;
pub use settings::{
    FolderError, ForwardedHeader, LimitSettings, LogSettings, PostSettings, ProxySettings, Settings, SiteSettings, StoreSettings, StoreUrl,
    TokenSettings,
};

mod access_matrix;
mod contents;
mod endpoint;
mod issuers;
mod keys;
mod network;
mod secret;
mod settings;
#[cfg(test)]
mod tests;

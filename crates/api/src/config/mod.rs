//! What an operator configures, and the keys that the service starts with.

pub use contents::{ContentAddress, ContentSettings, NotAPlace};
pub use keys::{KeyError, TokenKey, development_token_key, master_key};
pub use settings::{
    FolderError, LimitSettings, LogSettings, PostSettings, Secret, Settings, SiteSettings, StoreSettings, StoreUrl, TokenSettings,
};

mod contents;
mod keys;
mod settings;
#[cfg(test)]
mod tests;

//! Every setting of an operator, as an option of the command line and as an environment variable.
//!
//! - no secret shows in debug output
//! - production refuses identities that are not of real persons

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use axum::http::HeaderName;
use clap::builder::{BoolishValueParser, RangedU64ValueParser};
use clap::{Args, ValueEnum};
use ens_domain::ins::InsAuthority;
use ens_notices::MailSettings;
use ens_store::{ContentPlace, Store};

use super::access_matrix::AccessSettings;
use super::contents::ContentSettings;

use super::network::Network;
use super::secret::Secret;

/// Everything that can be configured.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Where events and keys are.
    #[command(flatten)]
    pub store: StoreSettings,
    /// Where contents lie.
    #[command(flatten)]
    pub contents: ContentSettings,
    /// How the service is reached.
    #[command(flatten)]
    pub site: SiteSettings,
    /// How e-mail leaves.
    #[command(flatten)]
    pub mail: MailSettings,
    /// How letters leave.
    #[command(flatten)]
    pub post: PostSettings,
    /// Whose tokens are believed.
    #[command(flatten)]
    pub tokens: TokenSettings,
    /// What is said of access.
    #[command(flatten)]
    pub access: AccessSettings,
    /// Which proxies are believed.
    #[command(flatten)]
    pub proxies: ProxySettings,
    /// How often one address may ask.
    #[command(flatten)]
    pub limits: LimitSettings,
    /// What is written to the error output.
    #[command(flatten)]
    pub log: LogSettings,
}

/// Where events, read models and keys are.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Store and keys")]
pub struct StoreSettings {
    /// sqlite:PATH, sqlite::memory: or postgres://… (default: ens.db in the data folder)
    #[arg(id = "store", long = "store", env = "ENS_STORE", global = true, value_name = "URL", hide_env_values = true)]
    pub url: Option<StoreUrl>,
    /// Folder of what has no other place: the embedded store, development keys, dropped messages
    #[arg(long, env = "ENS_DATA", global = true, value_name = "FOLDER", default_value = "ens-data")]
    pub data: PathBuf,
    /// Master key of the sealed personal data, 64 hexadecimal digits; better by environment than by option
    #[arg(long, env = "ENS_MASTER_KEY", global = true, value_name = "HEX", hide_env_values = true, hide_short_help = true)]
    pub master_key: Option<Secret>,
    /// File that holds the master key in hexadecimal
    #[arg(long, env = "ENS_MASTER_KEY_FILE", global = true, value_name = "FILE", hide_short_help = true, conflicts_with = "master_key")]
    pub master_key_file: Option<PathBuf>,
}

/// How the service is reached from outside.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Site")]
pub struct SiteSettings {
    /// Address and port that the service listens on
    #[arg(long, env = "ENS_LISTEN", global = true, value_name = "ADDRESS", default_value = "127.0.0.1:8080", hide_short_help = true)]
    pub listen: SocketAddr,
    /// Public address of the site, as written in messages to persons
    #[arg(
        id = "site",
        long = "site",
        env = "ENS_SITE",
        global = true,
        value_name = "URL",
        default_value = "http://127.0.0.1:8080",
        hide_short_help = true
    )]
    pub url: String,
    /// Refuse test and demonstration identities (INS), and keys made for development
    #[arg(long, env = "ENS_PRODUCTION", global = true, value_parser = BoolishValueParser::new(), hide_short_help = true)]
    pub production: bool,
}

/// How letters leave.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Post")]
pub struct PostSettings {
    /// Folder where letters are dropped for the carrier (default: letters in the data folder)
    #[arg(id = "letters", long = "letters", env = "ENS_LETTERS", global = true, value_name = "FOLDER", hide_short_help = true)]
    pub folder: Option<PathBuf>,
}

/// Whose tokens are believed (JWT).
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Tokens")]
pub struct TokenSettings {
    /// File of the issuers (OpenID Connect) whose tokens are accepted, in JSON
    #[arg(id = "issuers", long = "issuers", env = "ENS_ISSUERS", global = true, value_name = "FILE", hide_short_help = true)]
    pub issuers: Option<PathBuf>,
    /// Accept the tokens of `ens token`, signed with a key in the data folder; production refuses this
    #[arg(id = "development_tokens", long = "development-tokens", env = "ENS_DEVELOPMENT_TOKENS", global = true, value_parser = BoolishValueParser::new(), hide_short_help = true)]
    pub development: bool,
    /// Public key in PEM of tokens that no issuer of the file signs (repeat for several)
    #[arg(
        id = "token_key",
        long = "token-key",
        env = "ENS_TOKEN_KEYS",
        global = true,
        value_name = "FILE",
        value_delimiter = ',',
        hide_short_help = true
    )]
    pub keys: Vec<PathBuf>,
    /// File of public keys as a JSON Web Key Set
    #[arg(id = "jwks", long = "jwks", env = "ENS_JWKS", global = true, value_name = "FILE", hide_short_help = true)]
    pub jwks: Option<PathBuf>,
    /// Issuer that a token under such a key must name
    #[arg(long, env = "ENS_TOKEN_ISSUER", global = true, value_name = "NAME", default_value = "ens", hide_short_help = true)]
    pub issuer: String,
    /// Audience that a token under such a key must name
    #[arg(long, env = "ENS_TOKEN_AUDIENCE", global = true, value_name = "NAME", default_value = "ens", hide_short_help = true)]
    pub audience: String,
}

/// Which proxies are believed, and what they say of the client.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Proxies")]
pub struct ProxySettings {
    /// Addresses or blocks (CIDR) of the proxies in front of the service; nobody else is believed
    #[arg(
        id = "trusted_proxies",
        long = "trusted-proxies",
        env = "ENS_TRUSTED_PROXIES",
        global = true,
        value_name = "CIDR",
        value_delimiter = ',',
        hide_short_help = true
    )]
    pub trusted: Vec<Network>,
    /// Header in which they name the client's address
    #[arg(id = "forwarded_header", long = "forwarded-header", env = "ENS_FORWARDED_HEADER", global = true, value_name = "HEADER", value_enum, default_value_t = ForwardedHeader::XForwardedFor, hide_short_help = true)]
    pub forwarded: ForwardedHeader,
    /// Header in which they pass the client's certificate, as RFC 9440 (Client-Cert) or as URL-encoded PEM
    #[arg(
        id = "client_certificate_header",
        long = "client-certificate-header",
        env = "ENS_CLIENT_CERTIFICATE_HEADER",
        global = true,
        value_name = "HEADER",
        requires = "trusted_proxies",
        hide_short_help = true
    )]
    pub certificate: Option<HeaderName>,
}

/// The header in which proxies name the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// How often one address may ask.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitSettings {
    /// Requests a second that one address may make on the public forms, on average
    #[arg(long, env = "ENS_REQUESTS_PER_SECOND", global = true, value_name = "N", default_value_t = 5, hide_short_help = true)]
    pub requests_per_second: u32,
    /// Requests that it may make at once
    #[arg(long, env = "ENS_REQUESTS_BURST", global = true, value_name = "N", default_value_t = 20, hide_short_help = true)]
    pub requests_burst: u32,
    /// Bytes of the longest request body, an import apart
    #[arg(long, env = "ENS_BODY_LIMIT", global = true, value_name = "BYTES", default_value_t = 1_048_576, hide_short_help = true)]
    pub body_limit: usize,
    /// Commands that may wait for their turn at once; one more is answered by 503 and Retry-After
    #[arg(
        long,
        env = "ENS_COMMANDS_WAITING",
        global = true,
        value_name = "N",
        default_value_t = 4_096,
        value_parser = RangedU64ValueParser::<usize>::new().range(1..),
        hide_short_help = true
    )]
    pub commands_waiting: usize,
}

/// What is written to the error output.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Log")]
pub struct LogSettings {
    /// One JSON object a line instead of text
    #[arg(id = "log_json", long = "log-json", env = "ENS_LOG_JSON", global = true, value_parser = BoolishValueParser::new(), hide_short_help = true)]
    pub json: bool,
    /// What to log, such as info or ens_api=debug (default: info, without notices of PostgreSQL; warn while a demonstration runs)
    #[arg(id = "log", long = "log", env = "ENS_LOG", global = true, value_name = "FILTER", hide_short_help = true)]
    pub filter: Option<String>,
}

impl Settings {
    /// The defaults, with everything in one data folder and a free port: for a test or a program that embeds the service.
    pub fn in_folder(data: &Path) -> Self {
        Self {
            store: StoreSettings { url: None, data: data.to_owned(), master_key: None, master_key_file: None },
            contents: ContentSettings::default(),
            site: SiteSettings {
                listen: SocketAddr::from(([127, 0, 0, 1], 0)),
                url: "http://127.0.0.1:8080".to_owned(),
                production: false,
            },
            mail: MailSettings::default(),
            post: PostSettings { folder: None },
            tokens: TokenSettings {
                issuers: None,
                development: false,
                keys: Vec::new(),
                jwks: None,
                issuer: "ens".to_owned(),
                audience: "ens".to_owned(),
            },
            access: AccessSettings::default(),
            proxies: ProxySettings { trusted: Vec::new(), forwarded: ForwardedHeader::XForwardedFor, certificate: None },
            limits: LimitSettings { requests_per_second: 5, requests_burst: 20, body_limit: 1_048_576, commands_waiting: 4_096 },
            log: LogSettings { json: false, filter: None },
        }
    }

    /// The store's URL: the one given, else an embedded store in the data folder.
    pub fn store_url(&self) -> String {
        match &self.store.url {
            Some(url) => url.expose().to_owned(),
            None => format!("sqlite:{}", self.store.data.join("ens.db").display()),
        }
    }

    /// The file of an embedded store; none in memory.
    pub fn embedded_file(&self) -> Option<PathBuf> {
        Store::file_of(&self.store_url())
    }

    /// Where the contents of documents lie.
    pub fn content_place(&self) -> ContentPlace {
        self.contents.place(self.embedded_file().as_deref(), &self.store.data)
    }

    /// Makes the data folder, and the folder of an embedded store.
    ///
    /// # Errors
    /// Which folder the system refuses.
    pub fn make_folders(&self) -> Result<(), FolderError> {
        let file = self.embedded_file();
        let beside = file.as_deref().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
        for folder in beside.into_iter().chain([self.store.data.as_path()]) {
            std::fs::create_dir_all(folder).map_err(|source| FolderError { folder: folder.to_owned(), source })?;
        }
        Ok(())
    }

    /// Where letters are dropped for the carrier.
    pub fn letters_folder(&self) -> PathBuf {
        self.post.folder.clone().unwrap_or_else(|| self.store.data.join("letters"))
    }

    /// Where bounces are kept that could not be read.
    pub fn unread_bounces_folder(&self) -> PathBuf {
        self.mail.unread_bounces.clone().unwrap_or_else(|| self.store.data.join("unread-bounces"))
    }

    /// Where e-mails are dropped while no SMTP server is configured.
    pub fn mail_folder(&self) -> PathBuf {
        self.store.data.join("mail")
    }

    /// Whether an identity of this authority may enter: production takes those of real persons only.
    pub fn admits(&self, authority: InsAuthority) -> bool {
        !(self.site.production && authority.is_fictitious())
    }
}

/// A folder that cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("{folder}: {source}", folder = folder.display())]
pub struct FolderError {
    folder: PathBuf,
    source: io::Error,
}

/// The store's URL; debug output keeps the password of a database to itself.
pub type StoreUrl = Secret;

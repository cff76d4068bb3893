//! The keys that the service starts with: given by the operator, or made once in the data folder for development.
//!
//! - a key that was not given is made once
//! - two that start at once have one key
//! - production refuses keys made for development

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ens_store::MasterKey;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair};

use super::settings::Settings;

/// Why there is no key to start with.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A key file cannot be read or made.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A master key is not 32 bytes in hexadecimal.
    #[error("{origin} must hold 64 hexadecimal digits (32 bytes), as `openssl rand -hex 32` makes them")]
    NotAMasterKey {
        /// Where it came from.
        origin: String,
    },
    /// The store was made with another master key: under this one no person would be found again.
    #[error(
        "the master key is not the one that this store was made with: give that one as --master-key-file or ENS_MASTER_KEY \
         (a key for development is in the data folder), or name another store as --store"
    )]
    OfAnotherStore,
    /// A development token key was altered.
    #[error("{path} is not a key that `ens` made; remove it to have a new one made", path = path.display())]
    NotATokenKey {
        /// Which file.
        path: PathBuf,
    },
    /// Production never starts on a key made for development.
    #[error("production needs {what}: a key made for development would be used otherwise")]
    RefusedInProduction {
        /// Which setting gives the key.
        what: &'static str,
    },
    /// The machine gives no randomness.
    #[error("the machine gives no randomness")]
    NoRandomness,
}

/// The master key that wraps every space's key: from the environment, from a file, else made in the data folder.
pub fn master_key(settings: &Settings) -> Result<MasterKey, KeyError> {
    if let Some(secret) = &settings.store.master_key {
        return parse_master_key(secret.expose(), "the master key");
    }
    if let Some(path) = &settings.store.master_key_file {
        return parse_master_key(&read(path)?, &path.display().to_string());
    }
    if settings.site.production {
        return Err(KeyError::RefusedInProduction { what: "--master-key-file or ENS_MASTER_KEY" });
    }
    let path = settings.store.data.join("development-master-key");
    let text = read_or_make(&path, || Ok(hex(&random::<32>()?)))?;
    tracing::warn!(file = %path.display(), "DEVELOPMENT MASTER KEY in use: whoever reads this file reads every sealed value; set ENS_MASTER_KEY or --master-key-file");
    parse_master_key(&text, &path.display().to_string())
}

/// The Ed25519 key that signs development tokens.
#[derive(Clone)]
pub struct TokenKey {
    private_der: Vec<u8>,
    public: Vec<u8>,
}

impl TokenKey {
    /// The private key as PKCS#8 in DER: what `jsonwebtoken::EncodingKey::from_ed_der` takes.
    pub fn private_der(&self) -> &[u8] {
        &self.private_der
    }

    /// The public key, 32 raw bytes: what `jsonwebtoken::DecodingKey::from_ed_der` takes.
    pub fn public_bytes(&self) -> &[u8] {
        &self.public
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenKey(…)")
    }
}

/// The development key that signs tokens, made in the data folder at its first use. Refused in production.
pub fn development_token_key(settings: &Settings) -> Result<TokenKey, KeyError> {
    if settings.site.production {
        return Err(KeyError::RefusedInProduction { what: "--issuers, --token-key or --jwks instead of --development-tokens" });
    }
    let path = settings.store.data.join("development-token-key");
    let text = read_or_make(&path, || Ok(STANDARD.encode(random::<32>()?)))?;
    tracing::warn!(file = %path.display(), "DEVELOPMENT TOKEN KEY in use: whoever reads this file may be anybody; set --issuers");
    let seed = STANDARD.decode(text.trim()).map_err(|_| KeyError::NotATokenKey { path: path.clone() })?;
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyError::NotATokenKey { path })?;
    Ok(TokenKey { private_der: pkcs8(&seed), public: pair.public_key().as_ref().to_vec() })
}

/// RFC 8410, section 7: the fixed head of a PKCS#8 Ed25519 key, then the seed.
fn pkcs8(seed: &[u8]) -> Vec<u8> {
    const HEAD: [u8; 16] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    [HEAD.as_slice(), seed].concat()
}

fn parse_master_key(text: &str, origin: &str) -> Result<MasterKey, KeyError> {
    MasterKey::from_hex(text.trim()).map_err(|_| KeyError::NotAMasterKey { origin: origin.to_owned() })
}

fn read(path: &Path) -> Result<String, KeyError> {
    fs::read_to_string(path).map_err(|source| KeyError::File { path: path.to_owned(), source })
}

/// Reads a key, or makes it first. Of two processes that start at once, one makes it and both read the same.
fn read_or_make(path: &Path, make: impl FnOnce() -> Result<String, KeyError>) -> Result<String, KeyError> {
    if !path.exists() {
        let key = make()?;
        place(path, &key).map_err(|source| KeyError::File { path: path.to_owned(), source })?;
    }
    read(path)
}

/// Writes the key beside its place and links it there: never half written, never over another one.
fn place(path: &Path, key: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension(format!("{}.new", hex(&random::<8>().map_err(io::Error::other)?)));
    let mut file = owner_only(&draft)?;
    file.write_all(format!("{key}\n").as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        // Another process made the key first; its key is read afterwards.
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(unix)]
fn owner_only(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn owner_only(path: &Path) -> io::Result<fs::File> {
    fs::File::create(path)
}

fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| KeyError::NoRandomness)?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! The file of token issuers (OpenID Connect): who they are, which roles they may assert, and how their tokens are read.
//!
//! - a member of the file that is not known is refused
//! - an issuer that anybody could use is refused
//! - a client secret stands in a file of its own

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::endpoint::Endpoint;
use super::secret::Secret;

/// One issuer of tokens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerSettings {
    /// The name that its tokens carry as `iss`, to the letter; also the address at which it is discovered.
    pub issuer: String,
    /// A token must be for one of these (`aud`); empty where `authorised_parties` alone decides.
    #[serde(default)]
    pub audiences: Vec<String>,
    /// A token must have been issued to one of these clients (`azp`, else `client_id`); empty for any client.
    #[serde(default)]
    pub authorised_parties: Vec<String>,
    /// The roles that it may assert, with what each of them needs.
    pub roles: BTreeMap<String, RoleSettings>,
    /// How its claims say who the bearer is.
    #[serde(default)]
    pub claims: ClaimMapping,
    /// How it is asked for claims that a token does not carry.
    #[serde(default)]
    pub introspection: Option<IntrospectionSettings>,
    /// Whether its tokens must be bound to a client certificate.
    #[serde(default)]
    pub certificate_binding: CertificateBinding,
    /// How long its keys are kept.
    #[serde(default)]
    pub keys: KeyTimes,
}

/// What a role needs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleSettings {
    /// The accepted strengths of authentication (`acr`); empty where it does not matter.
    #[serde(default)]
    pub acr: Vec<String>,
}

/// How claims say who the bearer of a token is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimMapping {
    /// By the claims of this service, such as `role` and `space`.
    #[default]
    Ens,
    /// By those of Pro Santé Connect, such as `SubjectNameID`.
    ProSanteConnect,
}

/// Whether tokens must be bound to a client certificate (RFC 8705). A token that is bound is always compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateBinding {
    /// A token that is not bound is accepted.
    #[default]
    WhenBound,
    /// A token that is not bound is refused.
    Required,
}

/// How an issuer is asked about a token (RFC 7662).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntrospectionSettings {
    /// Where; without it, where the issuer's discovery document says.
    #[serde(default)]
    pub endpoint: Option<Endpoint>,
    /// The client that this service is to the issuer.
    pub client_id: String,
    /// The file that holds the client's secret; a relative path starts at the folder of the file of issuers.
    pub client_secret_file: PathBuf,
    /// The secret itself, once read.
    #[serde(skip)]
    pub client_secret: Option<Secret>,
}

/// How long the keys of an issuer are kept, in seconds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeyTimes {
    /// After so long they are fetched again, while the old ones serve.
    pub refresh_seconds: u64,
    /// After so long without an answer of the issuer they are no longer believed.
    pub max_age_seconds: u64,
    /// The shortest time between two fetches, whatever asks for them.
    pub refetch_seconds: u64,
}

impl Default for KeyTimes {
    fn default() -> Self {
        Self { refresh_seconds: 600, max_age_seconds: 14_400, refetch_seconds: 10 }
    }
}

impl KeyTimes {
    /// How old keys may be before they are fetched again.
    pub const fn refresh(&self) -> Duration {
        Duration::from_secs(self.refresh_seconds)
    }

    /// How old keys may be and still be believed.
    pub const fn max_age(&self) -> Duration {
        Duration::from_secs(self.max_age_seconds)
    }

    /// The time between two fetches at least.
    pub const fn refetch(&self) -> Duration {
        Duration::from_secs(self.refetch_seconds)
    }
}

/// A file of issuers that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IssuersError {
    /// A file cannot be read.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not the JSON that is expected.
    #[error("{path}: {source}", path = path.display())]
    Json {
        /// Which file.
        path: PathBuf,
        /// Where it stops being what is expected.
        source: serde_json::Error,
    },
    /// An issuer that cannot be used.
    #[error("{path}: issuer {issuer}: {why}", path = path.display())]
    Issuer {
        /// Which file.
        path: PathBuf,
        /// Which issuer.
        issuer: String,
        /// What to mend.
        why: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IssuersFile {
    issuers: Vec<IssuerSettings>,
}

/// Reads a file of issuers, and the files of their secrets.
///
/// # Errors
/// [`IssuersError`] names the file and the issuer to mend.
pub fn read_issuers(path: &Path) -> Result<Vec<IssuerSettings>, IssuersError> {
    let text = read(path)?;
    let file: IssuersFile = serde_json::from_str(&text).map_err(|source| IssuersError::Json { path: path.to_owned(), source })?;
    let mut names = BTreeSet::new();
    let mut issuers = file.issuers;
    for settings in &mut issuers {
        let wrong = |why: String| IssuersError::Issuer { path: path.to_owned(), issuer: settings.issuer.clone(), why };
        if !names.insert(settings.issuer.clone()) {
            return Err(wrong("stands twice".to_owned()));
        }
        settings.check().map_err(wrong)?;
        if let Some(introspection) = &mut settings.introspection {
            introspection.read_secret(path)?;
        }
    }
    Ok(issuers)
}

fn read(path: &Path) -> Result<String, IssuersError> {
    fs::read_to_string(path).map_err(|source| IssuersError::File { path: path.to_owned(), source })
}

impl IssuerSettings {
    fn check(&self) -> Result<(), String> {
        self.issuer.parse::<Endpoint>().map_err(|error| error.to_string())?;
        let blank = |texts: &[String]| texts.iter().any(|text| text.trim().is_empty());
        if self.audiences.is_empty() && self.authorised_parties.is_empty() {
            return Err("needs `audiences` or `authorised_parties`: a token for another service would be accepted otherwise".to_owned());
        }
        if blank(&self.audiences) || blank(&self.authorised_parties) {
            return Err("has an empty name among `audiences` or `authorised_parties`".to_owned());
        }
        if self.roles.is_empty() {
            return Err("needs at least one of `roles`".to_owned());
        }
        if self.claims == ClaimMapping::ProSanteConnect && self.roles.keys().any(|role| role != "professional") {
            return Err("asserts the role `professional` alone, by the claims of Pro Santé Connect".to_owned());
        }
        let KeyTimes { refresh_seconds, max_age_seconds, refetch_seconds } = self.keys;
        if refetch_seconds == 0 || refresh_seconds < refetch_seconds || max_age_seconds < refresh_seconds {
            return Err("needs 0 < refetch_seconds <= refresh_seconds <= max_age_seconds".to_owned());
        }
        Ok(())
    }
}

impl IntrospectionSettings {
    fn read_secret(&mut self, issuers: &Path) -> Result<(), IssuersError> {
        let file = issuers.parent().unwrap_or(Path::new("")).join(&self.client_secret_file);
        let Ok(secret) = read(&file)?.parse::<Secret>();
        self.client_secret = Some(secret);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn with(issuers: &Value) -> Self {
            let folder = std::env::temp_dir().join(format!("ens-issuers-{}", uuid::Uuid::now_v7()));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("secret"), "canari\n").unwrap();
            fs::write(folder.join("issuers.json"), json!({ "issuers": issuers }).to_string()).unwrap();
            Self(folder)
        }

        fn read(&self) -> Result<Vec<IssuerSettings>, IssuersError> {
            read_issuers(&self.0.join("issuers.json"))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn issuer(change: &Value) -> Value {
        let mut issuer = json!({ "issuer": "https://auth.example/realms/x", "audiences": ["ens"], "roles": { "support": {} } });
        issuer.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        issuer
    }

    fn refusal(issuers: &Value) -> String {
        Folder::with(issuers).read().map(|read| read.len()).unwrap_err().to_string()
    }

    #[test]
    fn a_member_of_the_file_that_is_not_known_is_refused() {
        assert!(refusal(&json!([issuer(&json!({ "audience": "ens" }))])).contains("unknown field `audience`"));
        assert!(refusal(&json!([issuer(&json!({ "claims": "franceconnect" }))])).contains("unknown variant"));
    }

    #[test]
    fn an_issuer_that_anybody_could_use_is_refused() {
        assert!(refusal(&json!([issuer(&json!({ "audiences": [] }))])).contains("needs `audiences`"));
        assert!(refusal(&json!([issuer(&json!({ "audiences": [" "] }))])).contains("empty name"));
        assert!(refusal(&json!([issuer(&json!({ "roles": {} }))])).contains("roles"));
        assert!(refusal(&json!([issuer(&json!({ "issuer": "http://auth.example" }))])).contains("expected https"));
        assert!(refusal(&json!([issuer(&json!({})), issuer(&json!({}))])).contains("stands twice"));
        assert!(refusal(&json!([issuer(&json!({ "claims": "pro_sante_connect" }))])).contains("professional"));
        assert!(refusal(&json!([issuer(&json!({ "keys": { "refetch_seconds": 0 } }))])).contains("refetch_seconds"));
    }

    #[test]
    fn a_client_secret_stands_in_a_file_of_its_own() {
        let asked = |file: &str| json!([issuer(&json!({ "introspection": { "client_id": "ens", "client_secret_file": file } }))]);
        let folder = Folder::with(&asked("secret"));
        let read = folder.read().unwrap().remove(0);
        assert_eq!(read.introspection.as_ref().unwrap().client_secret.as_ref().unwrap().expose(), "canari");
        assert!(!format!("{read:?}").contains("canari"));
        assert!(refusal(&asked("nowhere")).contains("nowhere"));
        let inline = json!([issuer(&json!({ "introspection": { "client_id": "ens", "client_secret": "canari" } }))]);
        assert!(refusal(&inline).contains("unknown field"));
    }
}

//! `Issuers` finds the issuer of a token and verifies it by that issuer's rules: keys, period, audience, roles, strength, binding.
//!
//! token --signature--> claims --period, audience, client--> claims --introspection where one is absent--> identity --role, acr--> caller
//! - an issuer asserts only the roles that it was given
//! - nothing of a token is believed before its signature

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use chrono::Utc;
use serde_json::{Map, Value};

use crate::config::{CertificateBinding, ClaimMapping, Endpoint, EndpointError, IssuerSettings};
use crate::http::gate::caller::Caller;
use crate::http::gate::claims::{Claims, Identity};
use crate::http::gate::role::Role;
use crate::http::gate::thumbprint::Thumbprint;

use super::discovery::DiscoveredKeys;
use super::introspection::{Introspection, Question};
use super::issuer_client::{ClientError, IssuerClient};
use super::key_set::KeySet;
use super::keys::Keys;
use super::pro_sante_connect;
use super::refusal::{NotVerified, TokenRefused};
use super::signed_token::SignedToken;
use super::standard_claims::{Binding, StandardClaims, binding};

/// The issuers whose tokens are accepted; cheap to clone.
#[derive(Clone, Default)]
pub struct Issuers(Arc<Vec<Issuer>>);

/// An issuer that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// A name that is not a role.
    #[error("issuer {issuer}: unknown role {role}")]
    UnknownRole {
        /// Which issuer.
        issuer: String,
        /// The name.
        role: String,
    },
    /// A file of keys and the file of issuers name the same one.
    #[error("issuer {0} has keys in a file (ENS_TOKEN_KEYS, ENS_JWKS) and stands among the issuers too")]
    Twice(String),
    /// Its name is not its address.
    #[error("issuer {issuer}: {source}")]
    Address {
        /// Which issuer.
        issuer: String,
        /// What is wrong.
        source: EndpointError,
    },
    /// No HTTP client.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// A token that was verified.
#[derive(Debug, Clone)]
pub(in crate::http::gate) struct VerifiedToken {
    /// Its bearer.
    pub(in crate::http::gate) caller: Caller,
    /// The certificate that its bearer must show.
    pub(in crate::http::gate) bound_to: Option<Thumbprint>,
    /// Its last second, since 1970.
    pub(in crate::http::gate) last: i64,
}

struct Issuer {
    name: String,
    audiences: Vec<String>,
    clients: Vec<String>,
    /// The roles that it may assert, each with the accepted values of `acr`.
    roles: HashMap<Role, Vec<String>>,
    mapping: ClaimMapping,
    binding: CertificateBinding,
    keys: KeySource,
    introspection: Option<Introspection>,
}

enum KeySource {
    Given(KeySet),
    Discovered(DiscoveredKeys),
}

impl Issuers {
    /// Those of the file of issuers, beside the one whose keys are given.
    ///
    /// # Errors
    /// [`IssuerError`] names the issuer to mend.
    pub fn new(keys: Keys, configured: &[IssuerSettings]) -> Result<Self, IssuerError> {
        let mut issuers: Vec<Issuer> = Issuer::of_keys(keys).into_iter().collect();
        if !configured.is_empty() {
            let client = IssuerClient::new()?;
            for settings in configured {
                if issuers.iter().any(|known| known.name == settings.issuer) {
                    return Err(IssuerError::Twice(settings.issuer.clone()));
                }
                issuers.push(Issuer::of_settings(settings, &client)?);
            }
        }
        Ok(Self(Arc::new(issuers)))
    }

    /// Whether no token is accepted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Verifies a token, but for the certificate that its bearer must show.
    ///
    /// # Errors
    /// [`NotVerified`] says why the token is not accepted, or that nobody can tell.
    pub(in crate::http::gate) async fn verify(&self, token: &str) -> Result<VerifiedToken, NotVerified> {
        let parsed = SignedToken::parse(token)?;
        let issuer = parsed.issuer().and_then(|name| self.0.iter().find(|issuer| issuer.name == name)).ok_or(TokenRefused::Issuer)?;
        issuer.verify(token, &parsed).await
    }
}

impl From<Keys> for Issuers {
    fn from(keys: Keys) -> Self {
        Self(Arc::new(Issuer::of_keys(keys).into_iter().collect()))
    }
}

impl Issuer {
    /// One whose keys are given: it asserts every role, by our own claims.
    fn of_keys(keys: Keys) -> Option<Self> {
        (!keys.is_empty()).then(|| Self {
            name: keys.issuer,
            audiences: vec![keys.audience],
            clients: Vec::new(),
            roles: Role::ALL.into_iter().map(|role| (role, Vec::new())).collect(),
            mapping: ClaimMapping::Ens,
            binding: CertificateBinding::WhenBound,
            keys: KeySource::Given(keys.set),
            introspection: None,
        })
    }

    fn of_settings(settings: &IssuerSettings, client: &IssuerClient) -> Result<Self, IssuerError> {
        let issuer = &settings.issuer;
        let role = |name: &String| Role::named(name).ok_or_else(|| IssuerError::UnknownRole { issuer: issuer.clone(), role: name.clone() });
        let roles = settings.roles.iter().map(|(name, needs)| Ok((role(name)?, needs.acr.clone())));
        let address: Endpoint = issuer.parse().map_err(|source| IssuerError::Address { issuer: issuer.clone(), source })?;
        Ok(Self {
            name: issuer.clone(),
            audiences: settings.audiences.clone(),
            clients: settings.authorised_parties.clone(),
            roles: roles.collect::<Result<_, IssuerError>>()?,
            mapping: settings.claims,
            binding: settings.certificate_binding,
            keys: KeySource::Discovered(DiscoveredKeys::new(issuer, address, settings.keys, client.clone())),
            introspection: settings.introspection.as_ref().and_then(|asked| Introspection::new(asked, client.clone())),
        })
    }

    async fn verify(&self, text: &str, token: &SignedToken<'_>) -> Result<VerifiedToken, NotVerified> {
        self.keys.verify(token).await?;
        let standard = StandardClaims::read(&token.claims)?;
        self.check(&standard)?;
        let claims = self.completed(text, &standard, &token.claims).await?;
        let identity = self.identity(&claims)?;
        let bound_to = self.bound_to(&claims)?;
        let last = standard.last_second();
        let caller = Caller::new(&self.name, &standard.subject, identity, standard.id);
        Ok(VerifiedToken { caller, bound_to, last })
    }

    fn check(&self, claims: &StandardClaims) -> Result<(), TokenRefused> {
        claims.check_period(Utc::now().timestamp())?;
        if !claims.is_for(&self.audiences) {
            return Err(TokenRefused::Audience);
        }
        if !claims.was_issued_to(&self.clients) {
            return Err(TokenRefused::AuthorisedParty);
        }
        Ok(())
    }

    /// The claims with those that the issuer adds when it is asked, where one is absent that is needed.
    async fn completed<'a>(
        &self,
        text: &str,
        standard: &StandardClaims,
        claims: &'a Map<String, Value>,
    ) -> Result<Cow<'a, Map<String, Value>>, NotVerified> {
        let lacks = self.identity(claims).is_err_and(TokenRefused::is_for_lack_of_a_claim)
            || self.bound_to(claims).is_err_and(|refused| refused == TokenRefused::NotBound);
        let Some(introspection) = self.introspection.as_ref().filter(|_| lacks) else { return Ok(Cow::Borrowed(claims)) };
        let question = Question { token: text, subject: &standard.subject, last: standard.last_second() };
        let published = self.keys.published();
        let discovered = published.as_ref().and_then(|published| published.introspection.as_ref());
        Ok(Cow::Owned(introspection.complete(question, claims, discovered).await?))
    }

    /// Who the claims make of the bearer, if this issuer may say so.
    fn identity(&self, claims: &Map<String, Value>) -> Result<Identity, TokenRefused> {
        let identity = match self.mapping {
            ClaimMapping::Ens => Claims::read(claims).identity()?,
            ClaimMapping::ProSanteConnect => pro_sante_connect::identity(claims)?,
        };
        let role = identity.actor.role();
        let accepted = self.roles.get(&role).ok_or(TokenRefused::Role(role))?;
        let strength = claims.get("acr").and_then(Value::as_str);
        let strong = accepted.is_empty() || strength.is_some_and(|strength| accepted.iter().any(|known| known == strength));
        if strong { Ok(identity) } else { Err(TokenRefused::Strength) }
    }

    fn bound_to(&self, claims: &Map<String, Value>) -> Result<Option<Thumbprint>, TokenRefused> {
        match (binding(claims), self.binding) {
            (Binding::Certificate(thumbprint), _) => Ok(Some(thumbprint)),
            (Binding::Other, _) => Err(TokenRefused::OtherBinding),
            (Binding::Unbound, CertificateBinding::Required) => Err(TokenRefused::NotBound),
            (Binding::Unbound, CertificateBinding::WhenBound) => Ok(None),
        }
    }
}

impl KeySource {
    async fn verify(&self, token: &SignedToken<'_>) -> Result<(), NotVerified> {
        match self {
            Self::Given(keys) => Ok(keys.verify(token)?),
            Self::Discovered(keys) => keys.verify(token).await,
        }
    }

    fn published(&self) -> Option<Arc<super::discovery::Published>> {
        match self {
            Self::Given(_) => None,
            Self::Discovered(keys) => keys.known(),
        }
    }
}

impl fmt::Debug for Issuers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.iter().map(|issuer| &issuer.name)).finish()
    }
}

//! `Introspection` asks an issuer for the claims that a token does not carry (RFC 7662), and keeps each answer until the token ends.
//!
//! - a token that its issuer calls inactive is refused
//! - what the token itself says is not replaced
//!
//! By digest: no token stays in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::Utc;
use serde_json::{Map, Value};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::config::{Endpoint, IntrospectionSettings, Secret};

use super::issuer_client::{AskError, IssuerClient};
use super::refusal::{NotVerified, TokenRefused};
use super::token_digest::TokenDigest;

/// Answers that are kept at most; beyond that those whose tokens have ended are dropped, else all.
const CAPACITY: usize = 20_000;
/// Requests to one issuer at a time.
const AT_ONCE: usize = 16;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// For how many seconds a token is not asked about again that was inactive.
const INACTIVE_SECONDS: i64 = 10;
/// What an answer may add to a token. The others say again what the token said, or say what is not read here.
const ADDED: [&str; 9] = [
    "acr",
    "cnf",
    "role",
    "SubjectNameID",
    "SubjectRole",
    "SubjectRefPro",
    "SubjectOrganizationID",
    "Mode_Acces_Raison",
    "Acces_Regulation_Medicale",
];

/// Asks one issuer about its tokens.
pub(super) struct Introspection {
    endpoint: Option<Endpoint>,
    client_id: String,
    client_secret: Secret,
    client: IssuerClient,
    turns: Semaphore,
    answers: Mutex<HashMap<TokenDigest, Answer>>,
}

#[derive(Clone)]
struct Answer {
    /// What the issuer added; `None` for a token that is not active.
    added: Option<Arc<Map<String, Value>>>,
    /// The last second in which the answer counts, since 1970.
    last: i64,
}

/// A token, as an issuer is asked about it.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) token: &'a str,
    pub(super) subject: &'a str,
    /// The last second of the token, since 1970.
    pub(super) last: i64,
}

impl Introspection {
    /// Asks as these settings say; `None` where the secret was not read.
    pub(super) fn new(settings: &IntrospectionSettings, client: IssuerClient) -> Option<Self> {
        Some(Self {
            endpoint: settings.endpoint.clone(),
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone()?,
            client,
            turns: Semaphore::new(AT_ONCE),
            answers: Mutex::default(),
        })
    }

    /// The claims of a token with those that its issuer adds; `discovered` is where the issuer says that it is asked.
    ///
    /// # Errors
    /// [`TokenRefused::Inactive`], or [`NotVerified::IssuerUnavailable`] where the issuer does not answer.
    pub(super) async fn complete(
        &self,
        question: Question<'_>,
        claims: &Map<String, Value>,
        discovered: Option<&Endpoint>,
    ) -> Result<Map<String, Value>, NotVerified> {
        let answer = self.answer(question, discovered).await?;
        let added = answer.added.ok_or(TokenRefused::Inactive)?;
        let mut completed = claims.clone();
        for (name, value) in added.iter() {
            completed.entry(name.clone()).or_insert_with(|| value.clone());
        }
        Ok(completed)
    }

    async fn answer(&self, question: Question<'_>, discovered: Option<&Endpoint>) -> Result<Answer, NotVerified> {
        let digest = TokenDigest::of(question.token);
        if let Some(answer) = self.kept(digest) {
            return Ok(answer);
        }
        // The semaphore is never closed; an issuer that is slow to answer does not make requests wait without end.
        let turn = timeout(PATIENCE, self.turns.acquire()).await.map_err(|_| NotVerified::IssuerUnavailable)?;
        let _turn = turn.map_err(|_| NotVerified::IssuerUnavailable)?;
        if let Some(answer) = self.kept(digest) {
            return Ok(answer);
        }
        let endpoint = self.endpoint.as_ref().or(discovered).ok_or(NotVerified::IssuerUnavailable)?;
        let form = [("token", question.token), ("token_type_hint", "access_token")];
        let client = (self.client_id.as_str(), self.client_secret.expose());
        let told = self.client.post(endpoint, &form, client).await.and_then(|told| read(&told, question));
        let answer = told.map_err(|error| {
            tracing::warn!(%endpoint, %error, "an issuer could not be asked about a token");
            NotVerified::IssuerUnavailable
        })?;
        self.keep(digest, answer.clone());
        Ok(answer)
    }

    fn kept(&self, token: TokenDigest) -> Option<Answer> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(&token).filter(|answer| answer.is_valid()).cloned()
    }

    fn keep(&self, token: TokenDigest, answer: Answer) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= CAPACITY {
            answers.retain(|_, answer| answer.is_valid());
        }
        if answers.len() >= CAPACITY {
            answers.clear();
        }
        answers.insert(token, answer);
    }
}

impl Answer {
    fn is_valid(&self) -> bool {
        Utc::now().timestamp() <= self.last
    }
}

/// What the issuer told; its answer is of another token where it names another subject.
fn read(told: &Value, question: Question<'_>) -> Result<Answer, AskError> {
    let active = told.get("active").and_then(Value::as_bool).ok_or(AskError::Lacks("`active`"))?;
    let same = told.get("sub").is_none_or(|subject| subject == question.subject);
    if !active || !same {
        return Ok(Answer { added: None, last: Utc::now().timestamp() + INACTIVE_SECONDS });
    }
    let added = ADDED.iter().filter_map(|name| told.get(name).map(|value| ((*name).to_owned(), value.clone())));
    // Some issuers say only here that it ends sooner.
    let last = told.get("exp").and_then(Value::as_i64).map_or(question.last, |ends| ends.min(question.last));
    Ok(Answer { added: Some(Arc::new(added.collect())), last })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const QUESTION: Question<'_> = Question { token: "a token", subject: "somebody", last: i64::MAX };

    #[test]
    fn an_answer_of_another_token_is_none_of_this_one() {
        let added = |told: Value| read(&told, QUESTION).unwrap().added.is_some();
        assert!(added(json!({ "active": true })) && added(json!({ "active": true, "sub": "somebody" })));
        assert!(!added(json!({ "active": true, "sub": "somebody else" })) && !added(json!({ "active": false })));
        assert!(read(&json!({ "active": "true" }), QUESTION).is_err() && read(&json!([]), QUESTION).is_err());
    }

    #[test]
    fn an_answer_counts_no_longer_than_either_end() {
        let last = |ends: i64| read(&json!({ "active": true, "exp": ends }), Question { last: 100, ..QUESTION }).unwrap().last;
        assert_eq!((last(50), last(150)), (50, 100));
    }

    #[test]
    fn an_answer_adds_only_what_is_read_here() {
        let added = read(&json!({ "active": true, "iss": "x", "aud": "x", "exp": 1, "acr": "eidas1" }), QUESTION).unwrap().added.unwrap();
        assert_eq!(*added, *json!({ "acr": "eidas1" }).as_object().unwrap());
    }

    #[test]
    fn an_answer_is_kept_until_the_token_ends() {
        let settings = IntrospectionSettings {
            endpoint: None,
            client_id: "ens".to_owned(),
            client_secret_file: "secret".into(),
            client_secret: Some("secret".parse().unwrap()),
        };
        let introspection = Introspection::new(&settings, IssuerClient::new().unwrap()).unwrap();
        let (now, digest) = (Utc::now().timestamp(), TokenDigest::of("a token"));
        introspection.keep(digest, Answer { added: None, last: now + 60 });
        assert!(introspection.kept(digest).is_some() && introspection.kept(TokenDigest::of("another")).is_none());
        introspection.keep(digest, Answer { added: None, last: now - 1 });
        assert!(introspection.kept(digest).is_none());
        for number in 0..=CAPACITY {
            introspection.keep(TokenDigest::of(&number.to_string()), Answer { added: None, last: i64::MAX });
        }
        assert!(introspection.answers.lock().unwrap().len() <= CAPACITY);
    }
}

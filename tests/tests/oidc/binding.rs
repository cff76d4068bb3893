//! Tokens that are bound to a client certificate, which only a trusted proxy can show.

use ens_api::config::Settings;
use ens_api::http::gate::TokenRefused;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::forge::{Forge, encoded};
use super::guarded::{Answer, Guarded, answer};
use super::issuer::Issuer;

/// The certificate of a client, as far as a digest can tell.
const DER: &[u8] = b"a certificate";
/// A proxy that is trusted, and a neighbour that is not.
const PROXY: [u8; 4] = [127, 0, 0, 1];
const NEIGHBOUR: [u8; 4] = [127, 0, 0, 2];

fn behind_a_proxy(settings: &mut Settings) {
    settings.proxies.trusted = vec!["127.0.0.1".parse().expect("a network")];
    settings.proxies.certificate = Some("client-cert".parse().expect("a header"));
}

fn bound(issuer: &Issuer) -> Forge<'_> {
    Forge::new(issuer).claims(json!({ "cnf": { "x5t#S256": encoded(digest(&SHA256, DER)) } }))
}

/// A certificate as RFC 9440 writes it.
fn shown(der: &[u8]) -> String {
    use base64::Engine;
    format!(":{}:", base64::engine::general_purpose::STANDARD.encode(der))
}

async fn asked(service: &Guarded, from: [u8; 4], token: &str, certificates: &[String]) -> Answer {
    let mut request = Guarded::client_at(from).get(service.at("/v1/partitions")).bearer_auth(token);
    for certificate in certificates {
        request = request.header("client-cert", certificate);
    }
    answer(request).await
}

#[tokio::test]
async fn a_bound_token_needs_its_certificate_from_a_trusted_proxy() {
    let issuer = Issuer::start();
    let service = Guarded::with(&issuer, json!({}), behind_a_proxy).await;
    let (own, other) = (shown(DER), shown(b"another certificate"));
    // Twice, because the second time the token is in the cache.
    for token in [bound(&issuer).token(), bound(&issuer).token()].iter().flat_map(|token| [token, token]) {
        assert!(asked(&service, PROXY, token, std::slice::from_ref(&own)).await.is_let_in());
        assert!(asked(&service, PROXY, token, &[]).await.is_refused(TokenRefused::NoCertificate));
        assert!(asked(&service, PROXY, token, std::slice::from_ref(&other)).await.is_refused(TokenRefused::OtherCertificate));
        assert!(asked(&service, PROXY, token, &["nothing".to_owned()]).await.is_refused(TokenRefused::NoCertificate));
        assert!(asked(&service, PROXY, token, &[other.clone(), own.clone()]).await.is_refused(TokenRefused::NoCertificate));
        assert!(asked(&service, NEIGHBOUR, token, std::slice::from_ref(&own)).await.is_refused(TokenRefused::NoCertificate));
    }
}

#[tokio::test]
async fn a_certificate_is_read_from_no_header_that_is_not_configured() {
    let issuer = Issuer::start();
    let service = Guarded::with(&issuer, json!({}), |settings| {
        behind_a_proxy(settings);
        settings.proxies.certificate = None;
    })
    .await;
    assert!(asked(&service, PROXY, &bound(&issuer).token(), &[shown(DER)]).await.is_refused(TokenRefused::NoCertificate));
}

#[tokio::test]
async fn an_issuer_whose_tokens_must_be_bound_gets_no_other_accepted() {
    let issuer = Issuer::start();
    let required: Value = json!({ "certificate_binding": "required" });
    let service = Guarded::with(&issuer, required, behind_a_proxy).await;
    let unbound = Forge::new(&issuer).token();
    assert!(asked(&service, PROXY, &unbound, &[shown(DER)]).await.is_refused(TokenRefused::NotBound));
    assert!(asked(&service, PROXY, &bound(&issuer).token(), &[shown(DER)]).await.is_let_in());
}

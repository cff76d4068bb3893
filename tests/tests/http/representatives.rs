//! Who represents others over HTTP: the second parent of a minor by invitation, and the protection officer of an adult.

use chrono::Duration;
use ens_api::http::gate::Actor;
use ens_domain::space::commands::Open;
use ens_tests::Engine;
use serde_json::{Value, json};

use super::api::{Answer, Api, Person, insurer};
use super::medical_record::list;

fn parent(child: &Person) -> Actor {
    Actor::Representative { spaces: vec![child.space] }
}

fn named() -> Value {
    json!({ "birth_name": "ESSAI", "first_names": ["Dominique"], "sex": "female", "born_on": "1986-05-04", "birthplace": "44109" })
}

async fn open_child(api: &Api, number: u32) -> Person {
    let child = api.notified_child(number).await;
    api.later(Duration::days(44));
    api.say(child.space, Open { at: api.now() }).await;
    child
}

async fn invite(api: &Api, space: &Person, by: &Actor, invitee: &Person) -> Answer {
    let body = json!({ "invitee": invitee.space.to_string(), "person": named() });
    api.by(by, "POST", &space.path("/invitations")).anyhow().json(&body).send().await
}

async fn accept(api: &Api, child: &Person, by: &Person, invitation: &Value) -> Answer {
    let body = json!({ "space": child.space.to_string(), "invitation": invitation });
    api.by(&by.holder(), "POST", "/v1/accepted-invitations").json(&body).send().await
}

async fn representatives(api: &Api, child: &Person) -> usize {
    let loaded = api.app.store.log().state(child.space).await.expect("a state").expect("a space");
    loaded.space.representatives().count()
}

#[tokio::test]
async fn the_second_parent_is_invited_accepts_and_both_represent() {
    for engine in Engine::ALL {
        let api = Api::on(engine, |_| {}).await;
        let (second, stranger, child) = (api.opened(1).await, api.opened(2).await, open_child(&api, 3).await);
        let sent = invite(&api, &child, &parent(&child), &second).await;
        assert_eq!((sent.status, sent.done()), (201, vec!["SecondParentInvited"]), "{engine:?}: {}", sent.text);
        let invitation = sent.body["invitation"].clone();
        let listed = api.by(&parent(&child), "GET", &child.path("/invitations")).send().await;
        let expected = json!({
            "invitation": invitation, "invitee": second.space.to_string(), "name": "Dominique ESSAI", "until": sent.body["last_day"],
        });
        assert_eq!(listed.body, json!({ "invitations": [expected] }), "{engine:?}");

        let nobody = accept(&api, &child, &stranger, &invitation).await;
        assert_eq!(nobody.refused(), (404, "not-found"), "{engine:?}");
        let elsewhere = accept(&api, &stranger, &second, &invitation).await;
        assert_eq!(nobody.told()["title"], elsewhere.told()["title"], "{engine:?}");
        assert_eq!(representatives(&api, &child).await, 1, "{engine:?}");

        let accepted = accept(&api, &child, &second, &invitation).await;
        assert_eq!((accepted.status, accepted.done()), (201, vec!["InvitationAccepted", "RepresentationDeclared"]), "{engine:?}");
        assert_eq!(accept(&api, &child, &second, &invitation).await.done(), [] as [&str; 0], "{engine:?}");
        assert_eq!(representatives(&api, &child).await, 2, "{engine:?}");
        assert_eq!(invite(&api, &child, &parent(&child), &stranger).await.refused(), (409, "two-parents-known"), "{engine:?}");
        assert_eq!(list(&api, &child, &parent(&child)).await.status, 200, "{engine:?}");

        // The insurer ends what came of it, and the invitation brings nobody back.
        let representation = child.path(&format!("/representations/{}", accepted.body["representation"].as_str().expect("an id")));
        assert_eq!(api.by(&insurer(), "DELETE", &representation).anyhow().send().await.done(), ["RepresentationEnded"], "{engine:?}");
        assert_eq!(accept(&api, &child, &second, &invitation).await.refused(), (409, "invitation-over"), "{engine:?}");
    }
}

#[tokio::test]
async fn an_invitation_lapses_is_withdrawn_and_stands_alone() {
    let api = Api::start().await;
    let (second, third, child) = (api.opened(1).await, api.opened(2).await, open_child(&api, 3).await);
    let sent = invite(&api, &child, &parent(&child), &second).await;
    assert_eq!(invite(&api, &child, &parent(&child), &third).await.refused(), (409, "invitation-stands"));
    let withdraw = async |path: &str| api.by(&parent(&child), "DELETE", path).anyhow().send().await;
    let location = sent.header("location").to_owned();
    assert_eq!(withdraw(&location).await.done(), ["InvitationWithdrawn"]);
    assert_eq!(withdraw(&location).await.done(), [] as [&str; 0]);
    assert_eq!(withdraw(&child.path("/invitations/0198c0de-0000-7000-8000-000000000001")).await.refused(), (404, "not-found"));
    assert_eq!(accept(&api, &child, &second, &sent.body["invitation"]).await.refused(), (409, "invitation-over"));
    let again = invite(&api, &child, &parent(&child), &second).await;
    api.later(Duration::days(31));
    assert_eq!(accept(&api, &child, &second, &again.body["invitation"]).await.refused(), (409, "invitation-lapsed"));
    assert_eq!(api.by(&parent(&child), "GET", &child.path("/invitations")).send().await.body, json!({ "invitations": [] }));
    assert_eq!(representatives(&api, &child).await, 1);
}

#[tokio::test]
async fn only_a_declared_parent_of_a_minor_invites() {
    let api = Api::start().await;
    let (second, adult, child) = (api.opened(1).await, api.opened(2).await, open_child(&api, 3).await);
    let officer = parent(&adult);
    assert_eq!(invite(&api, &adult, &officer, &second).await.refused(), (403, "not-a-representative"));
    declare_officer(&api, &adult).await;
    assert_eq!(invite(&api, &adult, &officer, &second).await.refused(), (409, "not-a-minor"));
    assert_eq!(invite(&api, &child, &child.holder(), &second).await.refused(), (403, "forbidden"));
    assert_eq!(invite(&api, &child, &officer, &second).await.refused(), (404, "not-found"), "the space of another's child");
    assert_eq!(invite(&api, &child, &parent(&child), &child).await.refused(), (422, "same-person"));
    let unnamed = api.by(&parent(&child), "POST", &child.path("/invitations")).anyhow();
    assert_eq!(unnamed.json(&json!({ "invitee": second.space.to_string() })).send().await.refused(), (422, "invalid-fields"));
}

async fn declare_officer(api: &Api, adult: &Person) -> Answer {
    let mut body = named();
    body["kind"] = json!("protected_adult");
    let declared = api.by(&insurer(), "POST", &adult.path("/representations")).anyhow().json(&body).send().await;
    assert_eq!(declared.done(), ["RepresentationDeclared"]);
    declared
}

#[tokio::test]
async fn a_protection_officer_acts_while_the_measure_stands_and_the_protected_adult_too() {
    let api = Api::start().await;
    let adult = api.opened(1).await;
    let officer = parent(&adult);
    let refused = list(&api, &adult, &officer).await;
    assert_eq!((refused.refused(), &refused.body["reason"]), ((403, "access-refused"), &json!("no_representation")));
    let declared = declare_officer(&api, &adult).await;
    let grant = async |by: &Actor| {
        api.by(by, "POST", &adult.path("/authorisations")).anyhow().json(&json!({ "rpps": super::api::RPPS })).send().await
    };
    for who in [&officer, &adult.holder()] {
        assert_eq!(list(&api, &adult, who).await.status, 200);
        assert_eq!(grant(who).await.done(), ["AccessGranted"]);
    }
    let ended = api.by(&insurer(), "DELETE", declared.header("location")).anyhow().send().await;
    assert_eq!(ended.done(), ["RepresentationEnded"]);
    assert_eq!(list(&api, &adult, &officer).await.refused(), (403, "access-refused"));
    assert_eq!(grant(&officer).await.refused(), (403, "not-a-representative"));
    assert_eq!(list(&api, &adult, &adult.holder()).await.status, 200);
}

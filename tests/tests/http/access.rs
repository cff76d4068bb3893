//! Access over HTTP: every role on every route, spaces of other persons, and tokens that are not valid.

use ens_api::http::ROUTES;
use ens_api::http::gate::{Access, Actor, Role, Route};
use ens_domain::ids::SpaceId;
use serde_json::json;
use uuid::Uuid;

use super::api::{Answer, Api, RPPS, caregiver, insurer, other_insurer, professional, service, support};

pub(super) fn actor(role: Role, space: SpaceId) -> Actor {
    match role {
        Role::Holder => Actor::Holder { space },
        Role::Representative => Actor::Representative { spaces: vec![space] },
        Role::Caregiver => caregiver(),
        Role::Cnam => Actor::Cnam,
        Role::Insurer => insurer(),
        Role::Support => support(),
        Role::Professional => professional(),
        Role::Service => service(),
        Role::Auditor => Actor::Auditor,
        Role::Admin => Actor::Admin,
    }
}

fn path(route: &Route, space: SpaceId) -> String {
    let id = Uuid::now_v7().to_string();
    let named = [
        ("{space}", space.to_string()),
        ("{grant}", id.clone()),
        ("{representation}", id.clone()),
        ("{measure}", id),
        ("{rpps}", RPPS.into()),
        ("{partition}", "0".into()),
    ];
    named.into_iter().fold(route.path.to_owned(), |path, (name, value)| path.replace(name, &value))
}

fn guarded() -> impl Iterator<Item = (&'static Route, &'static [Role])> {
    ROUTES.iter().filter_map(|route| match route.access {
        Access::Roles(roles) => Some((route, roles)),
        Access::Anyone | Access::WithCode => None,
    })
}

#[tokio::test]
async fn a_role_that_a_route_does_not_name_is_refused() {
    let api = Api::start().await;
    let space = api.create(1).await;
    for (route, roles) in guarded() {
        for role in Role::ALL {
            let answer = api.by(&actor(role, space), route.method, &path(route, space)).send().await;
            let refused = answer.refused() == (403, "forbidden");
            assert_eq!(refused, !roles.contains(&role), "{} {} as {}: {}", route.method, route.path, role.name(), answer.text);
            assert_ne!(answer.status, 401, "{} {} as {}", route.method, route.path, role.name());
        }
    }
}

#[tokio::test]
async fn nobody_passes_without_a_token() {
    let api = Api::start().await;
    let space = api.create(1).await;
    for (route, _) in guarded() {
        for token in ["", "Bearer", "Bearer x.y.z", "Basic eDp5"] {
            let answer = api.ask(route.method, &path(route, space)).header("authorization", token).send().await;
            assert_eq!(answer.refused(), (401, "unauthenticated"), "{} {} with {token}", route.method, route.path);
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
}

#[tokio::test]
async fn a_space_out_of_reach_answers_as_one_that_does_not_exist() {
    let api = Api::start().await;
    let (own, others, nowhere) = (api.create(1).await, api.create(2).await, SpaceId::from(Uuid::now_v7()));
    let strangers = [Actor::Holder { space: own }, Actor::Representative { spaces: vec![own] }, other_insurer()];
    for (route, roles) in guarded().filter(|(route, _)| route.path.contains("{space}")) {
        for stranger in strangers.iter().filter(|stranger| roles.contains(&stranger.role())) {
            let of = async |space| api.by(stranger, route.method, &path(route, space)).anyhow().send().await;
            let (theirs, none): (Answer, Answer) = (of(others).await, of(nowhere).await);
            assert_eq!(theirs.refused(), (404, "not-found"), "{} {} as {}", route.method, route.path, stranger.role().name());
            assert_eq!(theirs.told(), none.told());
            assert_eq!(names(&theirs), names(&none));
        }
    }
}

fn names(answer: &Answer) -> Vec<String> {
    let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_representative_reaches_every_space_of_the_token() {
    let api = Api::start().await;
    let spaces = vec![api.create(1).await, api.create(2).await];
    let representative = Actor::Representative { spaces: spaces.clone() };
    for space in spaces {
        let path = format!("/v1/spaces/{space}/history");
        let answer = api.read_until(&representative, &path, |answer| answer.body["lines"][0].is_object()).await;
        assert_eq!(answer.body["lines"][0]["fact"], "SpaceCreated", "{}", answer.text);
    }
}

#[tokio::test]
async fn an_insurer_finds_its_members_only() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let search = async |actor: &Actor| api.by(actor, "POST", "/v1/spaces/search").json(&json!({ "ins": person.ins })).send().await;
    assert_eq!(search(&insurer()).await.body["space"], person.space.to_string());
    assert_eq!(search(&other_insurer()).await.refused(), (404, "not-found"));
}

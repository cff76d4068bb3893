//! What is known of the person: the contacts declared to the insurer, and the INS when the national service replaces it.

use axum::extract::State;
use ens_domain::address::PostalAddress;
use ens_domain::email::EmailAddress;
use ens_domain::ins::{Ins, InsAuthority, InsStatus};
use ens_domain::personal::Personal;
use ens_domain::phone::PhoneNumber;
use ens_domain::space::Contacts;
use ens_domain::space::commands::{DeclareContacts, ReplaceIns};
use ens_store::Linked;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::answer::{Done, Written};
use crate::http::json::Reading;
use crate::http::request::Change;
use crate::problem::{Kind, Problem};

use super::{ChangeHeaders, SpacePath};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(declare_contacts)).routes(routes!(replace_ins))
}

/// Where the person can be reached; what is absent is not known any more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactsBody {
    /// Where messages go first.
    #[schema(example = "jeanne.canari@exemple.invalid")]
    email: Option<String>,
    /// Where they go else: one to six lines of NF Z10-011.
    #[schema(example = json!(["12 RUE DES LILAS", "31000 TOULOUSE"]))]
    address: Option<Vec<String>>,
    /// Shown to agents, in the form of E.164.
    #[schema(example = "+33600000000")]
    phone: Option<String>,
}

impl ContactsBody {
    fn read(&self) -> Result<Contacts, Problem> {
        let mut reading = Reading::default();
        let email = reading.optional::<EmailAddress>("/email", self.email.as_deref());
        let phone = reading.optional::<PhoneNumber>("/phone", self.phone.as_deref());
        let lines = self.address.as_ref().map(|lines| lines.iter().map(String::as_str).collect::<Vec<_>>());
        let address = lines.and_then(|lines| reading.keep("/address", PostalAddress::parse(&lines)));
        reading.all(Some(Contacts {
            email: email.map(Personal::new),
            address: address.map(Personal::new),
            phone: phone.map(Personal::new),
        }))
    }
}

/// An INS.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InsBody {
    /// 13 characters and the key.
    #[schema(example = "279035121518989")]
    matricule: String,
    /// Who gave it.
    #[schema(example = "1.2.250.1.213.1.4.10")]
    oid: String,
    /// How far it is proved.
    #[schema(value_type = String, example = "qualified")]
    status: InsStatus,
}

impl InsBody {
    fn read(&self, app: &App) -> Result<Ins, Problem> {
        let mut reading = Reading::default();
        let authority = reading.keep("/oid", InsAuthority::from_oid(&self.oid)).unwrap_or(InsAuthority::Nir);
        let ins = reading.keep("/matricule", Ins::parse(&self.matricule, authority, self.status));
        let ins = reading.all(ins)?;
        if app.settings.admits(ins.authority()) {
            Ok(ins)
        } else {
            Err(Problem::field("/oid", &"a test or demonstration identity has no place in production"))
        }
    }
}

/// Declare where the person can be reached; a notice that waited for it goes.
#[utoipa::path(put, path = "/v1/spaces/{space}/contacts", tag = "person", params(SpacePath, ChangeHeaders), request_body = ContactsBody,
    responses((status = 200, description = "declared", body = Done)))]
pub(super) async fn declare_contacts(State(app): State<App>, asked: Change<ContactsBody>) -> Result<Written, Problem> {
    let command = DeclareContacts { at: app.now(), by: asked.party()?, contacts: asked.body.read()? };
    let outcome = asked.order(&app, command).await?;
    Ok(Written::done(asked.space(), &outcome))
}

/// Replace the person's INS; the space keeps its id, and the old INS still leads to it.
#[utoipa::path(put, path = "/v1/spaces/{space}/ins", tag = "person", params(SpacePath, ChangeHeaders), request_body = InsBody,
    responses((status = 200, description = "replaced", body = Done)))]
pub(super) async fn replace_ins(State(app): State<App>, asked: Change<InsBody>) -> Result<Written, Problem> {
    let ins = asked.body.read(&app)?;
    let digest = ins.digest(app.store.index_key());
    if app.store.commands().find_space(&digest).await?.is_some_and(|space| space != asked.space()) {
        return Err(Problem::new(Kind::InsTaken));
    }
    let outcome = asked.order(&app, ReplaceIns { at: app.now(), by: asked.party()?, ins: Personal::new(ins) }).await?;
    match app.store.commands().link(digest, asked.space()).await? {
        Linked::Done => Ok(Written::done(asked.space(), &outcome)),
        // Somebody was created under this INS since it was looked for.
        Linked::Taken(_) => Err(Problem::new(Kind::InsTaken).logged("an INS was taken while it was being replaced")),
    }
}

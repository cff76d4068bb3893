//! The routes that declare the contacts of a space's person and that replace the person's INS.

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

use crate::app::App;
use crate::http::gate::{Access, Declaration, put};
use crate::http::wire::{ChangeHeaders, Done, FieldChecks, SpaceChange, SpacePath, WriteAnswer};
use crate::problem::{Problem, ProblemType, Success};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        put("/v1/spaces/{space}/contacts", Access::DECLARANTS)
            .operation("declare_contacts", "person", "Declare where the person can be reached; a notice that waited for it goes.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<ContactsBody>()
            .answers::<Done>(Success::Done, "declared")
            .handled_by(declare_contacts),
        put("/v1/spaces/{space}/ins", Access::CNAM)
            .operation("replace_ins", "person", "Replace the person's INS; the space keeps its id, and the old INS still leads to it.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<InsBody>()
            .answers::<Done>(Success::Done, "replaced")
            .handled_by(replace_ins),
    ]
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
        let mut fields = FieldChecks::default();
        let email = fields.parse_optional::<EmailAddress>("/email", self.email.as_deref());
        let phone = fields.parse_optional::<PhoneNumber>("/phone", self.phone.as_deref());
        let lines = self.address.as_ref().map(|lines| lines.iter().map(String::as_str).collect::<Vec<_>>());
        let address = lines.and_then(|lines| fields.check("/address", PostalAddress::parse(&lines)));
        fields.finish(Some(Contacts {
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
        let mut fields = FieldChecks::default();
        let authority = fields.check("/oid", InsAuthority::from_oid(&self.oid)).unwrap_or(InsAuthority::Nir);
        let ins = fields.check("/matricule", Ins::parse(&self.matricule, authority, self.status));
        let ins = fields.finish(ins)?;
        if app.settings.admits(ins.authority()) {
            Ok(ins)
        } else {
            Err(Problem::field("/oid", &"a test or demonstration identity has no place in production"))
        }
    }
}

async fn declare_contacts(State(app): State<App>, request: SpaceChange<ContactsBody>) -> Result<WriteAnswer, Problem> {
    let command = DeclareContacts { at: app.now(), by: request.party()?, contacts: request.body.read()? };
    let outcome = request.execute(&app, command).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn replace_ins(State(app): State<App>, request: SpaceChange<InsBody>) -> Result<WriteAnswer, Problem> {
    let ins = request.body.read(&app)?;
    let digest = ins.digest(app.store.index_key());
    if app.store.commands().find_space(&digest).await?.is_some_and(|space| space != request.space()) {
        return Err(Problem::new(ProblemType::INS_TAKEN));
    }
    let outcome = request.execute(&app, ReplaceIns { at: app.now(), by: request.party()?, ins: Personal::new(ins) }).await?;
    match app.store.commands().link(digest, request.space()).await? {
        Linked::Done => Ok(WriteAnswer::done(request.space(), &outcome)),
        // Somebody was created under this INS since it was looked for.
        Linked::Taken(_) => Err(Problem::new(ProblemType::INS_TAKEN).logged("an INS was taken while it was being replaced")),
    }
}

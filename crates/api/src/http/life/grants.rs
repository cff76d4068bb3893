//! Authorisations that the holder gives and takes back, and professionals whom the holder blocks.

use axum::extract::State;
use chrono::NaiveDate;
use ens_domain::access::{DocumentClass, Grantee, Purpose, Scope};
use ens_domain::calendar::Horizon;
use ens_domain::finess::Finess;
use ens_domain::ids::GrantId;
use ens_domain::rpps::Rpps;
use ens_domain::space::commands::{BlockProfessional, GrantAccess, RevokeAccess, UnblockProfessional};
use ens_domain::space::terms::Section;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::gate::{Access, Declaration, delete, post};
use crate::http::wire::{ChangeHeaders, Done, EmptyBody, FieldChecks, SpaceChange, SpacePath, WriteAnswer};
use crate::problem::{Problem, Success};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/spaces/{space}/authorisations", Access::HOLDER_SIDE)
            .operation("grant_access", "authorisations", "Let a professional or a structure see all or part of the space.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<GrantBody>()
            .answers::<Done>(Success::Created, "let in; `grant` names the authorisation")
            .handled_by(grant_access),
        delete("/v1/spaces/{space}/authorisations/{grant}", Access::HOLDER_SIDE)
            .operation("revoke_access", "authorisations", "Take an authorisation back.")
            .params::<SpacePath>()
            .params::<GrantPath>()
            .params::<ChangeHeaders>()
            .answers::<Done>(Success::Done, "taken back")
            .handled_by(revoke_access),
        post("/v1/spaces/{space}/blocked-professionals", Access::HOLDER_SIDE)
            .operation("block_professional", "authorisations", "Block a professional; what was granted to them ends for good.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<ProfessionalBody>()
            .answers::<Done>(Success::Created, "blocked")
            .handled_by(block_professional),
        delete("/v1/spaces/{space}/blocked-professionals/{rpps}", Access::HOLDER_SIDE)
            .operation("unblock_professional", "authorisations", "Unblock a professional; old authorisations do not come back.")
            .params::<SpacePath>()
            .path_param::<String>("rpps", "the RPPS number")
            .params::<ChangeHeaders>()
            .answers::<Done>(Success::Done, "unblocked")
            .handled_by(unblock_professional),
    ]
}

/// Which authorisation.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; the handler reads the path itself")]
pub(super) struct GrantPath {
    /// the authorisation
    grant: Uuid,
}

/// Whom to let in, to what, until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantBody {
    /// A professional's RPPS number; else a structure is named, or the care team.
    #[schema(example = "10003456783")]
    rpps: Option<String>,
    /// A structure's FINESS number; else a professional is named, or the care team.
    finess: Option<String>,
    /// True to let the care team in; else a professional or a structure is named.
    #[serde(default)]
    care_team: bool,
    /// The sections to open; absent for the whole space, or where classes of documents are named.
    #[schema(value_type = Option<Vec<String>>, example = json!(["medical_record", "agenda"]))]
    sections: Option<Vec<Section>>,
    /// The codes of the classes of documents to open, and nothing else.
    #[schema(example = json!(["10", "42"]))]
    document_classes: Option<Vec<String>>,
    /// What for; `care` where absent.
    #[schema(value_type = Option<String>, example = "care")]
    purpose: Option<Purpose>,
    /// The first day; absent for today.
    from: Option<NaiveDate>,
    /// The last day, at most 150 years ahead; absent for as long as the policy says: 90 days for a professional or a structure.
    until: Option<NaiveDate>,
}

/// Which professional.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfessionalBody {
    /// The RPPS number.
    #[schema(example = "10003456783")]
    rpps: String,
}

impl ProfessionalBody {
    /// The number that it names.
    pub(super) fn professional(&self) -> Result<Rpps, Problem> {
        let mut fields = FieldChecks::default();
        let professional = fields.parse::<Rpps>("/rpps", &self.rpps);
        fields.finish(professional)
    }
}

/// Whom a professional lets in with the person's consent, to what, until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ColleagueBody {
    /// A professional's RPPS number; else a structure is named.
    #[schema(example = "10003456783")]
    rpps: Option<String>,
    /// A structure's FINESS number; else a professional is named.
    finess: Option<String>,
    /// The sections to open; absent for the whole space.
    #[schema(value_type = Option<Vec<String>>, example = json!(["medical_record"]))]
    sections: Option<Vec<Section>>,
    /// The last day, at most 150 years ahead; absent for as long as the policy says: 90 days.
    until: Option<NaiveDate>,
}

impl ColleagueBody {
    /// Who is let in.
    pub(super) fn grantee(&self) -> Result<Grantee, Problem> {
        let mut fields = FieldChecks::default();
        let rpps = fields.parse_optional::<Rpps>("/rpps", self.rpps.as_deref()).map(|rpps| Grantee::Professional { rpps });
        let finess = fields.parse_optional::<Finess>("/finess", self.finess.as_deref()).map(|finess| Grantee::Structure { finess });
        match (self.rpps.is_some(), self.finess.is_some()) {
            (true, false) => fields.finish(rpps),
            (false, true) => fields.finish(finess),
            (true, true) | (false, false) => Err(Problem::field("/rpps", &"name either a professional (rpps) or a structure (finess)")),
        }
    }

    /// What is opened.
    pub(super) fn scope(&self) -> Scope {
        let sections = self.sections.as_ref().map(|sections| sections.iter().copied().collect());
        sections.map_or(Scope::All, |sections| Scope::Sections { sections })
    }

    /// The last day, if one is named. A day that is over, or too far for a grant, is the rule's to refuse.
    pub(super) fn until(&self, horizon: Horizon) -> Result<Option<NaiveDate>, Problem> {
        let mut fields = FieldChecks::default();
        let until = fields.day("/until", self.until, horizon);
        fields.finish(Some(until))
    }
}

impl GrantBody {
    fn grantee(&self) -> Result<Grantee, Problem> {
        let mut fields = FieldChecks::default();
        let rpps = fields.parse_optional::<Rpps>("/rpps", self.rpps.as_deref()).map(|rpps| Grantee::Professional { rpps });
        let finess = fields.parse_optional::<Finess>("/finess", self.finess.as_deref()).map(|finess| Grantee::Structure { finess });
        match (self.rpps.is_some(), self.finess.is_some(), self.care_team) {
            (true, false, false) => fields.finish(rpps),
            (false, true, false) => fields.finish(finess),
            (false, false, true) => Ok(Grantee::CareTeam),
            (true, _, _) | (false, true, true) | (false, false, false) => {
                Err(Problem::field("/rpps", &"name either a professional (rpps), a structure (finess) or the care team (care_team)"))
            }
        }
    }

    /// The first and the last day. A day that is over, or too far for a grant, is the rule's to refuse.
    fn days(&self, horizon: Horizon) -> Result<(Option<NaiveDate>, Option<NaiveDate>), Problem> {
        let mut fields = FieldChecks::default();
        let (from, until) = (fields.day("/from", self.from, horizon), fields.day("/until", self.until, horizon));
        fields.finish(Some((from, until)))
    }

    fn scope(&self) -> Result<Scope, Problem> {
        match (&self.sections, &self.document_classes) {
            (None, None) => Ok(Scope::All),
            (Some(sections), None) => Ok(Scope::Sections { sections: sections.iter().copied().collect() }),
            (None, Some(codes)) => {
                let mut fields = FieldChecks::default();
                let parsed =
                    |(place, code): (usize, &String)| fields.check(&format!("/document_classes/{place}"), DocumentClass::parse(code));
                let classes = codes.iter().enumerate().map(parsed).collect();
                fields.finish(classes).map(|classes| Scope::DocumentClasses { classes })
            }
            (Some(_), Some(_)) => Err(Problem::field("/document_classes", &"name either sections or classes of documents")),
        }
    }
}

async fn grant_access(State(app): State<App>, request: SpaceChange<GrantBody>) -> Result<WriteAnswer, Problem> {
    let (to, scope) = (request.body.grantee()?, request.body.scope()?);
    let (from, until) = request.body.days(app.horizon())?;
    let purpose = request.body.purpose.unwrap_or(Purpose::Care);
    let command = GrantAccess { at: app.now(), by: request.party()?, grant: app.new_id()?, to, scope, purpose, from, until };
    let outcome = request.execute(&app, command).await?;
    let space = request.space();
    Ok(WriteAnswer::created(space, &outcome, |done| done.grant.map(|grant| format!("/v1/spaces/{space}/authorisations/{grant}"))))
}

async fn revoke_access(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let grant: GrantId = request.target.param("grant")?;
    let outcome = request.execute(&app, RevokeAccess { at: app.now(), by: request.party()?, grant }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn block_professional(State(app): State<App>, request: SpaceChange<ProfessionalBody>) -> Result<WriteAnswer, Problem> {
    let professional = request.body.professional()?;
    let location = format!("/v1/spaces/{}/blocked-professionals/{professional}", request.space());
    let outcome = request.execute(&app, BlockProfessional { at: app.now(), by: request.party()?, professional }).await?;
    Ok(WriteAnswer::created(request.space(), &outcome, |_| Some(location)))
}

async fn unblock_professional(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let professional: Rpps = request.target.param("rpps")?;
    let outcome = request.execute(&app, UnblockProfessional { at: app.now(), by: request.party()?, professional }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

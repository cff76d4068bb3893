//! Routes of the directory beside the authorisations: care team, attending doctor, administrators, emergency choices, default visibility, reader messages.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use ens_domain::access::{Choice, Directory, EmergencyAccess, TeamMember, Visibility};
use ens_domain::finess::Finess;
use ens_domain::rpps::Rpps;
use ens_domain::space::commands::{
    AppointAdministrator, ChooseDefaultVisibility, ChooseForEmergency, ChooseReaderMessages, ConsentToCareTeam, DeclareAttendingDoctor,
    DismissAdministrator, EndAttendingDoctor, JoinCareTeam, LeaveCareTeam, WithdrawCareTeamConsent,
};
use ens_domain::space::terms::ReaderMessages;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::http::gate::{Access, Declaration, delete, get, post, put};
use crate::http::wire::{ChangeHeaders, Done, EmptyBody, FieldChecks, SpaceChange, SpacePath, SpaceTarget, WriteAnswer};
use crate::problem::{Problem, ProblemType, Success};

use super::grants::ProfessionalBody;

const TAG: &str = "directory";

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    [directory(), care_team(), doctors()].into_iter().flatten().collect()
}

fn directory() -> Vec<Declaration> {
    vec![
        get("/v1/spaces/{space}/directory", Access::HOLDER_SIDE)
            .operation("show_directory", TAG, "The care team, the attending doctor, and what the holder decided beforehand.")
            .params::<SpacePath>()
            .answers::<DirectoryBody>(Success::Done, "the directory, without the authorisations, which have a route of their own")
            .handled_by(show_directory),
        put("/v1/spaces/{space}/emergency-choices", Access::HOLDER_SIDE)
            .operation("choose_for_emergency", TAG, "Permit or refuse something beforehand for an emergency.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<EmergencyBody>()
            .answers::<Done>(Success::Done, "decided")
            .handled_by(choose_for_emergency),
        put("/v1/spaces/{space}/default-visibility", Access::HOLDER_SIDE)
            .operation("choose_default_visibility", TAG, "Show or hide the documents that are deposited from now on.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<VisibilityBody>()
            .answers::<Done>(Success::Done, "decided")
            .handled_by(choose_default_visibility),
        put("/v1/spaces/{space}/reader-messages", Access::HOLDER_SIDE)
            .operation(
                "choose_reader_messages",
                TAG,
                "Ask to be told by e-mail of each new reader, at most once a day and reader, or no longer.",
            )
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<ReaderMessagesBody>()
            .answers::<Done>(Success::Done, "decided")
            .handled_by(choose_reader_messages),
    ]
}

fn care_team() -> Vec<Declaration> {
    vec![
        put("/v1/spaces/{space}/care-team/consent", Access::HOLDER_SIDE)
            .operation("consent_to_care_team", TAG, "Consent to the care team, once for all its members.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .optional_body::<EmptyBody>()
            .answers::<Done>(Success::Done, "consented")
            .handled_by(consent_to_care_team),
        delete("/v1/spaces/{space}/care-team/consent", Access::HOLDER_SIDE)
            .operation("withdraw_care_team_consent", TAG, "Take the consent to the care team back.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .answers::<Done>(Success::Done, "taken back")
            .handled_by(withdraw_care_team_consent),
        post("/v1/spaces/{space}/care-team/members", Access::HOLDER_SIDE)
            .operation("join_care_team", TAG, "Add a professional or a structure to the care team.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<MemberBody>()
            .answers::<Done>(Success::Created, "added")
            .handled_by(join_care_team),
        delete("/v1/spaces/{space}/care-team/members/{member}", Access::HOLDER_SIDE)
            .operation("leave_care_team", TAG, "Remove a professional or a structure from the care team.")
            .params::<SpacePath>()
            .path_param::<String>("member", "an RPPS number of 11 digits or a FINESS number of 9 characters")
            .params::<ChangeHeaders>()
            .answers::<Done>(Success::Done, "removed")
            .handled_by(leave_care_team),
    ]
}

fn doctors() -> Vec<Declaration> {
    vec![
        put("/v1/spaces/{space}/attending-doctor", Access::HOLDER_SIDE)
            .operation("declare_attending_doctor", TAG, "Declare the attending doctor, in place of the one before.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<ProfessionalBody>()
            .answers::<Done>(Success::Done, "declared")
            .handled_by(declare_attending_doctor),
        delete("/v1/spaces/{space}/attending-doctor", Access::HOLDER_SIDE)
            .operation("end_attending_doctor", TAG, "Have no attending doctor any more.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .answers::<Done>(Success::Done, "ended")
            .handled_by(end_attending_doctor),
        post("/v1/spaces/{space}/administrators", Access::HOLDER_SIDE)
            .operation("appoint_administrator", TAG, "Choose a professional as administrator of the record.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<ProfessionalBody>()
            .answers::<Done>(Success::Created, "chosen")
            .handled_by(appoint_administrator),
        delete("/v1/spaces/{space}/administrators/{rpps}", Access::HOLDER_SIDE)
            .operation("dismiss_administrator", TAG, "Let a professional be administrator no longer.")
            .params::<SpacePath>()
            .path_param::<String>("rpps", "the RPPS number")
            .params::<ChangeHeaders>()
            .answers::<Done>(Success::Done, "dismissed")
            .handled_by(dismiss_administrator),
    ]
}

/// What is decided beforehand, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EmergencyBody {
    /// `break_glass`, `dispatch_centre` or `hidden_documents`.
    #[schema(value_type = String, example = "break_glass")]
    access: EmergencyAccess,
    /// `permitted` or `refused`.
    #[schema(value_type = String, example = "refused")]
    choice: Choice,
}

/// Whether professionals see what is deposited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VisibilityBody {
    /// `shown` or `hidden`.
    #[schema(value_type = String, example = "hidden")]
    visibility: Visibility,
}

/// Whether the holder is told of new readers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReaderMessagesBody {
    /// `wanted` or `unwanted`.
    #[schema(value_type = String, example = "wanted")]
    messages: ReaderMessages,
}

/// A member of the care team.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MemberBody {
    /// A professional's RPPS number; else a structure is named.
    #[schema(example = "10003456783")]
    rpps: Option<String>,
    /// A structure's FINESS number; else a professional is named.
    finess: Option<String>,
}

impl MemberBody {
    fn member(&self) -> Result<TeamMember, Problem> {
        let mut fields = FieldChecks::default();
        let professional = fields.parse_optional::<Rpps>("/rpps", self.rpps.as_deref()).map(|rpps| TeamMember::Professional { rpps });
        let structure = fields.parse_optional::<Finess>("/finess", self.finess.as_deref()).map(|finess| TeamMember::Structure { finess });
        match (self.rpps.is_some(), self.finess.is_some()) {
            (true, false) => fields.finish(professional),
            (false, true) => fields.finish(structure),
            (true, true) | (false, false) => Err(Problem::field("/rpps", &"name either a professional (rpps) or a structure (finess)")),
        }
    }
}

/// What the directory says besides the authorisations.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DirectoryBody {
    /// Whether the person consents to the care team.
    care_team_consent: bool,
    /// The RPPS and FINESS numbers of the care team.
    care_team: Vec<String>,
    /// The RPPS number of the attending doctor.
    attending_doctor: Option<String>,
    /// The RPPS numbers of the professionals who are administrators.
    administrators: Vec<String>,
    /// What the holder decided for an emergency.
    emergency: EmergencyChoicesBody,
    /// `shown` or `hidden`: what documents are that are deposited from now on.
    #[schema(value_type = String, example = "shown")]
    default_visibility: Visibility,
    /// `wanted` or `unwanted`: whether the holder is told by e-mail of each new reader.
    #[schema(value_type = String, example = "unwanted")]
    reader_messages: ReaderMessages,
}

/// What the holder decided for an emergency: each `permitted` or `refused`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EmergencyChoicesBody {
    /// A professional who states that the person is in danger.
    #[schema(value_type = String, example = "permitted")]
    break_glass: Choice,
    /// A doctor of the dispatch centre.
    #[schema(value_type = String, example = "permitted")]
    dispatch_centre: Choice,
    /// Hidden documents, in either.
    #[schema(value_type = String, example = "permitted")]
    hidden_documents: Choice,
}

impl DirectoryBody {
    fn of(directory: &Directory, reader_messages: ReaderMessages) -> Self {
        let number = |member| match member {
            TeamMember::Professional { rpps } => rpps.to_string(),
            TeamMember::Structure { finess } => finess.to_string(),
        };
        let choice = |access| directory.emergency().of(access);
        Self {
            care_team_consent: directory.has_care_team_consent(),
            care_team: directory.care_team().map(number).collect(),
            attending_doctor: directory.attending_doctor().map(ToString::to_string),
            administrators: directory.administrators().map(ToString::to_string).collect(),
            emergency: EmergencyChoicesBody {
                break_glass: choice(EmergencyAccess::BreakGlass),
                dispatch_centre: choice(EmergencyAccess::DispatchCentre),
                hidden_documents: choice(EmergencyAccess::HiddenDocuments),
            },
            default_visibility: directory.default_visibility(),
            reader_messages,
        }
    }
}

async fn show_directory(State(app): State<App>, target: SpaceTarget) -> Result<Response, Problem> {
    let loaded = app.store.log().state(target.space).await?.ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    let directory = loaded.space.directory().ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    Ok(Json(DirectoryBody::of(directory, loaded.space.reader_messages())).into_response())
}

async fn choose_for_emergency(State(app): State<App>, request: SpaceChange<EmergencyBody>) -> Result<WriteAnswer, Problem> {
    let EmergencyBody { access, choice } = request.body;
    let outcome = request.execute(&app, ChooseForEmergency { at: app.now(), by: request.party()?, access, choice }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn choose_default_visibility(State(app): State<App>, request: SpaceChange<VisibilityBody>) -> Result<WriteAnswer, Problem> {
    let visibility = request.body.visibility;
    let outcome = request.execute(&app, ChooseDefaultVisibility { at: app.now(), by: request.party()?, visibility }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn choose_reader_messages(State(app): State<App>, request: SpaceChange<ReaderMessagesBody>) -> Result<WriteAnswer, Problem> {
    let messages = request.body.messages;
    let outcome = request.execute(&app, ChooseReaderMessages { at: app.now(), by: request.party()?, messages }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn consent_to_care_team(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let outcome = request.execute(&app, ConsentToCareTeam { at: app.now(), by: request.party()? }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn withdraw_care_team_consent(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let outcome = request.execute(&app, WithdrawCareTeamConsent { at: app.now(), by: request.party()? }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn join_care_team(State(app): State<App>, request: SpaceChange<MemberBody>) -> Result<WriteAnswer, Problem> {
    let member = request.body.member()?;
    let outcome = request.execute(&app, JoinCareTeam { at: app.now(), by: request.party()?, member }).await?;
    Ok(WriteAnswer::created(request.space(), &outcome, |_| None))
}

async fn leave_care_team(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let number: String = request.target.param("member")?;
    let member = match number.len() {
        11 => TeamMember::Professional { rpps: request.target.param("member")? },
        _ => TeamMember::Structure { finess: request.target.param("member")? },
    };
    let outcome = request.execute(&app, LeaveCareTeam { at: app.now(), by: request.party()?, member }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn declare_attending_doctor(State(app): State<App>, request: SpaceChange<ProfessionalBody>) -> Result<WriteAnswer, Problem> {
    let doctor = request.body.professional()?;
    let outcome = request.execute(&app, DeclareAttendingDoctor { at: app.now(), by: request.party()?, doctor }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn end_attending_doctor(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let outcome = request.execute(&app, EndAttendingDoctor { at: app.now(), by: request.party()? }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn appoint_administrator(State(app): State<App>, request: SpaceChange<ProfessionalBody>) -> Result<WriteAnswer, Problem> {
    let professional = request.body.professional()?;
    let outcome = request.execute(&app, AppointAdministrator { at: app.now(), by: request.party()?, professional }).await?;
    Ok(WriteAnswer::created(request.space(), &outcome, |_| None))
}

async fn dismiss_administrator(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let professional: Rpps = request.target.param("rpps")?;
    let outcome = request.execute(&app, DismissAdministrator { at: app.now(), by: request.party()?, professional }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

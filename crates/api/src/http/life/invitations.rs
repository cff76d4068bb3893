//! The second parent of a minor: invited by a representative, and accepted by the invited person with the token of their own space.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use ens_domain::calendar::paris;
use ens_domain::ids::{InvitationId, InviteeId, SpaceId};
use ens_domain::personal::Personal;
use ens_domain::space::commands::{AcceptInvitation, InviteSecondParent, WithdrawInvitation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::gate::{Access, Actor, Caller, Declaration, delete, get, post};
use crate::http::wire::{
    BodyRequest, ChangeHeaders, CreationHeaders, Done, EmptyBody, SpaceChange, SpacePath, SpaceTarget, WriteAnswer, execute,
};
use crate::problem::{Problem, ProblemType, Success};

use super::named_person::NamedPerson;

const TAG: &str = "representation";

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        get("/v1/spaces/{space}/invitations", Access::REPRESENTATIVES)
            .operation("list_invitations", TAG, "The invitations that may still be accepted.")
            .params::<SpacePath>()
            .answers::<InvitationsBody>(Success::Done, "none or one")
            .handled_by(list_invitations),
        post("/v1/spaces/{space}/invitations", Access::REPRESENTATIVES)
            .operation(
                "invite_second_parent",
                TAG,
                "Invite the second parent of a minor, who represents them once the invitation is accepted.",
            )
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<InvitationBody>()
            .answers::<Done>(Success::Created, "invited; `invitation` names the invitation, and `last_day` is its last day")
            .handled_by(invite_second_parent),
        delete("/v1/spaces/{space}/invitations/{invitation}", Access::REPRESENTATIVES)
            .operation("withdraw_invitation", TAG, "Take an invitation back.")
            .params::<SpacePath>()
            .params::<InvitationPath>()
            .params::<ChangeHeaders>()
            .answers::<Done>(Success::Done, "taken back")
            .handled_by(withdraw_invitation),
        post("/v1/accepted-invitations", Access::HOLDERS)
            .operation("accept_invitation", TAG, "Accept an invitation to represent a minor, as the person who was invited.")
            .params::<CreationHeaders>()
            .body::<AcceptanceBody>()
            .answers::<Done>(Success::Created, "accepted; `representation` names the representation")
            .handled_by(accept_invitation),
    ]
}

/// Which invitation.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; the handler reads the path itself")]
pub(super) struct InvitationPath {
    /// the invitation
    invitation: Uuid,
}

/// Who is invited.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InvitationBody {
    /// The id of the invited person's own space, which they tell.
    invitee: Uuid,
    /// Who they are.
    person: NamedPerson,
}

/// Which invitation is accepted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AcceptanceBody {
    /// The minor's space.
    space: Uuid,
    /// The invitation.
    invitation: Uuid,
}

/// One invitation.
#[derive(Serialize, ToSchema)]
pub(super) struct SentInvitationBody {
    /// The invitation.
    invitation: Uuid,
    /// The id of the invited person's own space.
    invitee: Uuid,
    /// What they are called.
    #[schema(example = "Camille ESSAI")]
    name: Option<String>,
    /// The last day on which it may be accepted.
    until: NaiveDate,
}

/// The invitations of a minor's space.
#[derive(Serialize, ToSchema)]
pub(super) struct InvitationsBody {
    /// None or one.
    invitations: Vec<SentInvitationBody>,
}

async fn list_invitations(State(app): State<App>, target: SpaceTarget) -> Result<Response, Problem> {
    let space = target.space;
    let loaded = app.store.log().state(space).await?.ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    let keys = app.store.log().key_ring(&[space]).await?;
    let mut invitations = Vec::new();
    for (invitation, sent) in loaded.space.invitations_on(paris::day_of(app.now())) {
        let name = keys.open_unless_destroyed(space, &sent.person)?.map(|person| person.called());
        let (invitation, invitee) = (invitation.uuid(), sent.invitee.uuid());
        invitations.push(SentInvitationBody { invitation, invitee, name, until: sent.until });
    }
    Ok(Json(InvitationsBody { invitations }).into_response())
}

async fn invite_second_parent(State(app): State<App>, request: SpaceChange<InvitationBody>) -> Result<WriteAnswer, Problem> {
    let person = Personal::new(request.body.person.identity("/person", app.past())?);
    let invitee = InviteeId::from(request.body.invitee);
    let command = InviteSecondParent { at: app.now(), by: request.party()?, invitation: app.new_id()?, invitee, person };
    let outcome = request.execute(&app, command).await?;
    let space = request.space();
    Ok(WriteAnswer::created(space, &outcome, |done| done.invitation.map(|id| format!("/v1/spaces/{space}/invitations/{id}"))))
}

async fn withdraw_invitation(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let invitation: InvitationId = request.target.param("invitation")?;
    let outcome = request.execute(&app, WithdrawInvitation { at: app.now(), by: request.party()?, invitation }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn accept_invitation(State(app): State<App>, caller: Caller, request: BodyRequest<AcceptanceBody>) -> Result<WriteAnswer, Problem> {
    let space = SpaceId::from(request.body.space);
    let command = AcceptInvitation {
        at: app.now(),
        invitee: invitee(&caller)?,
        invitation: InvitationId::from(request.body.invitation),
        representation: app.new_id()?,
    };
    let outcome = execute(&app, request.envelope_for(space, command, caller.role().name())).await?;
    Ok(WriteAnswer::created(space, &outcome, |_| None))
}

/// The caller, by their own space.
fn invitee(caller: &Caller) -> Result<InviteeId, Problem> {
    match caller.actor() {
        Actor::Holder { space } => Ok(InviteeId::from(space.uuid())),
        Actor::Representative { .. }
        | Actor::Caregiver { .. }
        | Actor::Cnam
        | Actor::Insurer { .. }
        | Actor::Support { .. }
        | Actor::Professional(_)
        | Actor::Service { .. }
        | Actor::Auditor
        | Actor::Admin => Err(Problem::new(ProblemType::FORBIDDEN)),
    }
}

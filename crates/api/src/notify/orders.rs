//! The orders that send a message to a person: each carries its draft, so that the event and the message stand or fall together.
//!
//! The code leaves in the draft, to be sealed by the store; the order's command holds its digest only.
//! - two orders never share a message or a code

use ens_domain::calendar::{self, paris};
use ens_domain::code::ProvisionalCode;
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::space::HealthSpace;
use ens_domain::space::commands::{ReissueCode, ReportTechnicalBlock, SendNotice, Suspend};
use ens_domain::space::terms::{Channel, MessageKind, SuspensionGround};
use ens_store::{CommandEnvelope, Draft, StoreError};

use super::enclosed::Enclosed;
use crate::app::App;

/// The notice that a space owes by this channel.
///
/// # Errors
/// No randomness, or the space was never created.
pub fn notice(app: &App, space: &HealthSpace, channel: Channel) -> Result<CommandEnvelope, StoreError> {
    let (at, id, message, code) = (app.now(), id(space)?, new_message(app)?, new_code(app)?);
    let digest = code.digest(app.store.code_key(), id);
    let draft =
        Draft { message, kind: MessageKind::Notice, channel, content: content(&Enclosed::Code { code: Personal::new(code) })?, due_at: at };
    Ok(CommandEnvelope::new(id, SendNotice { at, message, digest }).sending(draft))
}

/// A new code, because the person asked for one. Where the space has no contact to send it to, the domain says so.
///
/// # Errors
/// No randomness, or the space was never created.
pub fn reissue(app: &App, space: &HealthSpace, by: Party) -> Result<CommandEnvelope, StoreError> {
    let (at, id, message, code) = (app.now(), id(space)?, new_message(app)?, new_code(app)?);
    let digest = code.digest(app.store.code_key(), id);
    let order = CommandEnvelope::new(id, ReissueCode { at, by, message, digest });
    let Some(channel) = space.code_channel() else { return Ok(order) };
    let content = content(&Enclosed::Code { code: Personal::new(code) })?;
    Ok(order.sending(Draft { message, kind: MessageKind::Code, channel, content, due_at: at }))
}

/// The opening is blocked for a technical reason, and the person is told without delay (article R. 1111-28).
///
/// # Errors
/// No randomness, or the space was never created.
pub fn technical_block(app: &App, space: &HealthSpace) -> Result<CommandEnvelope, StoreError> {
    let order = CommandEnvelope::new(id(space)?, ReportTechnicalBlock { at: app.now() });
    with_news(app, space, order, (MessageKind::TechnicalBlock, &Enclosed::Nothing {}))
}

/// The space is suspended, and the person is told until when the closing may be opposed (article R. 1111-36).
///
/// # Errors
/// No randomness, or the space was never created.
pub fn suspension(app: &App, space: &HealthSpace, ground: SuspensionGround) -> Result<CommandEnvelope, StoreError> {
    let at = app.now();
    let last_day = calendar::last_day(paris::day_of(at), app.policy.suspension_days);
    let order = CommandEnvelope::new(id(space)?, Suspend { at, ground });
    with_news(app, space, order, (MessageKind::Suspension, &Enclosed::Suspension { ground, last_day }))
}

/// Adds the message to whoever can be reached; nobody is told where no contact is declared.
fn with_news(
    app: &App,
    space: &HealthSpace,
    order: CommandEnvelope,
    (kind, enclosed): (MessageKind, &Enclosed),
) -> Result<CommandEnvelope, StoreError> {
    let Some(channel) = space.code_channel() else { return Ok(order) };
    Ok(order.sending(Draft { message: new_message(app)?, kind, channel, content: content(enclosed)?, due_at: app.now() }))
}

fn id(space: &HealthSpace) -> Result<SpaceId, StoreError> {
    space.id().ok_or(StoreError::Malformed("a space that was never created"))
}

fn new_message(app: &App) -> Result<MessageId, StoreError> {
    Ok(MessageId::at(app.now(), app.store.entropy().bytes()?))
}

fn new_code(app: &App) -> Result<ProvisionalCode, StoreError> {
    Ok(ProvisionalCode::generate(app.store.entropy().bytes()?))
}

fn content(enclosed: &Enclosed) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(enclosed).map_err(|_| StoreError::Unstorable("the content of a message is not JSON"))
}

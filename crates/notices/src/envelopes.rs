//! Commands that send a message to a person. The message is stored with the command's events, in one transaction: both or neither.
//!
//! The code is in the message only, which the store seals; the command and its event hold its digest.
//! - two commands never share a message or a code

use ens_domain::calendar::{self, paris};
use ens_domain::code::ProvisionalCode;
use ens_domain::ids::SpaceId;
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::space::HealthSpace;
use ens_domain::space::commands::{ReissueCode, ReportTechnicalBlock, SendNotice, Suspend};
use ens_domain::space::terms::{Channel, MessageKind, SuspensionGround};
use ens_store::{CommandContext, CommandEnvelope, Draft, StoreError};

use crate::content::MessageContent;

/// The prior notice that is owed, by this channel.
///
/// # Errors
/// No randomness, or the space was never created.
pub fn notice(context: &CommandContext, space: &HealthSpace, channel: Channel) -> Result<CommandEnvelope, StoreError> {
    let (at, id, message, code) = (context.now(), id(space)?, context.new_id()?, new_code(context)?);
    let digest = code.digest(context.store.code_key(), id);
    let draft = Draft {
        message,
        kind: MessageKind::Notice,
        channel,
        content: content(&MessageContent::Code { code: Personal::new(code) })?,
        due_at: at,
    };
    Ok(CommandEnvelope::new(id, SendNotice { at, message, digest }).sending(draft))
}

/// A new code, because the person asked for one. Where the space has no contact to send it to, the domain says so.
///
/// # Errors
/// No randomness, or the space was never created.
pub fn reissue(context: &CommandContext, space: &HealthSpace, by: Party) -> Result<CommandEnvelope, StoreError> {
    let (at, id, message, code) = (context.now(), id(space)?, context.new_id()?, new_code(context)?);
    let digest = code.digest(context.store.code_key(), id);
    let envelope = CommandEnvelope::new(id, ReissueCode { at, by, message, digest });
    let Some(channel) = space.code_channel() else { return Ok(envelope) };
    let content = content(&MessageContent::Code { code: Personal::new(code) })?;
    Ok(envelope.sending(Draft { message, kind: MessageKind::Code, channel, content, due_at: at }))
}

/// The opening is blocked for a technical reason, and the person is told without delay (article R. 1111-28).
///
/// # Errors
/// No randomness, or the space was never created.
pub fn technical_block(context: &CommandContext, space: &HealthSpace) -> Result<CommandEnvelope, StoreError> {
    let envelope = CommandEnvelope::new(id(space)?, ReportTechnicalBlock { at: context.now() });
    with_message(context, space, envelope, (MessageKind::TechnicalBlock, &MessageContent::Nothing {}))
}

/// The space is suspended, and the person is told until when the closing may be opposed (article R. 1111-36).
///
/// # Errors
/// No randomness, or the space was never created.
pub fn suspension(context: &CommandContext, space: &HealthSpace, ground: SuspensionGround) -> Result<CommandEnvelope, StoreError> {
    let at = context.now();
    let last_day = calendar::last_day(paris::day_of(at), context.policy.suspension_days);
    let envelope = CommandEnvelope::new(id(space)?, Suspend { at, ground });
    with_message(context, space, envelope, (MessageKind::Suspension, &MessageContent::Suspension { ground, last_day }))
}

/// Adds the message where the person can be reached; without a contact, nobody is written to.
fn with_message(
    context: &CommandContext,
    space: &HealthSpace,
    envelope: CommandEnvelope,
    (kind, message): (MessageKind, &MessageContent),
) -> Result<CommandEnvelope, StoreError> {
    let Some(channel) = space.code_channel() else { return Ok(envelope) };
    Ok(envelope.sending(Draft { message: context.new_id()?, kind, channel, content: content(message)?, due_at: context.now() }))
}

fn id(space: &HealthSpace) -> Result<SpaceId, StoreError> {
    space.id().ok_or(StoreError::Malformed("a space that was never created"))
}

fn new_code(context: &CommandContext) -> Result<ProvisionalCode, StoreError> {
    Ok(ProvisionalCode::generate(context.store.entropy().bytes()?))
}

fn content(message: &MessageContent) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(message).map_err(|_| StoreError::Unstorable("the content of a message is not JSON"))
}

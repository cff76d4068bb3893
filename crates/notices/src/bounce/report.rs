//! Reading a delivery status notification (RFC 3464): whose message, and what became of it.

use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::error::Unreadable;
use crate::reference::MessageRef;
use crate::settings::MailSettings;

/// What a bounce says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// The message that it is about.
    pub reference: MessageRef,
    /// The worst that became of it.
    pub action: Action,
}

/// What a mail server did with a message (RFC 3464, section 2.3.3), from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Delivered.
    Delivered,
    /// Handed to a server that will not report.
    Relayed,
    /// Handed to a list.
    Expanded,
    /// Not yet delivered; it is still tried.
    Delayed,
    /// Given up.
    Failed,
}

impl Report {
    /// Reads a raw message.
    ///
    /// # Errors
    /// An [`Unreadable`] that says what is missing.
    pub fn read(raw: &[u8], settings: &MailSettings) -> Result<Self, Unreadable> {
        let message = MessageParser::default().parse(raw).ok_or(Unreadable::NotAMessage)?;
        let status = message.parts.iter().find_map(delivery_status).ok_or(Unreadable::NotAReport)?;
        let mut groups = groups(&status).into_iter();
        let about_message = groups.next().unwrap_or_default();
        let actions: Vec<Action> = groups.map(|recipient| action(&recipient)).collect::<Result<_, _>>()?;
        let action = actions.into_iter().max().ok_or(Unreadable::NoAction)?;
        let reference = only(references(&message, &about_message, settings))?;
        Ok(Self { reference, action })
    }
}

/// The text of a delivery status part, whatever the parser takes it for.
fn delivery_status(part: &MessagePart<'_>) -> Option<String> {
    let kind = part.content_type()?;
    let subtype = kind.subtype()?.to_ascii_lowercase();
    if !kind.ctype().eq_ignore_ascii_case("message") || !matches!(subtype.as_str(), "delivery-status" | "global-delivery-status") {
        return None;
    }
    match &part.body {
        PartType::Text(text) | PartType::Html(text) => Some(text.to_string()),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        PartType::Message(inner) => Some(String::from_utf8_lossy(inner.raw_message()).into_owned()),
        PartType::Multipart(_) => None,
    }
}

/// A group of fields: names in lower case, values unfolded.
type Fields = Vec<(String, String)>;

/// The groups between blank lines: the first is about the message, each other about a recipient.
fn groups(text: &str) -> Vec<Fields> {
    let mut groups: Vec<Fields> = vec![Fields::new()];
    for line in text.trim_start().lines() {
        if line.trim().is_empty() {
            if groups.last().is_some_and(|fields| !fields.is_empty()) {
                groups.push(Fields::new());
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = groups.last_mut().and_then(|fields| fields.last_mut()) {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let (Some((name, value)), Some(fields)) = (line.split_once(':'), groups.last_mut()) {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    groups.retain(|fields| !fields.is_empty());
    groups
}

fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// What became of one recipient. A server that gave up after delays says `failed` with a status of class 4: that is a failure too.
fn action(recipient: &Fields) -> Result<Action, Unreadable> {
    let said = field(recipient, "action").ok_or(Unreadable::NoAction)?;
    let word = said.split([' ', '(', ';']).next().unwrap_or_default().to_ascii_lowercase();
    let class = field(recipient, "status").and_then(|status| status.chars().next());
    match (word.as_str(), class) {
        ("failed", Some('2')) | ("delivered" | "relayed" | "expanded", Some('4' | '5')) => Err(Unreadable::Contradiction),
        ("failed", _) => Ok(Action::Failed),
        ("delayed", _) => Ok(Action::Delayed),
        ("delivered", _) => Ok(Action::Delivered),
        ("relayed", _) => Ok(Action::Relayed),
        ("expanded", _) => Ok(Action::Expanded),
        (_, _) => Err(Unreadable::NoAction),
    }
}

/// Every reference of ours: in the envelope id, in the return path it came to, in the Message-ID of what came back.
fn references(message: &Message<'_>, about_message: &Fields, settings: &MailSettings) -> Vec<MessageRef> {
    let Some((bounces, domain)) = settings.bounces.rsplit_once('@') else { return Vec::new() };
    // What is no reference of ours is somebody else's id.
    let envelope = field(about_message, "original-envelope-id").and_then(|id| id.parse().ok());
    let path = message.to().into_iter().flat_map(addresses).filter_map(|to| {
        let (local, at) = to.rsplit_once('@')?;
        let (name, reference) = local.rsplit_once('+')?;
        // What is no reference of ours is somebody else's address.
        (at.eq_ignore_ascii_case(domain) && name.eq_ignore_ascii_case(bounces)).then(|| reference.parse().ok()).flatten()
    });
    let returned = message.parts.iter().filter_map(returned_id).filter_map(|id| {
        let (local, at) = id.rsplit_once('@')?;
        // What is no reference of ours is somebody else's id.
        at.eq_ignore_ascii_case(domain).then(|| local.parse().ok()).flatten()
    });
    envelope.into_iter().chain(path).chain(returned).collect()
}

fn addresses<'a>(to: &'a Address<'a>) -> impl Iterator<Item = &'a str> {
    to.iter().filter_map(|address| address.address())
}

/// The Message-ID of a returned message, or of its returned headers.
fn returned_id(part: &MessagePart<'_>) -> Option<String> {
    match &part.body {
        PartType::Message(inner) => inner.message_id().map(str::to_owned),
        PartType::Text(headers) if is_headers(part) => id_in(headers.as_bytes()),
        PartType::Binary(headers) | PartType::InlineBinary(headers) if is_headers(part) => id_in(headers),
        PartType::Text(_) | PartType::Html(_) | PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Multipart(_) => None,
    }
}

fn is_headers(part: &MessagePart<'_>) -> bool {
    part.content_type().and_then(|kind| kind.subtype()).is_some_and(|subtype| {
        ["rfc822-headers", "global-headers", "rfc822", "global"].iter().any(|known| subtype.eq_ignore_ascii_case(known))
    })
}

fn id_in(headers: &[u8]) -> Option<String> {
    MessageParser::default().parse_headers(headers)?.message_id().map(str::to_owned)
}

/// The one message that a bounce is about.
fn only(mut references: Vec<MessageRef>) -> Result<MessageRef, Unreadable> {
    references.sort_unstable();
    references.dedup();
    match references.as_slice() {
        [] => Err(Unreadable::NoReference),
        [reference] => Ok(*reference),
        [_, _, ..] => Err(Unreadable::SeveralReferences),
    }
}

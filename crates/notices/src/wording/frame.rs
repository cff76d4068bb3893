//! A composed message as plain text or HTML for an e-mail, or as a page to print for a letter.

use askama::Template;

use super::blocks::Block;
use super::message::{Composed, WordingError};

#[derive(Template)]
#[template(path = "mail.html")]
struct HtmlMail<'a> {
    subject: &'a str,
    blocks: &'a [Block],
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Letter<'a> {
    subject: &'a str,
    blocks: &'a [Block],
    sender: &'a str,
    address: String,
    written_on: &'a str,
    reference: &'a str,
}

/// What stands on a letter besides its text.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Who sends it.
    pub sender: String,
    /// The lines of the address block.
    pub address: Vec<String>,
    /// The day on which it was written, in words.
    pub written_on: String,
    /// The message's reference.
    pub reference: String,
}

/// The e-mail for those who read plain text.
pub fn plain_text(message: &Composed) -> String {
    let mut text = String::new();
    for block in &message.blocks {
        match block {
            Block::Heading(heading) => {
                text.push('\n');
                text.push_str(&heading.to_uppercase());
            }
            Block::Paragraph(paragraph) => text.push_str(paragraph),
            Block::List(items) => text.push_str(&items.iter().map(|item| format!("- {item}")).collect::<Vec<_>>().join("\n")),
            Block::Code(code) => text.push_str(&format!("    {code}")),
        }
        text.push_str("\n\n");
    }
    text.trim_end().to_owned() + "\n"
}

/// The e-mail for those who read HTML: nothing is loaded from elsewhere, nothing is followed.
pub fn html_mail(message: &Composed) -> Result<String, WordingError> {
    Ok(HtmlMail { subject: &message.subject, blocks: &message.blocks }.render()?)
}

/// The letter, complete, as a page to print.
pub fn letter(message: &Composed, envelope: &Envelope) -> Result<String, WordingError> {
    let page = Letter {
        subject: &message.subject,
        blocks: &message.blocks,
        sender: &envelope.sender,
        address: envelope.address.join("\n"),
        written_on: &envelope.written_on,
        reference: &envelope.reference,
    };
    Ok(page.render()?)
}

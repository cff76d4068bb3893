//! The four shapes of which every message is made, and the plain notation in which the body templates are written.
//!
//! `# ` a heading · `- ` an item of a list · `= ` the code · anything else a paragraph; a blank line between them.

/// One part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading.
    Heading(String),
    /// A paragraph.
    Paragraph(String),
    /// A list, item by item.
    List(Vec<String>),
    /// The provisional code, in groups of four.
    Code(String),
}

/// Reads the notation; one line is one paragraph.
pub(super) fn parse(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(heading) = line.strip_prefix("# ") {
            blocks.push(Block::Heading(heading.to_owned()));
        } else if let Some(code) = line.strip_prefix("= ") {
            blocks.push(Block::Code(code.to_owned()));
        } else if let Some(item) = line.strip_prefix("- ") {
            match blocks.last_mut() {
                Some(Block::List(items)) => items.push(item.to_owned()),
                Some(Block::Heading(_) | Block::Paragraph(_) | Block::Code(_)) | None => blocks.push(Block::List(vec![item.to_owned()])),
            }
        } else {
            blocks.push(Block::Paragraph(line.to_owned()));
        }
    }
    blocks
}

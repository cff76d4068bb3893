//! The wording of messages, in plain French: composed for a recipient, then put into plain text, HTML or a letter.

pub use address_block::address_block;
pub use after_the_fact::INFORMATION_WORDING;
pub use blocks::Block;
pub use compose::compose;
pub use frame::{Envelope, html_mail, letter, plain_text};
pub use message::{Composed, Occasion, ReceivedOn, WordingContext, WordingError};

mod address_block;
mod after_the_fact;
mod blocks;
mod body;
mod compose;
mod frame;
mod message;
mod words;

//! The world outside: mailboxes and letter boxes that take, refuse and send back what the service sends, each as its person's fate has it.
//!
//! e-mail --takes--> read (the code in it is kept for whoever will use it)     --bounces--> a delivery status notification, days later
//! letter --handed over--> posted the day after --> recorded, returned, or neither

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ens_domain::code::ProvisionalCode;
use ens_domain::ids::{MessageId, SpaceId};

use super::fate::{Fates, Mailbox};
use crate::notify::{CarrierError, HandedOver, MailTransport, MessageRef, OutgoingLetter, OutgoingMail, PostalCarrier, SendOutcome};

/// Which person a space belongs to.
pub(super) type Numbers = Arc<HashMap<SpaceId, u32>>;

/// Everybody's mailbox and letter box.
#[derive(Clone)]
pub(super) struct Outside {
    fates: Fates,
    numbers: Numbers,
    post: Arc<Mutex<Post>>,
}

/// A message that reached its person, or the carrier.
#[derive(Debug, Clone)]
pub(super) struct Arrived {
    /// Whose.
    pub person: u64,
    /// Which message.
    pub reference: MessageRef,
    /// The code that was read in it.
    pub code: Option<ProvisionalCode>,
}

#[derive(Default)]
struct Post {
    mails: Vec<Arrived>,
    letters: Vec<Arrived>,
    came_too_early: HashSet<MessageId>,
    broken: u64,
}

impl Outside {
    /// Boxes for these persons.
    pub(super) fn new(fates: Fates, numbers: Numbers) -> Self {
        Self { fates, numbers, post: Arc::default() }
    }

    /// The e-mails that were taken since the last time.
    pub(super) fn take_mails(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.post().mails)
    }

    /// The letters that were handed to the carrier since the last time.
    pub(super) fn take_letters(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.post().letters)
    }

    /// Messages to nobody that was invented here: there must be none.
    pub(super) fn strays(&self) -> u64 {
        self.post().broken
    }

    fn post(&self) -> MutexGuard<'_, Post> {
        // Whoever panicked while holding it left whole messages behind: they are pushed one by one.
        self.post.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arrived(&self, reference: MessageRef, text: &str) -> Option<Arrived> {
        let person = self.numbers.get(&reference.space).copied().map(u64::from);
        if person.is_none() {
            self.post().broken += 1;
        }
        Some(Arrived { person: person?, reference, code: code_in(text) })
    }
}

#[async_trait]
impl MailTransport for Outside {
    async fn send(&self, mail: &OutgoingMail) -> SendOutcome {
        let Some(arrived) = self.arrived(mail.reference, &mail.text) else {
            return SendOutcome::Refused { code: "5.1.1".to_owned() };
        };
        // A mailbox that refuses or bounces does so to the notice; news without a code are for those who were reached before.
        let fate = if arrived.code.is_some() { self.fates.mailbox(arrived.person) } else { Mailbox::Takes };
        let mut post = self.post();
        match fate {
            Mailbox::Refuses => return SendOutcome::Refused { code: "5.1.1".to_owned() },
            Mailbox::TakesLater if post.came_too_early.insert(mail.reference.message) => return SendOutcome::Deferred,
            Mailbox::Takes | Mailbox::TakesLater | Mailbox::Bounces(_) => post.mails.push(arrived),
        }
        SendOutcome::Accepted
    }
}

#[async_trait]
impl PostalCarrier for Outside {
    async fn hand_over(&self, letters: &[OutgoingLetter]) -> Result<HandedOver, CarrierError> {
        let arrived: Vec<Arrived> = letters.iter().filter_map(|letter| self.arrived(letter.reference, &letter.page)).collect();
        let taken = arrived.len() as u64;
        self.post().letters.extend(arrived);
        Ok(HandedOver { taken, repeated: 0 })
    }
}

/// The code that a message shows, in groups of four.
fn code_in(text: &str) -> Option<ProvisionalCode> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    // Most words are no code.
    words.filter(|word| is_grouped(word)).find_map(|word| ProvisionalCode::parse(word).ok())
}

fn is_grouped(word: &str) -> bool {
    word.len() == 14 && word.bytes().enumerate().all(|(place, byte)| (byte == b'-') == matches!(place, 4 | 9))
}

/// What a mail server sends back days after it took a message (RFC 3464).
pub(super) fn bounce_of(reference: MessageRef, bounces: &str) -> Vec<u8> {
    let (name, domain) = bounces.rsplit_once('@').unwrap_or((bounces, "ens.invalid"));
    format!(
        "From: MAILER-DAEMON@courriel.example\r\n\
         To: {name}+{reference}@{domain}\r\n\
         Subject: Undelivered Mail Returned to Sender\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"parts\"\r\n\
         \r\n\
         --parts\r\n\
         Content-Type: text/plain\r\n\
         \r\n\
         Votre message n'a pas pu etre remis.\r\n\
         --parts\r\n\
         Content-Type: message/delivery-status\r\n\
         \r\n\
         Reporting-MTA: dns; mx.courriel.example\r\n\
         \r\n\
         Final-Recipient: rfc822; inconnu@courriel.example\r\n\
         Action: failed\r\n\
         Status: 5.2.1\r\n\
         \r\n\
         --parts\r\n\
         Content-Type: text/rfc822-headers\r\n\
         \r\n\
         Message-ID: <{reference}@{domain}>\r\n\
         \r\n\
         --parts--\r\n"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::code_in;

    #[test]
    fn the_code_is_found_in_text_and_in_html() {
        let code = ens_domain::code::ProvisionalCode::generate([7; 16]);
        let shown = code.display();
        assert_eq!(code_in(&format!("Votre code :\n\n    {shown}\n\nOpposez-vous.")), Some(code.clone()));
        assert_eq!(code_in(&format!("<p class=\"code-bloc\">{shown}</p>")), Some(code));
        assert_eq!(code_in("aucun code ici, peut-être demain"), None);
    }
}

//! Simulated mailboxes and letter boxes: they accept, refuse or send back what the service sends, as the behaviour of each person says.
//!
//! e-mail --accepted--> read, and its code kept for the action that uses it     --bounces--> a delivery status notification, days later
//! letter --handed over--> posted the day after --> recorded, returned, or neither

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use ens_domain::code::ProvisionalCode;
use ens_domain::ids::{MessageId, SpaceId};
use ens_notices::{CarrierError, HandedOver, MailTransport, MessageRef, OutgoingLetter, OutgoingMail, PostalCarrier, SendOutcome};

use crate::behaviour::{Behaviour, Mailbox};

/// Which person a space belongs to.
pub(crate) type Numbers = Arc<HashMap<SpaceId, u32>>;

/// Everybody's mailbox and letter box.
#[derive(Clone)]
pub(crate) struct Mailboxes {
    behaviour: Behaviour,
    numbers: Numbers,
    received: Arc<Mutex<Received>>,
}

/// A message that arrived in a mailbox, or at the carrier.
#[derive(Debug, Clone)]
pub(crate) struct ReceivedMessage {
    /// The number of its person.
    pub person: u64,
    /// Which message.
    pub reference: MessageRef,
    /// The code that was read in it.
    pub code: Option<ProvisionalCode>,
}

#[derive(Default)]
struct Received {
    mails: Vec<ReceivedMessage>,
    letters: Vec<ReceivedMessage>,
    asked_to_retry: HashSet<MessageId>,
    unknown_recipients: u64,
}

impl Mailboxes {
    /// The boxes of these persons.
    pub(crate) fn new(behaviour: Behaviour, numbers: Numbers) -> Self {
        Self { behaviour, numbers, received: Arc::default() }
    }

    /// The e-mails that were taken since the last time.
    pub(crate) fn take_mails(&self) -> Vec<ReceivedMessage> {
        std::mem::take(&mut self.received().mails)
    }

    /// The letters that were handed to the carrier since the last time.
    pub(crate) fn take_letters(&self) -> Vec<ReceivedMessage> {
        std::mem::take(&mut self.received().letters)
    }

    /// Messages to persons who were not invented here: there must be none.
    pub(crate) fn unknown_recipients(&self) -> u64 {
        self.received().unknown_recipients
    }

    fn received(&self) -> MutexGuard<'_, Received> {
        // A panic while it was held leaves whole messages behind, since they are pushed one by one.
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn message(&self, reference: MessageRef, text: &str) -> Option<ReceivedMessage> {
        let person = self.numbers.get(&reference.space).copied().map(u64::from);
        if person.is_none() {
            self.received().unknown_recipients += 1;
        }
        Some(ReceivedMessage { person: person?, reference, code: code_in(text) })
    }
}

#[async_trait]
impl MailTransport for Mailboxes {
    async fn send(&self, mail: &OutgoingMail) -> SendOutcome {
        let Some(message) = self.message(mail.reference, &mail.text) else {
            return SendOutcome::Refused { code: "5.1.1".to_owned() };
        };
        // A mailbox refuses or bounces messages with a code. A message without one goes to somebody who was reached before.
        let mailbox = if message.code.is_some() { self.behaviour.mailbox(message.person) } else { Mailbox::Accepts };
        let mut received = self.received();
        match mailbox {
            Mailbox::Refuses => return SendOutcome::Refused { code: "5.1.1".to_owned() },
            Mailbox::AcceptsLater if received.asked_to_retry.insert(mail.reference.message) => return SendOutcome::Deferred,
            Mailbox::Accepts | Mailbox::AcceptsLater | Mailbox::Bounces(_) => received.mails.push(message),
        }
        SendOutcome::Accepted
    }
}

#[async_trait]
impl PostalCarrier for Mailboxes {
    async fn hand_over(&self, letters: &[OutgoingLetter]) -> Result<HandedOver, CarrierError> {
        let messages: Vec<ReceivedMessage> = letters.iter().filter_map(|letter| self.message(letter.reference, &letter.page)).collect();
        let taken = messages.len() as u64;
        self.received().letters.extend(messages);
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
pub(crate) fn bounce_of(reference: MessageRef, bounces: &str) -> Vec<u8> {
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

//! What is written to a person: four messages, in plain French, the same words by e-mail and by post.
//!
//! occasion + recipient --body template--> blocks --frame template--> plain text, HTML e-mail or letter
//! - the dates written are those that the domain computes for the day of receipt
//! - a letter names its dates under the condition of the day on which it is received
//! - no subject and no link carries a code

use askama::Template;
use chrono::NaiveDate;
use ens_domain::calendar;
use ens_domain::code::ProvisionalCode;
use ens_domain::policy::Policy;
use ens_domain::space::terms::SuspensionGround;

use super::french;
use super::recipient::{Audience, Recipient};

pub use address_block::address_block;
pub use blocks::Block;
pub use frame::{Envelope, html_mail, letter, plain_text};

mod address_block;
mod blocks;
mod frame;

/// A message that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the template of the message does not render")]
pub struct WordingError(#[from] askama::Error);

/// Why the person is written to.
#[derive(Debug, Clone)]
pub enum Occasion {
    /// The prior notice (article R. 1111-28).
    Notice {
        /// The code that rides on it.
        code: ProvisionalCode,
        /// When it is received.
        receipt: Receipt,
    },
    /// A code that the person asked for; it does not move the window.
    Code {
        /// The new code.
        code: ProvisionalCode,
        /// When it is received.
        receipt: Receipt,
        /// The window's last day, while it runs.
        last_day: Option<NaiveDate>,
    },
    /// The opening waits for a technical reason (article R. 1111-28).
    TechnicalBlock,
    /// The space is suspended, and closes unless opposed (article R. 1111-36).
    Suspension {
        /// Why.
        ground: SuspensionGround,
        /// The last day on which the closing may be opposed.
        last_day: NaiveDate,
    },
}

/// The day on which a message is received, as far as it is known when it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// An e-mail: the day of its sending.
    On(NaiveDate),
    /// A letter: nobody knows, so this likely day is an example.
    Perhaps(NaiveDate),
}

/// What every message says of the house that sends it.
#[derive(Debug, Clone, Copy)]
pub struct House<'a> {
    /// The public address of the site.
    pub site: &'a str,
    /// How long windows and codes last.
    pub policy: &'a Policy,
}

/// A message in words, not yet in a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// What it is about, without a word on the person.
    pub subject: String,
    /// Its text.
    pub blocks: Vec<Block>,
}

/// Writes a message.
pub fn compose(house: House<'_>, recipient: &Recipient, occasion: &Occasion) -> Result<Composed, WordingError> {
    let words = Words::of(recipient);
    let text = match occasion {
        Occasion::Notice { code, receipt } => notice(house, &words, code, *receipt).render()?,
        Occasion::Code { code, receipt, last_day } => CodeBody {
            code: &code.display(),
            code_until: valid(house.policy.code_days, *receipt),
            until: last_day.map(|day| {
                format!("Vous pouvez vous opposer jusqu’au {} inclus. Ce nouveau code ne change pas cette date.", french::date(day))
            }),
            site: house.site,
            hours: french::SUPPORT_HOURS,
            words: &words,
        }
        .render()?,
        Occasion::TechnicalBlock => TechnicalBlockBody { site: house.site, hours: french::SUPPORT_HOURS, words: &words }.render()?,
        Occasion::Suspension { ground, last_day } => SuspensionBody {
            ground: suspended_because(*ground),
            until: format!("Vous avez jusqu’au {} inclus pour vous y opposer.", french::date(*last_day)),
            site: house.site,
            hours: french::SUPPORT_HOURS,
            words: &words,
        }
        .render()?,
    };
    Ok(Composed { subject: french::typeset(&subject(occasion, house.policy)), blocks: blocks::parse(&french::typeset(&text)) })
}

fn subject(occasion: &Occasion, policy: &Policy) -> String {
    match occasion {
        Occasion::Notice { receipt: Receipt::On(day), .. } => {
            let last_day = calendar::last_day(*day, policy.window_days);
            format!("Espace numérique de santé : votre choix avant son ouverture, jusqu’au {}", french::short_date(last_day))
        }
        Occasion::Notice { receipt: Receipt::Perhaps(_), .. } => "Espace numérique de santé : votre choix avant son ouverture".to_owned(),
        Occasion::Code { .. } => "Espace numérique de santé : votre nouveau code provisoire".to_owned(),
        Occasion::TechnicalBlock => "Espace numérique de santé : l’ouverture est retardée".to_owned(),
        Occasion::Suspension { .. } => "Espace numérique de santé : l’accès est suspendu".to_owned(),
    }
}

fn notice<'a>(house: House<'a>, words: &'a Words, code: &ProvisionalCode, receipt: Receipt) -> NoticeBody<'a> {
    let days = house.policy.window_days;
    let (term, opening, until) = match receipt {
        Receipt::On(day) => {
            let last_day = calendar::last_day(day, days);
            let opens_on = calendar::last_day(day, days.saturating_add(1));
            let term = format!("jusqu’au {} inclus", french::date(last_day));
            let until = format!("Vous avez jusqu’au {} inclus.", french::date(last_day));
            (term, format!("L’espace sera ouvert à partir du {}.", french::date(opens_on)), until)
        }
        Receipt::Perhaps(_) => {
            let term = format!("{} après la réception de cette lettre", french::delay(days));
            let until = format!("Vous avez {}.", conditional(days, receipt));
            (term, "L’espace sera ouvert à la fin de ce délai.".to_owned(), until)
        }
    };
    NoticeBody {
        code: code.display(),
        code_until: valid(house.policy.code_days, receipt),
        term,
        opening,
        until,
        site: house.site,
        hours: french::SUPPORT_HOURS,
        words,
    }
}

/// Until when a code is valid.
fn valid(days: u16, receipt: Receipt) -> String {
    match receipt {
        Receipt::On(day) => format!("Ce code est valable jusqu’au {} inclus.", french::date(calendar::last_day(day, days))),
        Receipt::Perhaps(_) => format!("Ce code est valable {}.", conditional(days, receipt)),
    }
}

/// « six semaines après la réception de cette lettre : si vous la recevez le …, jusqu’au … inclus ».
fn conditional(days: u16, receipt: Receipt) -> String {
    let (Receipt::On(day) | Receipt::Perhaps(day)) = receipt;
    let last_day = calendar::last_day(day, days);
    format!(
        "{} après la réception de cette lettre : si vous la recevez le {}, jusqu’au {} inclus",
        french::delay(days),
        french::date(day),
        french::date(last_day)
    )
}

fn suspended_because(ground: SuspensionGround) -> &'static str {
    match ground {
        SuspensionGround::Fraud => "parce qu’une utilisation frauduleuse a été constatée",
        SuspensionGround::Malfunction => "à cause d’un dysfonctionnement grave",
    }
}

/// The words that depend on who is addressed, and for whom.
#[derive(Debug, Clone)]
struct Words {
    greeting: String,
    whose: String,
    number: String,
    denial: Option<String>,
    protected: String,
    sender: String,
    fund: String,
}

impl Words {
    fn of(recipient: &Recipient) -> Self {
        let fund = format!("votre organisme d’assurance maladie ({})", recipient.insurer);
        let sender = format!("Votre organisme d’assurance maladie ({})", recipient.insurer);
        let whose = |holder: &str| format!("l’espace numérique de santé {}", of(holder));
        let number = |holder: &str| format!("le numéro de sécurité sociale {}", of(holder));
        match &recipient.audience {
            Audience::Holder { name } => Self {
                greeting: format!("Bonjour {name}"),
                whose: "votre espace numérique de santé".to_owned(),
                number: "votre numéro de sécurité sociale".to_owned(),
                denial: None,
                protected: "vos données".to_owned(),
                sender,
                fund,
            },
            Audience::ParentOf { name, child } => Self {
                greeting: name.as_ref().map_or_else(|| format!("À qui représente légalement {child}"), |name| format!("Bonjour {name}")),
                whose: whose(child),
                number: number(child),
                denial: Some(format!(
                    "Si vous ne représentez pas légalement {child}, dites-le en ligne ou au 3422, avec le code : l’ouverture sera arrêtée."
                )),
                protected: format!("les données {}", of(child)),
                sender,
                fund,
            },
            Audience::GuardianOf { name, protected } => Self {
                greeting: format!("Bonjour {name}"),
                whose: whose(protected),
                number: number(protected),
                denial: None,
                protected: format!("les données {}", of(protected)),
                sender,
                fund,
            },
        }
    }
}

/// « de Camille », « d’Élodie ».
fn of(name: &str) -> String {
    let vowel = |letter: char| "aàâäæeéèêëiîïoôöœuùûü".contains(letter);
    let elides = name.chars().next().and_then(|first| first.to_lowercase().next()).is_some_and(vowel);
    if elides { format!("d’{name}") } else { format!("de {name}") }
}

macro_rules! body {
    ($(#[$doc:meta])* $name:ident, $path:literal, { $($field:ident: $kind:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Template)]
        #[template(path = $path, escape = "none")]
        struct $name<'a> {
            $($field: $kind,)*
            site: &'a str,
            hours: &'a str,
            words: &'a Words,
        }
    };
}

body! {
    /// The prior notice.
    NoticeBody, "notify/notice.txt", { code: String, code_until: String, term: String, opening: String, until: String }
}
body! {
    /// A new code.
    CodeBody, "notify/code.txt", { code: &'a str, code_until: String, until: Option<String> }
}
body! {
    /// A technical block.
    TechnicalBlockBody, "notify/technical_block.txt", {}
}
body! {
    /// A suspension.
    SuspensionBody, "notify/suspension.txt", { ground: &'a str, until: String }
}

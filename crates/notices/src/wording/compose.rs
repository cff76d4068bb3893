//! Writing a message to its recipient, in plain French: the same words by e-mail and by post.
//!
//! occasion + recipient --template of the text--> blocks --template of the form--> plain text, HTML e-mail or letter
//! - the dates written are those that the domain computes for the day of receipt
//! - a letter names its dates under the condition of the day on which it is received
//! - no subject and no link carries a code

use askama::Template;
use ens_domain::calendar;
use ens_domain::code::ProvisionalCode;
use ens_domain::policy::Policy;
use ens_domain::space::terms::SuspensionGround;

use super::after_the_fact::{self, Side};
use super::blocks;
use super::body::body;
use super::message::{Composed, Occasion, ReceivedOn, WordingContext, WordingError};
use super::words::Words;
use crate::french;
use crate::recipient::{Audience, Recipient};

/// Writes a message.
pub fn compose(context: WordingContext<'_>, recipient: &Recipient, occasion: &Occasion) -> Result<Composed, WordingError> {
    let words = Words::of(recipient);
    let text = match occasion {
        Occasion::Notice { code, received } => notice(context, &words, code, *received).render()?,
        Occasion::Code { code, received, last_day } => CodeBody {
            code: &code.display(),
            code_until: valid(context.policy.code_days, *received),
            until: last_day.map(|day| {
                format!("Vous pouvez vous opposer jusqu’au {} inclus. Ce nouveau code ne change pas cette date.", french::date(day))
            }),
            site: context.site,
            hours: french::SUPPORT_HOURS,
            words: &words,
        }
        .render()?,
        Occasion::TechnicalBlock => TechnicalBlockBody { site: context.site, hours: french::SUPPORT_HOURS, words: &words }.render()?,
        Occasion::Suspension { ground, last_day } => SuspensionBody {
            ground: suspended_because(*ground),
            until: format!("Vous avez jusqu’au {} inclus pour vous y opposer.", french::date(*last_day)),
            site: context.site,
            hours: french::SUPPORT_HOURS,
            words: &words,
        }
        .render()?,
        Occasion::EmergencyReading { reader, day } => {
            after_the_fact::emergency_reading(context, &words, side(&recipient.audience), (reader, *day))?
        }
        Occasion::WrongPatient => after_the_fact::wrong_patient(context, &words, side(&recipient.audience))?,
        Occasion::AnnouncementInvitation => after_the_fact::announcement(context, &words)?,
        Occasion::NewReader { reader, day } => after_the_fact::new_reader(context, &words, (reader, *day))?,
    };
    Ok(Composed { subject: french::typeset(&subject(occasion, context.policy)), blocks: blocks::parse(&french::typeset(&text)) })
}

const fn side(audience: &Audience) -> Side {
    match audience {
        Audience::Holder { .. } | Audience::ParentOf { .. } | Audience::GuardianOf { .. } => Side::Holder,
        Audience::Professional { .. } => Side::Professional,
    }
}

fn subject(occasion: &Occasion, policy: &Policy) -> String {
    match occasion {
        Occasion::Notice { received: ReceivedOn::Known(day), .. } => {
            let last_day = calendar::last_day(*day, policy.window_days);
            format!("Espace numérique de santé : votre choix avant son ouverture, jusqu’au {}", french::short_date(last_day))
        }
        Occasion::Notice { received: ReceivedOn::Likely(_), .. } => {
            "Espace numérique de santé : votre choix avant son ouverture".to_owned()
        }
        Occasion::Code { .. } => "Espace numérique de santé : votre nouveau code provisoire".to_owned(),
        Occasion::TechnicalBlock => "Espace numérique de santé : l’ouverture est retardée".to_owned(),
        Occasion::Suspension { .. } => "Espace numérique de santé : l’accès est suspendu".to_owned(),
        Occasion::EmergencyReading { .. } => "Espace numérique de santé : un accès en urgence".to_owned(),
        Occasion::WrongPatient => "Espace numérique de santé : un document retiré".to_owned(),
        Occasion::AnnouncementInvitation => "Espace numérique de santé : une consultation vous est conseillée".to_owned(),
        Occasion::NewReader { .. } => "Espace numérique de santé : un nouvel accès".to_owned(),
    }
}

fn notice<'a>(context: WordingContext<'a>, words: &'a Words, code: &ProvisionalCode, received: ReceivedOn) -> NoticeBody<'a> {
    let days = context.policy.window_days;
    let (term, opening, until) = match received {
        ReceivedOn::Known(day) => {
            let last_day = calendar::last_day(day, days);
            let opens_on = calendar::last_day(day, days.saturating_add(1));
            let term = format!("jusqu’au {} inclus", french::date(last_day));
            let until = format!("Vous avez jusqu’au {} inclus.", french::date(last_day));
            (term, format!("L’espace sera ouvert à partir du {}.", french::date(opens_on)), until)
        }
        ReceivedOn::Likely(_) => {
            let term = format!("{} après la réception de cette lettre", french::delay(days));
            let until = format!("Vous avez {}.", conditional(days, received));
            (term, "L’espace sera ouvert à la fin de ce délai.".to_owned(), until)
        }
    };
    NoticeBody {
        code: code.display(),
        code_until: valid(context.policy.code_days, received),
        term,
        opening,
        until,
        site: context.site,
        hours: french::SUPPORT_HOURS,
        words,
    }
}

/// Until when a code is valid.
fn valid(days: u16, received: ReceivedOn) -> String {
    match received {
        ReceivedOn::Known(day) => format!("Ce code est valable jusqu’au {} inclus.", french::date(calendar::last_day(day, days))),
        ReceivedOn::Likely(_) => format!("Ce code est valable {}.", conditional(days, received)),
    }
}

/// « six semaines après la réception de cette lettre : si vous la recevez le …, jusqu’au … inclus ».
fn conditional(days: u16, received: ReceivedOn) -> String {
    let (ReceivedOn::Known(day) | ReceivedOn::Likely(day)) = received;
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

body! {
    /// The prior notice.
    NoticeBody, "notice.txt", { code: String, code_until: String, term: String, opening: String, until: String }
}
body! {
    /// A new code.
    CodeBody, "code.txt", { code: &'a str, code_until: String, until: Option<String> }
}
body! {
    /// A technical block.
    TechnicalBlockBody, "technical_block.txt", {}
}
body! {
    /// A suspension.
    SuspensionBody, "suspension.txt", { ground: &'a str, until: String }
}

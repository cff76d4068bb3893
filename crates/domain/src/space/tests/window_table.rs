//! The window's arithmetic as a table: what was sent and when, and from which instant in Paris the space may be opened.
//!
//! The table is data, `tests/data/window_cases.json`, so that the read models and the notices are held to the same one. Its dates were
//! computed by another program than ours, from the 42 days and the clock of Europe/Paris.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use cqrs_es::Aggregate;
use serde::Deserialize;

use crate::calendar::paris;
use crate::ids::MessageId;
use crate::policy::Policy;
use crate::space::commands::{Open, RecordEmailFailed, RecordLetterDelivered, RecordLetterPosted};
use crate::space::terms::{NotificationFailure, Stage};
use crate::space::{Contacts, HealthSpace, SpaceCommand, SpaceRefusal};

use super::persons::{adult, an_address, an_email, both, message, no_contact};
use super::requests as ask;

/// One row: a person with these contacts, what happened, and what is then true.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    contacts: Reach,
    steps: Vec<Step>,
    then: Then,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reach {
    None,
    Email,
    Post,
    Both,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    at: DateTime<FixedOffset>,
    step: Happening,
    /// The day that a carrier recorded.
    day: Option<NaiveDate>,
    /// Which notice is meant, from 1; the last one where absent.
    notice: Option<u128>,
    /// What the insurer declared.
    contacts: Option<Reach>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Happening {
    NoticeIssued,
    EmailSent,
    EmailRefused,
    EmailBounced,
    LetterPosted,
    LetterDelivered,
    LetterReturned,
    CodeReissued,
    ReissueSent,
    ReissueBounced,
    ContactsDeclared,
    Blocked,
    Mended,
    Opposed,
    Withdrawn,
    Activated,
}

/// What must be true after the steps.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Then {
    stage: Stage,
    last_day: Option<NaiveDate>,
    /// The last second at which the opening is refused.
    refused_at: Option<DateTime<FixedOffset>>,
    /// The first instant at which the space opens.
    opens_at: Option<DateTime<FixedOffset>>,
}

/// The reissued code rides on a message of its own.
const REISSUE: u128 = 50;

fn contacts(reach: Reach) -> Contacts {
    match reach {
        Reach::None => no_contact(),
        Reach::Email => an_email(),
        Reach::Post => an_address(),
        Reach::Both => both(),
    }
}

fn clock(at: DateTime<FixedOffset>) -> (DateTime<Utc>, String) {
    let at = at.with_timezone(&Utc);
    (at, paris::local(at).format("%Y-%m-%d %H:%M").to_string())
}

/// What the step asks, the last notice being this one.
fn command(step: &Step, last: u128) -> SpaceCommand {
    let (at, on) = clock(step.at);
    let on = on.as_str();
    let number = step.notice.unwrap_or(last);
    let message: MessageId = message(number);
    let failed = |failure| RecordEmailFailed { at, message, failure };
    match step.step {
        Happening::NoticeIssued => ask::send_notice(on, last).into(),
        Happening::EmailSent => crate::space::commands::RecordEmailSent { at, message }.into(),
        Happening::EmailRefused => failed(NotificationFailure::Refused).into(),
        Happening::EmailBounced => failed(NotificationFailure::Bounced).into(),
        Happening::LetterPosted => RecordLetterPosted { at, message, posted_on: step.day.unwrap() }.into(),
        Happening::LetterDelivered => RecordLetterDelivered { at, message, delivered_on: step.day.unwrap() }.into(),
        Happening::LetterReturned => ask::letter_came_back(on, number).into(),
        Happening::CodeReissued => ask::reissue(on, REISSUE).into(),
        Happening::ReissueSent => ask::email_sent(on, REISSUE).into(),
        Happening::ReissueBounced => ask::email_bounced(on, REISSUE).into(),
        Happening::ContactsDeclared => ask::declare_contacts(on, contacts(step.contacts.unwrap())).into(),
        Happening::Blocked => ask::report_block(on).into(),
        Happening::Mended => ask::mend_block(on).into(),
        Happening::Opposed => ask::oppose_at_desk(on).into(),
        Happening::Withdrawn => ask::withdraw_at_desk(on).into(),
        Happening::Activated => ask::activate(on, number).into(),
    }
}

fn live(case: &Case) -> HealthSpace {
    let mut space = HealthSpace::default();
    let mut obey = |command: SpaceCommand| {
        let decided = space.decide(command, &Policy::default()).unwrap_or_else(|refusal| panic!("{}: {refusal}", case.name));
        decided.into_iter().for_each(|event| space.apply(event));
    };
    let first = case.steps.first().map_or_else(|| "2026-01-01 00:00".to_owned(), |step| clock(step.at).1);
    obey(ask::create(&first, adult(contacts(case.contacts))).into());
    let mut notices = 0;
    for step in &case.steps {
        notices += u128::from(matches!(step.step, Happening::NoticeIssued));
        obey(command(step, notices));
    }
    space
}

fn opening(space: &HealthSpace, at: DateTime<Utc>) -> Result<usize, SpaceRefusal> {
    space.decide(Open { at }.into(), &Policy::default()).map(|events| events.len())
}

#[test]
fn the_window_is_what_the_table_says() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../../../../tests/data/window_cases.json")).unwrap();
    assert!(cases.len() >= 30, "{}", cases.len());
    for case in &cases {
        let (space, name) = (live(case), &case.name);
        assert_eq!((space.stage(), space.window_last_day()), (Some(case.then.stage), case.then.last_day), "{name}");
        let (Some(refused_at), Some(opens_at)) = (case.then.refused_at, case.then.opens_at) else {
            let far = "2199-12-31T23:00:00Z".parse().unwrap();
            assert_ne!(opening(&space, far), Ok(1), "{name}: never opens by itself");
            continue;
        };
        let running = SpaceRefusal::WindowRunning { last_day: case.then.last_day.unwrap() };
        assert_eq!(opening(&space, refused_at.to_utc()), Err(running.clone()), "{name}");
        assert_eq!(opening(&space, opens_at.to_utc() - TimeDelta::nanoseconds(1)), Err(running), "{name}");
        assert_eq!(opening(&space, opens_at.to_utc()), Ok(1), "{name}");
    }
}

//! Random lives of a document: whatever is asked in whatever order, what must never be shown is not, and nothing is lost.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use cqrs_es::Aggregate;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::access::{self, AccessRequest, Action, Purpose, Reader, Target, Visibility};
use crate::calendar::paris;
use crate::ids::ContentId;
use crate::policy::Policy;
use crate::sections::medical_record::{
    ActDays, Correction, Document, DocumentCommand, DocumentEvent, DocumentRequest, NewDocument, Standing,
};
use crate::sections::{Actor, Circumstances, Item};
use crate::space::HealthSpace;
use crate::space::tests::a_shared_space;
use crate::stream::NamedEvent;

use super::persons::{asked_at, day, doctor, document_type, now, own_document, report, result, stranger, title, version};

/// One thing asked: what, by whom, with which content, how long after the last.
#[derive(Debug, Clone, Copy)]
struct Step {
    request: usize,
    by: usize,
    number: u8,
    wait: usize,
}

/// A document with what happened to it, and the instant at which the story ends.
struct Played {
    events: Vec<DocumentEvent>,
    document: Document,
    now: DateTime<Utc>,
}

const REQUESTS: usize = 15;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..REQUESTS, 0usize..4, 0u8..6, 0usize..6);
    proptest::collection::vec(step.prop_map(|(request, by, number, wait)| Step { request, by, number, wait }), 1..40)
}

fn reader(number: usize) -> Reader {
    match number {
        0 => Reader::Holder,
        1 => doctor(),
        // Whom nobody lets in feeds the record all the same, and is an author then.
        _ => stranger(),
    }
}

fn wait(number: usize) -> TimeDelta {
    TimeDelta::hours([0, 0, 1, 24, 24 * 10, 24 * 20].get(number).copied().unwrap_or_default())
}

fn new_document(by: usize, number: u8) -> NewDocument {
    match (by, number) {
        (0, _) => own_document(number),
        (_, 0..3) => result(number),
        (_, 3) => NewDocument { visibility: Some(Visibility::Hidden), ..result(number) },
        (_, 4) => NewDocument { visibility: Some(Visibility::Hidden), to_representatives: Visibility::Hidden, ..report(number) },
        (_, _) => report(number),
    }
}

fn correction(number: u8) -> Correction {
    match number {
        0..2 => Correction { title: Some(title()), ..Correction::default() },
        2..4 => Correction { document_type: Some(document_type("11502-2")), ..Correction::default() },
        _ => Correction { act: Some(ActDays::on(day("2026-02-02"))), ..Correction::default() },
    }
}

fn request(step: Step) -> DocumentRequest {
    match step.request {
        0 => DocumentRequest::Replace(version(step.number)),
        1 => DocumentRequest::CorrectMetadata(correction(step.number)),
        // What ends a document comes seldom.
        2 if step.number == 0 => DocumentRequest::Withdraw,
        3 if step.number == 0 => DocumentRequest::MoveOut,
        4 if step.number == 0 => DocumentRequest::Delete,
        5 => DocumentRequest::Hide,
        6 => DocumentRequest::Show,
        7 => DocumentRequest::HideFromRepresentatives,
        8 => DocumentRequest::ShowToRepresentatives,
        9 if step.number < 2 => DocumentRequest::Announce,
        10 => DocumentRequest::Archive,
        11 => DocumentRequest::Unarchive,
        12 => DocumentRequest::Pin,
        13 => DocumentRequest::Unpin,
        _ => DocumentRequest::Deposit(new_document(step.by, step.number)),
    }
}

fn command(step: Step, now: DateTime<Utc>) -> DocumentCommand {
    asked_at(now, reader(step.by), request(step))
}

/// Plays the steps, and after each of them looks at what came of it.
fn play(steps: &[Step], mut look: impl FnMut(&Played, &HealthSpace)) -> Played {
    let space = a_shared_space();
    let mut played = Played { events: Vec::new(), document: Document::default(), now: now() };
    for step in steps {
        played.now += wait(step.wait);
        if let Ok(events) =
            played.document.decide(command(*step, played.now), &Circumstances { space: space.clone(), ..Default::default() }.context())
        {
            events.iter().for_each(|event| played.document.apply(event.clone()));
            played.events.extend(events);
        }
        look(&played, &space);
    }
    played
}

impl Played {
    /// Whether the gate shows the document to this reader now.
    fn shows_to(&self, reader: &Reader, space: &HealthSpace) -> bool {
        let Some(facts) = self.document.facts() else { return false };
        let purpose = if *reader == Reader::Holder { Purpose::PersonalUse } else { Purpose::Care };
        let request = AccessRequest { reader, action: Action::Read, target: Target::Document(&facts), purpose, at: self.now };
        access::decide(&request, space, &Policy::default().matrix).is_ok()
    }

    /// Until which day the holder waits, told from the events alone.
    fn awaited_until(&self) -> Option<NaiveDate> {
        let announced = self.events.iter().any(|event| matches!(event, DocumentEvent::DocumentAnnounced { .. }));
        let Some(DocumentEvent::DocumentDeposited { announcement, .. }) = self.events.first() else { return None };
        announcement.filter(|_| !announced).map(|days| days.visible_from)
    }

    /// Whether it is hidden from professionals, told from the events alone.
    fn is_hidden(&self) -> bool {
        self.events.iter().fold(false, |hidden, event| match event.name() {
            "DocumentDeposited" => matches!(event, DocumentEvent::DocumentDeposited { visibility: Visibility::Hidden, .. }),
            "DocumentHidden" => true,
            "DocumentShown" => false,
            _ => hidden,
        })
    }

    /// Who deposited it.
    fn is_by(&self, reader: &Reader) -> bool {
        let author = self.document.deposited().and_then(|deposited| deposited.author.author());
        author.is_some_and(|author| Some(author) == Actor::of(reader).unwrap().author())
    }

    /// The contents of its versions, told from the events alone.
    fn contents(&self) -> Vec<ContentId> {
        let content = |event: &DocumentEvent| {
            let (DocumentEvent::DocumentDeposited { content, .. } | DocumentEvent::DocumentReplaced { content, .. }) = event else {
                return None;
            };
            Some(content.id)
        };
        self.events.iter().filter_map(content).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_awaits_an_announcement_is_never_shown_to_the_holder_before_its_day(steps in steps()) {
        play(&steps, |played, space| {
            let today = paris::day_of(played.now);
            if played.awaited_until().is_some_and(|until| today < until) {
                assert!(!played.shows_to(&Reader::Holder, space), "{:?}", played.events);
            }
        });
    }

    #[test]
    fn what_is_hidden_is_never_shown_to_a_stranger(steps in steps()) {
        play(&steps, |played, space| {
            assert!(played.is_by(&stranger()) || !played.shows_to(&stranger(), space), "{:?}", played.events);
            assert!(!played.is_hidden() || played.is_by(&doctor()) || !played.shows_to(&doctor(), space), "{:?}", played.events);
        });
    }

    #[test]
    fn no_version_is_ever_lost(steps in steps()) {
        play(&steps, |played, _| {
            let versions: Vec<ContentId> = played.document.versions().collect();
            assert_eq!(versions, played.contents());
        });
    }

    #[test]
    fn what_was_done_is_not_done_again(steps in steps(), request in 0..REQUESTS, by in 0usize..4, number in 0u8..6) {
        let Played { mut document, now, .. } = play(&steps, |_, _| ());
        let (space, asked) = (a_shared_space(), command(Step { request, by, number, wait: 0 }, now));
        let Ok(events) = document.decide(asked.clone(), &Circumstances { space: space.clone(), ..Default::default() }.context()) else { return Ok(()) };
        events.into_iter().for_each(|event| document.apply(event));
        // What the domain cannot read, it cannot compare.
        let blind = matches!(&asked.request, DocumentRequest::CorrectMetadata(Correction { title: Some(_), .. }));
        let again = document.decide(asked.clone(), &Circumstances { space: space.clone(), ..Default::default() }.context());
        prop_assert!(blind || again == Ok(Vec::new()), "{}: {again:?}", asked.name());
    }

    #[test]
    fn every_form_of_a_document_agrees(steps in steps()) {
        let Played { events, document, .. } = play(&steps, |_, _| ());
        let mut stored = Document::default();
        for event in events {
            stored.apply(serde_json::from_str(&serde_json::to_string(&event).unwrap()).unwrap());
            stored = serde_json::from_str(&serde_json::to_string(&stored).unwrap()).unwrap();
        }
        prop_assert_eq!(stored, document, "stored and read back after every event");
    }
}

#[test]
fn random_lives_meet_every_event_and_every_answer() {
    let mut runner = TestRunner::deterministic();
    let mut unmet: Vec<&str> = DocumentEvent::NAMES.to_vec();
    let (mut waits, mut shown, mut hidden, mut archived) = (0, 0, 0, 0);
    for _ in 0..1_000 {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        let played = play(&steps, |played, space| {
            waits += usize::from(played.awaited_until().is_some_and(|until| paris::day_of(played.now) < until));
            shown += usize::from(!played.is_by(&doctor()) && played.shows_to(&doctor(), space));
            hidden += usize::from(played.is_hidden() && !played.is_by(&doctor()));
            archived += usize::from(played.document.standing() == Some(Standing::Archived));
        });
        unmet.retain(|name| !played.events.iter().any(|event| event.name() == *name));
    }
    assert!(unmet.is_empty(), "the properties above never saw {unmet:?}");
    assert!([waits, shown, hidden, archived].iter().all(|count| *count > 100), "{waits} {shown} {hidden} {archived}");
}

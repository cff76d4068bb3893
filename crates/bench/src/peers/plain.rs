//! A health space as plain cqrs-es has it: aggregate, events as large as ours are stored, and one view for a `GenericQuery`.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, CqrsFramework, DomainEvent, EventEnvelope, EventStore, View};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::failure::Failure;
use crate::lives::Step;
use crate::measure::Caller;

use super::refusal::PlainRefusal;

/// Where a space is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    #[default]
    Unknown,
    Created,
    CodeIssued,
    Notified,
    Open,
}

/// The aggregate.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct PlainSpace {
    stage: Stage,
    last_day: Option<NaiveDate>,
}

/// What may be asked. `content` is as much text as makes the event as long as ours.
pub(crate) enum PlainCommand {
    Create { at: DateTime<Utc>, content: Arc<str> },
    IssueCode { at: DateTime<Utc>, content: Arc<str> },
    Notify { at: DateTime<Utc>, content: Arc<str> },
    Open { at: DateTime<Utc>, content: Arc<str> },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum PlainEvent {
    Created { at: DateTime<Utc>, content: Arc<str> },
    CodeIssued { at: DateTime<Utc>, content: Arc<str> },
    Notified { at: DateTime<Utc>, last_day: NaiveDate, content: Arc<str> },
    Opened { at: DateTime<Utc>, content: Arc<str> },
}

impl DomainEvent for PlainEvent {
    fn event_type(&self) -> String {
        let name = match self {
            Self::Created { .. } => "Created",
            Self::CodeIssued { .. } => "CodeIssued",
            Self::Notified { .. } => "Notified",
            Self::Opened { .. } => "Opened",
        };
        name.to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl PlainSpace {
    fn decide(&self, command: PlainCommand) -> Result<PlainEvent, PlainRefusal> {
        match (self.stage, command) {
            (Stage::Unknown, PlainCommand::Create { at, content }) => Ok(PlainEvent::Created { at, content }),
            (Stage::Created, PlainCommand::IssueCode { at, content }) => Ok(PlainEvent::CodeIssued { at, content }),
            (Stage::CodeIssued, PlainCommand::Notify { at, content }) => {
                Ok(PlainEvent::Notified { at, last_day: (at + TimeDelta::weeks(6)).date_naive(), content })
            }
            (Stage::Notified, PlainCommand::Open { at, content }) => match self.last_day {
                Some(last_day) if at.date_naive() <= last_day => Err(PlainRefusal::WindowRuns(last_day)),
                Some(_) | None => Ok(PlainEvent::Opened { at, content }),
            },
            (Stage::Unknown | Stage::Created | Stage::CodeIssued | Stage::Notified | Stage::Open, _) => Err(PlainRefusal::NotNow),
        }
    }
}

impl Aggregate for PlainSpace {
    const TYPE: &'static str = "plain_space";
    type Command = PlainCommand;
    type Event = PlainEvent;
    type Error = PlainRefusal;
    type Services = ();

    async fn handle(&mut self, command: PlainCommand, (): &(), sink: &EventSink<Self>) -> Result<(), PlainRefusal> {
        let event = self.decide(command)?;
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: PlainEvent) {
        self.stage = stage_after(&event);
        if let PlainEvent::Notified { last_day, .. } = event {
            self.last_day = Some(last_day);
        }
    }
}

const fn stage_after(event: &PlainEvent) -> Stage {
    match event {
        PlainEvent::Created { .. } => Stage::Created,
        PlainEvent::CodeIssued { .. } => Stage::CodeIssued,
        PlainEvent::Notified { .. } => Stage::Notified,
        PlainEvent::Opened { .. } => Stage::Open,
    }
}

/// Where a space is, for a person who asks.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(crate) struct PlainView {
    space: String,
    version: usize,
    stage: Stage,
    last_day: Option<NaiveDate>,
}

impl View<PlainSpace> for PlainView {
    fn update(&mut self, seen: &EventEnvelope<PlainSpace>) {
        self.space.clone_from(&seen.aggregate_id);
        self.version = seen.sequence;
        self.stage = stage_after(&seen.payload);
        if let PlainEvent::Notified { last_day, .. } = &seen.payload {
            self.last_day = Some(*last_day);
        }
    }
}

/// Texts that make the peer's events as long as ours are in the log, sealed.
#[derive(Clone)]
pub(crate) struct Contents([Arc<str>; 4]);

impl Contents {
    /// For events that are stored in so many bytes each, in the order of a life.
    pub(crate) fn as_long_as(stored: [usize; 4]) -> Result<Self, Failure> {
        let empty: Arc<str> = Arc::from("");
        let none = Self([empty.clone(), empty.clone(), empty.clone(), empty]);
        let mut filled = none.clone();
        for ((step, text), length) in Step::ALL.into_iter().zip(&mut filled.0).zip(stored) {
            let bare = serde_json::to_string(&none.event(step)?)?.len();
            *text = Arc::from(noise(length.saturating_sub(bare)));
        }
        Ok(filled)
    }

    /// The command of a step.
    pub(crate) fn command(&self, step: Step) -> PlainCommand {
        let [create, code, notify, open] = &self.0;
        let now = Utc::now();
        let told = now - TimeDelta::days(50);
        match step {
            Step::Create => PlainCommand::Create { at: told, content: Arc::clone(create) },
            Step::Notice => PlainCommand::IssueCode { at: told, content: Arc::clone(code) },
            Step::Received => PlainCommand::Notify { at: told, content: Arc::clone(notify) },
            Step::Open => PlainCommand::Open { at: now, content: Arc::clone(open) },
        }
    }

    /// The event of a step.
    pub(crate) fn event(&self, step: Step) -> Result<PlainEvent, Failure> {
        let space = match step {
            Step::Create => PlainSpace::default(),
            Step::Notice => PlainSpace { stage: Stage::Created, last_day: None },
            Step::Received => PlainSpace { stage: Stage::CodeIssued, last_day: None },
            Step::Open => PlainSpace { stage: Stage::Notified, last_day: None },
        };
        space.decide(self.command(step)).map_err(Failure::because)
    }
}

/// Text that does not compress, like what is sealed.
fn noise(length: usize) -> String {
    let mut text = String::with_capacity(length + 32);
    while text.len() < length {
        text.push_str(&Uuid::new_v4().simple().to_string());
    }
    text.truncate(length);
    text
}

/// The framework over one of the stock stores.
pub(crate) type Framework<S> = Arc<CqrsFramework<PlainSpace, S>>;

/// Somebody who leads one space after the other through its life.
pub(crate) struct PlainCaller<S: EventStore<PlainSpace>> {
    framework: Framework<S>,
    contents: Contents,
    space: String,
    steps: std::array::IntoIter<Step, 4>,
}

impl<S: EventStore<PlainSpace>> PlainCaller<S> {
    /// With a first space of their own.
    pub(crate) fn new(framework: Framework<S>, contents: Contents) -> Self {
        Self { framework, contents, space: new_id(), steps: Step::ALL.into_iter() }
    }
}

impl<S: EventStore<PlainSpace> + 'static> Caller for PlainCaller<S>
where
    S::AC: Send,
{
    async fn call(&mut self) -> Result<u64, Failure> {
        let step = match self.steps.next() {
            Some(step) => step,
            None => {
                self.space = new_id();
                self.steps = Step::ALL.into_iter();
                self.steps.next().unwrap_or(Step::Create)
            }
        };
        self.framework.execute_with_metadata(&self.space, self.contents.command(step), metadata()).await?;
        Ok(1)
    }
}

/// Time-ordered, like ours: kinder to the peer's index than the random ids of its examples.
pub(crate) fn new_id() -> String {
    Uuid::now_v7().to_string()
}

/// What stands beside every event, as large as ours.
pub(crate) fn metadata() -> HashMap<String, String> {
    HashMap::from([("role".to_owned(), "cnam".to_owned()), ("request".to_owned(), new_id())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_the_peer_is_as_long_as_ours() {
        let contents = Contents::as_long_as([900, 260, 200, 180]).unwrap();
        let lengths = Step::ALL.map(|step| serde_json::to_string(&contents.event(step).unwrap()).unwrap().len());
        // An instant is written with as many digits as it has.
        assert!(lengths.iter().zip([900_usize, 260, 200, 180]).all(|(length, wanted)| length.abs_diff(wanted) <= 9), "{lengths:?}");
    }

    #[test]
    fn a_life_goes_through_its_steps_and_no_other_way() {
        let contents = Contents::as_long_as([0; 4]).unwrap();
        let mut space = PlainSpace::default();
        assert_eq!(space.decide(contents.command(Step::Open)), Err(PlainRefusal::NotNow));
        for step in Step::ALL {
            let event = space.decide(contents.command(step)).unwrap();
            space.apply(event);
        }
        assert_eq!(space.stage, Stage::Open);
    }
}

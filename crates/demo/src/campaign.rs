//! The campaign of a demonstration, day by day: what is due is opened, notices leave, messages arrive, persons react.
//!
//! midnight: openings and other deadlines --> 9 h: notices issued and sent --> 16 h: the carrier, the bounces, the persons
//! --> the read models catch up, for the next midnight
//!
//! Every step is the service's own; only the clock, the mailboxes and the carrier are simulated. What a person does is counted in days
//! from the message that they received, so the order in which messages leave changes nothing.

use ens_store::Outcome;
use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use ens_domain::calendar::paris;
use ens_domain::code::ProvisionalCode;
use ens_domain::ids::SpaceId;
use ens_domain::space::{AccessEvent, SpaceEvent};
use ens_notices::letters::LetterStatus;
use ens_notices::{Dispatcher, Pace, bounce, letters, prior_notices};
use ens_projections::Followers;
use ens_store::{CommandContext, Rejection};
use serde_json::json;

use crate::behaviour::{AfterOpening, Behaviour, LetterBox, Mailbox, Reaction, after};
use crate::care_counts::CareCounts;
use crate::commands::{ActingPerson, CommandBuilder};
use crate::error::DemoError;
use crate::mailboxes::{Mailboxes, ReceivedMessage, bounce_of};
use crate::plan::DAYS;
use crate::population::Population;
use crate::schedule::{Action, Schedule};
use crate::service::Service;

/// Actions that are executed together.
const BATCH: usize = 500;

/// A campaign under way.
pub(crate) struct Campaign<'a, S> {
    service: &'a S,
    context: CommandContext,
    followers: Followers,
    dispatcher: Dispatcher,
    mailboxes: Mailboxes,
    population: Population,
    behaviour: Behaviour,
    spaces: Arc<Vec<SpaceId>>,
    schedule: Schedule,
    /// Persons whose insurer found another address.
    found_again: HashSet<u64>,
    /// Persons who asked for a new code.
    asked: HashSet<u64>,
    /// Events in the log when the read models caught up last.
    events: u64,
    /// What the persons did about who treats them.
    counts: CareCounts,
    /// Actions and lines that the service refused: none, if what is invented is possible.
    refused: u64,
}

impl<'a, S: Service> Campaign<'a, S> {
    /// A campaign for these persons, whose spaces stand in the order of their numbers.
    pub(crate) fn new(
        service: &'a S,
        population: Population,
        behaviour: Behaviour,
        mailboxes: Mailboxes,
        spaces: Arc<Vec<SpaceId>>,
    ) -> Self {
        let context = service.context().clone();
        let boxes = Arc::new(mailboxes.clone());
        let pace = Pace { mails: 500, at_once: 250, letters: 250, ..Pace::default() };
        Self {
            followers: Followers::new(context.store.clone()),
            dispatcher: Dispatcher::new(context.clone(), service.site(), boxes.clone(), boxes).at_pace(pace),
            schedule: Schedule::default(),
            found_again: HashSet::new(),
            asked: HashSet::new(),
            events: 0,
            counts: CareCounts::default(),
            refused: 0,
            service,
            context,
            mailboxes,
            population,
            behaviour,
            spaces,
        }
    }

    /// What the service refused, and messages to nobody: 0, if the demonstration is right.
    pub(crate) fn refused(&self) -> u64 {
        self.refused + self.mailboxes.unknown_recipients()
    }

    /// What the persons did about who treats them.
    pub(crate) fn counts(&self) -> CareCounts {
        self.counts.clone()
    }

    /// Lives through one day.
    pub(crate) async fn live(&mut self, day: NaiveDate) -> Result<(), DemoError> {
        self.context.clock.jump_to(hour(day, 0));
        self.service.settle_due(day).await?;
        self.catch_up().await?;

        self.context.clock.jump_to(hour(day, 9));
        prior_notices::issue_due(&self.context, u32::MAX).await?;
        while self.dispatcher.run_once().await?.claimed > 0 {}
        self.read_mails(day);
        self.carry_letters(day);

        self.context.clock.jump_to(hour(day, 16));
        let due = self.schedule.take(day);
        self.report_letters(&due.letters, day).await?;
        let settings = self.service.mail_settings();
        for mail in &due.bounces {
            bounce::record(&self.context, settings, &bounce_of(mail.reference, &settings.bounces)).await?;
        }
        for batch in due.actions.chunks(BATCH) {
            self.act(batch, day).await?;
        }
        self.catch_up().await
    }

    /// Brings the read models up to date, unless nothing was appended since the last time.
    async fn catch_up(&mut self) -> Result<(), DemoError> {
        let events = self.context.store.log().heads().await?.iter().map(|(_, position)| position).sum();
        if events != self.events {
            self.followers.catch_up().await?;
            self.events = events;
        }
        Ok(())
    }

    /// What the persons make of the e-mails that they got today.
    fn read_mails(&mut self, day: NaiveDate) {
        for mail in self.mailboxes.take_mails() {
            let Some(code) = mail.code.clone() else { continue };
            let person = mail.person;
            if self.asked.contains(&person) {
                self.schedule.add(after(day, 1), person, Action::Activate(code));
            } else if let Mailbox::Bounces(days) = self.behaviour.mailbox(person) {
                self.schedule.on(after(day, days)).bounces.push(mail);
            } else {
                self.react(person, day, code);
            }
        }
    }

    /// What the carrier makes of the letters that it took today: posted the next day.
    fn carry_letters(&mut self, day: NaiveDate) {
        let posted_on = after(day, 1);
        for letter in self.mailboxes.take_letters() {
            let person = letter.person;
            self.schedule.on(posted_on).letters.push((letter.clone(), LetterStatus::Posted));
            let received_on = match self.letter_box(person) {
                LetterBox::Unrecorded => after(posted_on, u64::from(self.context.policy.postal_allowance_days)),
                LetterBox::Recorded(days) => {
                    self.schedule.on(after(posted_on, days)).letters.push((letter.clone(), LetterStatus::Delivered));
                    after(posted_on, days)
                }
                LetterBox::Returns(days) => {
                    self.schedule.on(after(posted_on, days)).letters.push((letter, LetterStatus::Returned));
                    continue;
                }
            };
            match letter.code {
                Some(code) if self.asked.contains(&person) => self.schedule.add(after(received_on, 1), person, Action::Activate(code)),
                Some(code) => self.react(person, received_on, code),
                None => {}
            }
        }
    }

    /// The letter box of somebody who was reached before is known to be right.
    fn letter_box(&self, person: u64) -> LetterBox {
        let known = self.found_again.contains(&person) || self.asked.contains(&person);
        if known { LetterBox::Unrecorded } else { self.behaviour.letter_box(person) }
    }

    /// What a person does who received the notice on this day.
    fn react(&mut self, person: u64, received_on: NaiveDate, code: ProvisionalCode) {
        // A child who comes of age while the campaign runs reacts as an adult, whenever the message came.
        let addressee = self.population.addressee_for(person, 2 * DAYS);
        let mut add = |days: u64, action: Action| self.schedule.add(after(received_on, days), person, action);
        match self.behaviour.reaction(person, addressee) {
            Reaction::Opposes(days, via) => add(days, Action::Oppose(via, code)),
            Reaction::OpposesThenWithdraws(days, via, later) => {
                add(days, Action::Oppose(via, code));
                add(days + later, Action::Withdraw);
            }
            Reaction::Activates(days) => add(days, Action::Activate(code)),
            Reaction::EntersWrongCodeThenActivates(days) => {
                add(days, Action::EnterWrongCode(code.clone()));
                add(days, Action::Activate(code));
            }
            Reaction::Dies(days) => add(days, Action::Die),
            Reaction::DeniesRepresentation(days) => add(days, Action::DenyRepresentation(code)),
            Reaction::TechnicalBlock(days, repair) => {
                add(days, Action::ReportTechnicalBlock);
                add(days + repair, Action::MendTechnicalBlock);
                self.continue_after_opening(person, received_on);
            }
            Reaction::Silence => self.continue_after_opening(person, received_on),
        }
    }

    /// What happens after the opening, which comes on the day after the window.
    fn continue_after_opening(&mut self, person: u64, received_on: NaiveDate) {
        let opened_on = after(received_on, u64::from(self.context.policy.window_days) + 1);
        let by_mail = self.behaviour.mailbox(person) == Mailbox::Accepts;
        let mut add = |days: u64, action: Action| self.schedule.add(after(opened_on, days), person, action);
        match self.behaviour.after_opening(person) {
            AfterOpening::Activates(days) if by_mail => add(days, Action::AskForCode),
            AfterOpening::Quiet | AfterOpening::Activates(_) => {}
            AfterOpening::Grants(days) => add(days, Action::GrantAccess),
            AfterOpening::GrantsThenRevokes(days, later) => add(days, Action::GrantAccessFor(later)),
            AfterOpening::Blocks(days) => add(days, Action::BlockProfessional),
            AfterOpening::Closes(days) => add(days, Action::Close),
            AfterOpening::Dies(days) => add(days, Action::Die),
            AfterOpening::SuspendedThenOpposed(days, later) => {
                add(days, Action::SuspendForFraud);
                add(days + later, Action::OpposeClosing);
            }
            AfterOpening::SuspendedThenLifted(days, later) => {
                add(days, Action::SuspendForMalfunction);
                add(days + later, Action::LiftSuspension);
            }
        }
    }

    /// The carrier's report of the day, as the file that a carrier would send.
    async fn report_letters(&mut self, letters: &[(ReceivedMessage, LetterStatus)], day: NaiveDate) -> Result<(), DemoError> {
        let mut report = String::new();
        for (letter, status) in letters {
            let line = json!({ "reference": letter.reference.to_string(), "status": status.word(), "date": day });
            report.push_str(&format!("{line}\n"));
            if *status == LetterStatus::Returned
                && let Some(days) = self.behaviour.new_address_after(letter.person)
            {
                self.found_again.insert(letter.person);
                self.schedule.add(after(day, days), letter.person, Action::DeclareAddress);
            }
        }
        let mut bad = 0;
        letters::import_statuses(&self.context, report.as_bytes(), |_| bad += 1).await?;
        self.refused += bad;
        Ok(())
    }

    /// Executes a batch of what persons, CNAM and insurers do.
    async fn act(&mut self, batch: &[(u64, Action)], day: NaiveDate) -> Result<(), DemoError> {
        let actions: Vec<(u64, &Action, SpaceId)> = batch
            .iter()
            // A number that is no place of the list has no space.
            .filter_map(|(person, action)| Some((*person, action, *self.spaces.get(usize::try_from(*person).ok()?)?)))
            .collect();
        let ids: Vec<SpaceId> = actions.iter().map(|(_, _, space)| *space).collect();
        let states = self.context.store.log().states(&ids).await?;
        let builder = CommandBuilder { context: &self.context, population: self.population, random: self.behaviour.0 };
        let mut envelopes = Vec::with_capacity(actions.len());
        let mut actors = Vec::with_capacity(actions.len());
        for ((person, action, id), state) in actions.iter().zip(&states) {
            let Some(loaded) = state else {
                self.refused += 1;
                continue;
            };
            let acting = ActingPerson { person: *person, id: *id, space: &loaded.space, at: self.context.now() };
            envelopes.push(builder.envelope(&acting, action)?);
            actors.push((*person, *action));
        }
        let answers = self.context.store.commands().execute_all(envelopes, &self.context.policy).await;
        for ((person, action), answer) in actors.into_iter().zip(answers) {
            match answer {
                Ok(outcome) => self.follow(person, action, &outcome, day),
                Err(Rejection::Store(error)) => return Err(error.into()),
                // A refusal is counted; the report shows how many there were.
                Err(_) => self.refused += 1,
            }
        }
        Ok(())
    }

    /// What an action leads to.
    fn follow(&mut self, person: u64, action: &Action, outcome: &Outcome, day: NaiveDate) {
        self.counts.note(&outcome.events);
        if let Action::AskForCode = action {
            self.asked.insert(person);
        }
        if let Action::GrantAccessFor(days) = action {
            for event in outcome.space_events() {
                if let SpaceEvent::Access(AccessEvent::AccessGranted { grant, .. }) = event {
                    self.schedule.add(after(day, *days), person, Action::RevokeAccess(*grant));
                }
            }
        }
    }
}

/// An hour of a day in Paris.
fn hour(day: NaiveDate, hour: i64) -> DateTime<Utc> {
    paris::start_of(day) + TimeDelta::hours(hour) + TimeDelta::minutes(1)
}

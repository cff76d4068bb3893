//! The campaign of a demonstration, day by day: what falls due opens, notices leave, messages arrive, persons answer.
//!
//! morning: openings and other dates --> forenoon: notices ordered and sent --> afternoon: the carrier, the bounces, the persons
//! --> evening: the read models catch up, for the next morning
//!
//! Every step is the service's own; only the clock, the mailboxes and the carrier are ours. What a person does is counted in days from
//! what reached them, so that no order of sending changes a life.

use ens_domain::space::AccessEvent;
use ens_store::Outcome;
use std::collections::HashSet;
use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use ens_domain::calendar::paris;
use ens_domain::code::ProvisionalCode;
use ens_domain::ids::SpaceId;
use ens_domain::space::SpaceEvent;
use ens_projections::Followers;
use ens_store::Rejection;
use serde_json::json;

use super::DemoError;
use super::acts::{Part, Stagehands};
use super::agenda::{Act, Agenda, Carried};
use super::fate::{Answer, Fates, LetterBox, Mailbox, Sequel, after};
use super::outside::{Arrived, Outside, bounce_of};
use super::population::Population;
use crate::app::App;
use crate::background::{deadlines, notices, openings};
use crate::notify::{Dispatcher, Pace, bounce, letters};

/// How long a campaign lasts, in days: long enough for the last letter's window, and for what follows its opening.
pub(super) const DAYS: u64 = 100;
/// Acts that are carried out together.
const TOGETHER: usize = 500;

/// A campaign under way.
pub(super) struct Campaign {
    app: App,
    followers: Followers,
    dispatcher: Dispatcher,
    outside: Outside,
    population: Population,
    fates: Fates,
    spaces: Arc<Vec<SpaceId>>,
    agenda: Agenda,
    found_again: HashSet<u64>,
    asked: HashSet<u64>,
    heads: u64,
    /// What the service refused: nothing, if every fate was possible.
    pub refused: u64,
}

impl Campaign {
    /// A campaign for these persons, whose spaces stand in the order of their numbers.
    pub(super) fn new(app: App, population: Population, fates: Fates, outside: Outside, spaces: Arc<Vec<SpaceId>>) -> Self {
        let post = Arc::new(outside.clone());
        let pace = Pace { mails: 500, at_once: 250, letters: 250, ..Pace::default() };
        Self {
            followers: Followers::new(app.store.clone()),
            dispatcher: Dispatcher::new(app.clone(), post.clone(), post).at_pace(pace),
            agenda: Agenda::default(),
            found_again: HashSet::new(),
            asked: HashSet::new(),
            heads: 0,
            refused: 0,
            app,
            outside,
            population,
            fates,
            spaces,
        }
    }

    /// Lives through one day.
    pub(super) async fn live(&mut self, day: NaiveDate) -> Result<(), DemoError> {
        self.app.clock.jump_to(hour(day, 0));
        openings::open_due(&self.app, day).await?;
        deadlines::settle_due(&self.app, day).await?;
        self.catch_up().await?;

        self.app.clock.jump_to(hour(day, 9));
        notices::issue_due(&self.app, u32::MAX).await?;
        while self.dispatcher.run_once().await?.claimed > 0 {}
        self.read_mails(day);
        self.carry_letters(day);

        self.app.clock.jump_to(hour(day, 16));
        let due = self.agenda.take(day);
        self.report_letters(&due.letters, day).await?;
        for mail in &due.bounces {
            bounce::record(&self.app, &bounce_of(mail.reference, &self.app.settings.mail.bounces)).await?;
        }
        for together in due.acts.chunks(TOGETHER) {
            self.act(together, day).await?;
        }
        self.catch_up().await
    }

    /// The rows of the read models, level with the log; nothing is to be done where nothing was appended.
    async fn catch_up(&mut self) -> Result<(), DemoError> {
        let heads = self.app.store.log().heads().await?.iter().map(|(_, position)| position).sum();
        if heads != self.heads {
            self.followers.catch_up().await?;
            self.heads = heads;
        }
        Ok(())
    }

    /// What the persons make of the e-mails that they got today.
    fn read_mails(&mut self, day: NaiveDate) {
        for mail in self.outside.take_mails() {
            let Some(code) = mail.code.clone() else { continue };
            let person = mail.person;
            if self.asked.contains(&person) {
                self.agenda.note(after(day, 1), person, Act::SignUp(code));
            } else if let Mailbox::Bounces(days) = self.fates.mailbox(person) {
                self.agenda.on(after(day, days)).bounces.push(mail);
            } else {
                self.answer(person, day, code);
            }
        }
    }

    /// What the carrier makes of the letters that it took today: posted the next day.
    fn carry_letters(&mut self, day: NaiveDate) {
        let posted_on = after(day, 1);
        for letter in self.outside.take_letters() {
            let person = letter.person;
            self.agenda.on(posted_on).letters.push((letter.clone(), Carried::Posted));
            let received_on = match self.letter_box(person) {
                LetterBox::Takes => after(posted_on, u64::from(self.app.policy.postal_allowance_days)),
                LetterBox::Signed(days) => {
                    self.agenda.on(after(posted_on, days)).letters.push((letter.clone(), Carried::Delivered));
                    after(posted_on, days)
                }
                LetterBox::Returns(days) => {
                    self.agenda.on(after(posted_on, days)).letters.push((letter, Carried::Returned));
                    continue;
                }
            };
            match letter.code {
                Some(code) if self.asked.contains(&person) => self.agenda.note(after(received_on, 1), person, Act::SignUp(code)),
                Some(code) => self.answer(person, received_on, code),
                None => {}
            }
        }
    }

    /// The letter box of somebody who was reached before is known to be right.
    fn letter_box(&self, person: u64) -> LetterBox {
        let known = self.found_again.contains(&person) || self.asked.contains(&person);
        if known { LetterBox::Takes } else { self.fates.letter_box(person) }
    }

    /// What a person does who was told on this day.
    fn answer(&mut self, person: u64, told_on: NaiveDate, code: ProvisionalCode) {
        // A child who comes of age while the campaign runs answers as an adult, whenever the message came.
        let addressee = self.population.addressee_for(person, 2 * DAYS);
        let mut note = |days: u64, act: Act| self.agenda.note(after(told_on, days), person, act);
        match self.fates.answer(person, addressee) {
            Answer::Opposes(days, via) => note(days, Act::Oppose(via, code)),
            Answer::OpposesThenWithdraws(days, via, later) => {
                note(days, Act::Oppose(via, code));
                note(days + later, Act::Withdraw);
            }
            Answer::SignsUp(days) => note(days, Act::SignUp(code)),
            Answer::MistypesThenSignsUp(days) => {
                note(days, Act::Mistype(code.clone()));
                note(days, Act::SignUp(code));
            }
            Answer::Dies(days) => note(days, Act::Die),
            Answer::Denies(days) => note(days, Act::Deny(code)),
            Answer::Breaks(days, repair) => {
                note(days, Act::Break);
                note(days + repair, Act::Mend);
                self.sequel(person, told_on);
            }
            Answer::Silence => self.sequel(person, told_on),
        }
    }

    /// What happens after the opening, which comes on the day after the window.
    fn sequel(&mut self, person: u64, told_on: NaiveDate) {
        let opened_on = after(told_on, u64::from(self.app.policy.window_days) + 1);
        let by_mail = self.fates.mailbox(person) == Mailbox::Takes;
        let mut note = |days: u64, act: Act| self.agenda.note(after(opened_on, days), person, act);
        match self.fates.sequel(person) {
            Sequel::SignsUp(days) if by_mail => note(days, Act::AskForCode),
            Sequel::Quiet | Sequel::SignsUp(_) => {}
            Sequel::Grants(days) => note(days, Act::Grant),
            Sequel::GrantsThenRevokes(days, later) => note(days, Act::GrantFor(later)),
            Sequel::Blocks(days) => note(days, Act::Block),
            Sequel::Closes(days) => note(days, Act::Close),
            Sequel::Dies(days) => note(days, Act::Die),
            Sequel::SuspendedThenOpposed(days, later) => {
                note(days, Act::SuspendForFraud);
                note(days + later, Act::OpposeClosing);
            }
            Sequel::SuspendedThenLifted(days, later) => {
                note(days, Act::SuspendForMalfunction);
                note(days + later, Act::Lift);
            }
        }
    }

    /// The carrier's report of the day, as the file that a carrier would send.
    async fn report_letters(&mut self, letters: &[(Arrived, Carried)], day: NaiveDate) -> Result<(), DemoError> {
        let mut report = String::new();
        for (letter, carried) in letters {
            let line = json!({ "reference": letter.reference.to_string(), "status": carried.word(), "date": day });
            report.push_str(&format!("{line}\n"));
            if *carried == Carried::Returned
                && let Some(days) = self.fates.found_again(letter.person)
            {
                self.found_again.insert(letter.person);
                self.agenda.note(after(day, days), letter.person, Act::DeclareAddress);
            }
        }
        let mut bad = 0;
        letters::import_statuses(&self.app, report.as_bytes(), |_| bad += 1).await?;
        self.refused += bad;
        Ok(())
    }

    /// What persons, CNAM and insurers do, some hundreds at a time.
    async fn act(&mut self, together: &[(u64, Act)], day: NaiveDate) -> Result<(), DemoError> {
        // A number that is no place of the list has no space.
        let acting: Vec<(u64, &Act, SpaceId)> =
            together.iter().filter_map(|(person, act)| Some((*person, act, *self.spaces.get(usize::try_from(*person).ok()?)?))).collect();
        let ids: Vec<SpaceId> = acting.iter().map(|(_, _, space)| *space).collect();
        let states = self.app.store.log().states(&ids).await?;
        let hands = Stagehands { app: &self.app, population: self.population, chance: self.fates.0 };
        let mut orders = Vec::with_capacity(acting.len());
        let mut actors = Vec::with_capacity(acting.len());
        for ((person, act, id), state) in acting.iter().zip(&states) {
            let Some(loaded) = state else {
                self.refused += 1;
                continue;
            };
            let part = Part { person: *person, id: *id, space: &loaded.space, at: self.app.now() };
            orders.push(hands.order(&part, act)?);
            actors.push((*person, *act));
        }
        let answers = self.app.store.commands().execute_all(orders, &self.app.policy).await;
        for ((person, act), answer) in actors.into_iter().zip(answers) {
            match answer {
                Ok(outcome) => self.afterwards(person, act, &outcome, day),
                Err(Rejection::Store(error)) => return Err(error.into()),
                // A refusal is counted; the report shows how many there were.
                Err(_) => self.refused += 1,
            }
        }
        Ok(())
    }

    /// What an act leads to.
    fn afterwards(&mut self, person: u64, act: &Act, outcome: &Outcome, day: NaiveDate) {
        if let Act::AskForCode = act {
            self.asked.insert(person);
        }
        if let Act::GrantFor(days) = act {
            for event in outcome.space_events() {
                if let SpaceEvent::Access(AccessEvent::AccessGranted { grant, .. }) = event {
                    self.agenda.note(after(day, *days), person, Act::Revoke(*grant));
                }
            }
        }
    }
}

/// An hour of a day in Paris.
fn hour(day: NaiveDate, hour: i64) -> DateTime<Utc> {
    paris::start_of(day) + TimeDelta::hours(hour) + TimeDelta::minutes(1)
}

/// The days of a campaign.
pub(super) fn days(from: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    (0..DAYS).filter_map(move |day| from.checked_add_days(Days::new(day)))
}

//! What a person is offered, held against the rules on many lives that chance leads.

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::Aggregate;
use ens_domain::access::{Grantee, Purpose, Scope};
use ens_domain::calendar::paris;
use ens_domain::code::CodeDigest;
use ens_domain::party::Party;
use ens_domain::policy::Policy;
use ens_domain::rpps::Rpps;
use ens_domain::space::AdmissionEvent;
use ens_domain::space::commands::{
    Activate, BlockProfessional, CancelDestruction, Close, CloseSuspended, CreateSpace, Destroy, GrantAccess, LiftSuspension,
    MendTechnicalBlock, Open, Oppose, OpposeClosing, RecordDeath, RecordEmailFailed, RecordEmailSent, RecordLetterPosted, ReissueCode,
    RenewSpace, Reopen, ReportTechnicalBlock, RequestDestruction, SendNotice, SpaceCommand, Suspend, WithdrawOpposition,
};
use ens_domain::space::terms::{NotificationFailure, OppositionChannel, SuspensionGround};
use ens_domain::space::{HealthSpace, Proof, SpaceEvent, SpaceRefusal};

use super::{at, created, day, given, grant, message};
use crate::life::space_status::{SpaceStatus, StatusRow};
use crate::life::space_summary::Action;

const ALL: [Action; 12] = [
    Action::Oppose,
    Action::WithdrawOpposition,
    Action::Activate,
    Action::AskForCode,
    Action::GrantAccess,
    Action::BlockProfessional,
    Action::OpposeClosing,
    Action::Close,
    Action::Reopen,
    Action::RequestDestruction,
    Action::CancelDestruction,
    Action::AskForNewSpace,
];

/// A life that chance leads: the space, what was recorded of it, the time.
struct Walk {
    space: HealthSpace,
    events: Vec<SpaceEvent>,
    now: DateTime<Utc>,
    chance: u64,
    made: u128,
}

impl Walk {
    fn from(seed: u64) -> Self {
        let mut walk = Self { space: HealthSpace::default(), events: Vec::new(), now: at(day(3, 1)), chance: seed, made: 1 };
        let SpaceEvent::Admission(AdmissionEvent::SpaceCreated { space, by, admission, .. }) = created() else { unreachable!() };
        walk.ask(CreateSpace { at: walk.now, space, by, admission, representatives: Vec::new() }.into());
        walk
    }

    fn draw(&mut self, below: u64) -> u64 {
        self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.chance >> 33) % below
    }

    /// One more thing is asked; what the rules refuse changes nothing.
    fn ask(&mut self, command: SpaceCommand) {
        let Ok(events) = self.space.decide(command, &Policy::default()) else { return };
        for event in events {
            self.space.apply(event.clone());
            self.events.push(event);
        }
    }

    fn step(&mut self) {
        let days = [0, 0, 1, 20, 45, 100].map(TimeDelta::days);
        let passed = days[usize::try_from(self.draw(6)).unwrap()];
        self.now += passed + TimeDelta::hours(1);
        let (at, last, next) = (self.now, message(self.made), message(self.made + 1));
        let action = ALL[usize::try_from(self.draw(12)).unwrap()];
        let command: SpaceCommand = match self.draw(14) {
            0 | 1 => SendNotice { at, message: next, digest: code() }.into(),
            2 | 3 => RecordEmailSent { at, message: last }.into(),
            4 => RecordLetterPosted { at, message: last, posted_on: paris::day_of(at) }.into(),
            5 => RecordEmailFailed { at, message: last, failure: NotificationFailure::Bounced }.into(),
            6 => ReportTechnicalBlock { at }.into(),
            7 => MendTechnicalBlock { at }.into(),
            8 => Open { at }.into(),
            9 => Suspend { at, ground: SuspensionGround::Malfunction }.into(),
            10 => Destroy { at }.into(),
            11 if self.draw(4) == 0 => RecordDeath { at, by: Party::Cnam, died_on: paris::day_of(at) }.into(),
            12 if self.draw(2) == 0 => CloseSuspended { at }.into(),
            12 => LiftSuspension { at }.into(),
            _ => self.asked_by_the_person(action),
        };
        let sends = matches!(command.name(), "SendNotice" | "ReissueCode");
        let before = self.events.len();
        self.ask(command);
        if sends && self.events.len() > before {
            self.made += 1;
        }
    }

    fn asked_by_the_person(&self, action: Action) -> SpaceCommand {
        let (at, by, agent) = (self.now, Party::Holder, Party::Support { agent: "agent-1".parse().unwrap() });
        let (via, proof) = (OppositionChannel::Desk, Proof::IdentityProved);
        let professional = Rpps::from_first10(&format!("{:010}", self.events.len())).unwrap();
        match action {
            Action::Oppose => Oppose { at, by: agent, via, proof }.into(),
            Action::WithdrawOpposition => WithdrawOpposition { at, by: agent, via, proof }.into(),
            Action::Activate => Activate { at, by, code: code() }.into(),
            Action::AskForCode => ReissueCode { at, by, message: message(self.made + 1), digest: code() }.into(),
            Action::GrantAccess => {
                let to = Grantee::Professional { rpps: professional };
                let (grant, purpose) = (grant(u128::try_from(self.events.len()).unwrap()), Purpose::Care);
                GrantAccess { at, by, grant, to, scope: Scope::All, purpose, from: None, until: None }.into()
            }
            Action::BlockProfessional => BlockProfessional { at, by, professional }.into(),
            Action::OpposeClosing => OpposeClosing { at, by }.into(),
            Action::Close => Close { at, by }.into(),
            Action::Reopen => Reopen { at, by }.into(),
            Action::RequestDestruction => RequestDestruction { at, by }.into(),
            Action::CancelDestruction => CancelDestruction { at, by }.into(),
            Action::AskForNewSpace => {
                let SpaceEvent::Admission(AdmissionEvent::SpaceCreated { admission, .. }) = created() else { unreachable!() };
                RenewSpace { at, by: Party::Cnam, admission }.into()
            }
        }
    }

    fn row(&self) -> StatusRow {
        given(self.events.clone()).rows::<SpaceStatus>().pop().unwrap()
    }
}

fn code() -> CodeDigest {
    CodeDigest::parse(&"ab".repeat(32)).unwrap()
}

#[test]
fn what_is_offered_is_what_the_rules_accept_whether_a_contact_still_works_is_not_looked_at() {
    let (mut tried, mut without_contact) = (std::collections::BTreeMap::new(), 0);
    for seed in 0..150 {
        let mut walk = Walk::from(seed);
        for _ in 0..70 {
            walk.step();
            walk.now += TimeDelta::hours(1);
            let offered = walk.row().summary_on(paris::day_of(walk.now)).actions;
            for action in offered {
                let decided = walk.space.decide(walk.asked_by_the_person(action), &Policy::default());
                let no_contact = decided == Err(SpaceRefusal::NoContact);
                assert!(
                    no_contact || decided.as_ref().is_ok_and(|events| !events.is_empty()),
                    "{seed}: {action:?}: {decided:?}\n{:?}",
                    walk.row()
                );
                without_contact += usize::from(no_contact);
                *tried.entry(action).or_insert(0) += 1;
            }
        }
    }
    assert_eq!(tried.keys().copied().collect::<Vec<_>>(), ALL, "every action was offered in some life");
    assert!(without_contact > 0, "no action was offered to a person whose contacts had failed");
}

#[test]
fn what_the_rules_accept_is_offered() {
    // A code that was sent works before its receipt is known, and a professional can be blocked in an archive: neither is offered.
    let unsaid = |action| matches!(action, Action::Activate | Action::BlockProfessional);
    for seed in 1_000..1_100 {
        let mut walk = Walk::from(seed);
        for _ in 0..70 {
            walk.step();
            walk.now += TimeDelta::hours(1);
            let offered = walk.row().summary_on(paris::day_of(walk.now)).actions;
            for action in ALL.into_iter().filter(|action| !offered.contains(action) && !unsaid(*action)) {
                let decided = walk.space.decide(walk.asked_by_the_person(action), &Policy::default());
                assert!(decided.as_ref().is_ok_and(Vec::is_empty) || decided.is_err(), "{seed}: {action:?}: {decided:?}\n{:?}", walk.row());
            }
        }
    }
}

#[test]
fn the_stage_that_is_shown_is_the_stage_of_the_space() {
    for seed in 2_000..2_200 {
        let mut walk = Walk::from(seed);
        for _ in 0..25 {
            walk.step();
        }
        let row = walk.row();
        assert_eq!(Some(row.stage), walk.space.stage());
        if row.stage == ens_domain::space::terms::Stage::Notified {
            assert_eq!(row.last_day, walk.space.window_last_day());
        }
    }
}

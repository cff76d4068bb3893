//! Stores filled with lives of many kinds: informed, opposed, bounced, opened, shared, suspended, closed, destroyed.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use ens_domain::access::{Grantee, Purpose, Scope};
use ens_domain::address::PostalAddress;
use ens_domain::calendar::paris;
use ens_domain::code::{CodeDigest, ProvisionalCode};
use ens_domain::ids::{GrantId, MessageId, SpaceId};
use ens_domain::organism::{Department, InsurerCode};
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::policy::Policy;
use ens_domain::rpps::Rpps;
use ens_domain::space::Proof;
use ens_domain::space::commands::{
    Activate, BlockProfessional, Close, CreateSpace, Destroy, GrantAccess, Open, Oppose, RecordEmailFailed, RecordEmailSent,
    RecordLetterPosted, ReportTechnicalBlock, RequestDestruction, SendNotice, SpaceCommand, Suspend,
};
use ens_domain::space::terms::{NotificationFailure, OppositionChannel, SuspensionGround};
use ens_store::{CommandEnvelope, Loaded, Store};
use ens_tests::cohort::{self, MeasureFate, may_record, measure, open_store, person};
use ens_tests::{Engine, TestStorage};
use uuid::Uuid;

/// What becomes of a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Created,
    Told,
    Opposed,
    Bounced,
    Blocked,
    Open,
    Shared,
    Suspended,
    Closed,
    Destroyed,
}

pub(crate) const KINDS: [Kind; 10] = [
    Kind::Created,
    Kind::Told,
    Kind::Opposed,
    Kind::Bounced,
    Kind::Blocked,
    Kind::Open,
    Kind::Shared,
    Kind::Suspended,
    Kind::Closed,
    Kind::Destroyed,
];

/// A store with spaces on it.
pub(crate) struct PopulatedStore {
    pub(crate) storage: TestStorage,
    pub(crate) store: Store,
    pub(crate) spaces: Vec<(Kind, SpaceId)>,
}

/// Monday 2 March 2026 in the morning.
pub(crate) fn start() -> DateTime<Utc> {
    paris::start_of(day(3, 2)) + TimeDelta::hours(9)
}

/// A day of 2026.
pub(crate) fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).expect("a day")
}

impl PopulatedStore {
    pub(crate) async fn fresh(engine: Engine) -> Self {
        let storage = TestStorage::fresh(engine).await;
        let store = open_store(storage.url()).await;
        Self { storage, store, spaces: Vec::new() }
    }

    /// A store in which `each` spaces of every kind have lived.
    pub(crate) async fn lived(engine: Engine, each: u32) -> Self {
        let mut populated = Self::fresh(engine).await;
        populated.live(each).await;
        populated
    }

    /// Lets `each` more spaces of every kind live, all of them step by step. Before each step, those of them that are in use get a measure.
    pub(crate) async fn live(&mut self, each: u32) {
        let first = u32::try_from(self.spaces.len()).expect("few spaces");
        let members: Vec<Member> = (0..each * 10).map(|number| Member::new(&self.store, first + number)).collect();
        let mut lives: Vec<_> = members.iter().map(|member| member.life().into_iter()).collect();
        let mut number = 0;
        loop {
            let step = members.iter().zip(&mut lives).filter_map(|(member, life)| Some((member.space, life.next()?)));
            let step: Vec<(SpaceId, SpaceCommand)> = step.collect();
            if step.is_empty() {
                break;
            }
            self.measure(members.iter().map(|member| member.space).collect(), number).await;
            number += 1;
            let envelopes = step.into_iter().map(|(space, command)| CommandEnvelope::new(space, command)).collect();
            for answer in self.store.commands().execute_all(envelopes, &Policy::default()).await {
                assert!(!answer.expect("a step of a life is accepted").is_quiet(), "a step of a life has an effect");
            }
        }
        self.spaces.extend(members.iter().map(|member| (member.kind, member.space)));
    }

    /// Records a measure in each of them that is in use; every second one is removed again.
    async fn measure(&self, spaces: Vec<SpaceId>, number: u32) {
        let fate = if number.is_multiple_of(2) { MeasureFate::Kept } else { MeasureFate::Removed };
        let at = start() + TimeDelta::days(61) + TimeDelta::hours(number.into());
        let states = self.store.log().states(&spaces).await.expect("readable spaces");
        let in_use = |state: &Loaded| may_record(&state.space, at);
        let in_use = spaces.into_iter().zip(states).filter(|(_, state)| state.as_ref().is_some_and(in_use));
        measure(&self.store, in_use.map(|(space, _)| space), at, fate).await;
    }

    /// One space of that kind.
    pub(crate) fn one(&self, kind: Kind) -> SpaceId {
        self.all(kind).next().expect("a space of that kind")
    }

    pub(crate) fn all(&self, kind: Kind) -> impl Iterator<Item = SpaceId> {
        self.spaces.iter().filter(move |(each, _)| *each == kind).map(|(_, space)| *space)
    }

    pub(crate) async fn events(&self) -> u64 {
        self.store.log().heads().await.expect("heads").into_iter().map(|(_, head)| head).sum()
    }

    /// How many of them are of the lives of spaces.
    pub(crate) async fn events_of_lives(&self) -> u64 {
        cohort::lives(&self.store).await.values().map(|life| u64::try_from(life.len()).expect("few events")).sum()
    }
}

/// One person and what happens to their space.
struct Member {
    number: u32,
    kind: Kind,
    space: SpaceId,
    messages: [MessageId; 2],
    grant: GrantId,
    code: CodeDigest,
}

impl Member {
    fn new(store: &Store, number: u32) -> Self {
        let id = || SpaceId::at(start(), store.entropy().bytes().expect("randomness")).uuid();
        let space = SpaceId::from(id());
        let code = ProvisionalCode::generate(store.entropy().bytes().expect("randomness")).digest(store.code_key(), space);
        let kind = KINDS[usize::try_from(number % 10).expect("a kind")];
        Self { number, kind, space, messages: [id(), id()].map(|id: Uuid| id.into()), grant: id().into(), code }
    }

    fn life(&self) -> Vec<SpaceCommand> {
        let mut life = vec![self.created()];
        if self.kind != Kind::Created {
            life.extend(self.told());
        }
        life.extend(self.further());
        life
    }

    fn created(&self) -> SpaceCommand {
        let mut admission = person(self.number + 1);
        let lines = ["MADAME CAMILLE ESSAI", "1 RUE DES LILAS", "44000 NANTES"];
        admission.contacts.address = Some(Personal::new(PostalAddress::parse(&lines).expect("an address")));
        if self.number.is_multiple_of(3) {
            admission.department = Department::parse("44").expect("a department");
            admission.insurer = InsurerCode::parse("MSA-44").expect("an insurer");
        }
        CreateSpace { at: start(), space: self.space, by: Party::Cnam, admission, representatives: Vec::new() }.into()
    }

    fn told(&self) -> [SpaceCommand; 2] {
        let (at, message) = (start(), self.messages[0]);
        [SendNotice { at, message, digest: self.code }.into(), RecordEmailSent { at, message }.into()]
    }

    fn opened(&self) -> SpaceCommand {
        Open { at: paris::start_of(day(4, 14)) }.into()
    }

    fn further(&self) -> Vec<SpaceCommand> {
        let at = start() + TimeDelta::days(60);
        let (by, professional) = (Party::Holder, Rpps::from_first10(&format!("{:010}", self.number)).expect("an RPPS"));
        match self.kind {
            Kind::Created | Kind::Told => Vec::new(),
            Kind::Opposed => vec![Oppose { at: start(), by, via: OppositionChannel::Web, proof: Proof::Code(self.code) }.into()],
            Kind::Bounced => self.bounced_then_posted(),
            Kind::Blocked => vec![ReportTechnicalBlock { at: paris::start_of(day(4, 14)) }.into()],
            Kind::Open => vec![self.opened()],
            Kind::Shared => {
                let to = Grantee::Professional { rpps: professional.clone() };
                vec![
                    Activate { at: start(), by: by.clone(), code: self.code }.into(),
                    GrantAccess {
                        at,
                        by: by.clone(),
                        grant: self.grant,
                        to,
                        scope: Scope::All,
                        purpose: Purpose::Care,
                        from: None,
                        until: Some(day(5, 31)),
                    }
                    .into(),
                    BlockProfessional { at, by, professional: Rpps::from_first10("9999999999").expect("an RPPS") }.into(),
                ]
            }
            Kind::Suspended => vec![self.opened(), Suspend { at, ground: SuspensionGround::Fraud }.into()],
            Kind::Closed => vec![self.opened(), Close { at, by: by.clone() }.into(), RequestDestruction { at, by }.into()],
            Kind::Destroyed => {
                let to = Grantee::Professional { rpps: professional };
                vec![
                    self.opened(),
                    GrantAccess {
                        at,
                        by: by.clone(),
                        grant: self.grant,
                        to,
                        scope: Scope::All,
                        purpose: Purpose::Care,
                        from: None,
                        until: Some(day(5, 31)),
                    }
                    .into(),
                    Close { at, by: by.clone() }.into(),
                    RequestDestruction { at, by }.into(),
                    Destroy { at: at + TimeDelta::days(100) }.into(),
                ]
            }
        }
    }

    fn bounced_then_posted(&self) -> Vec<SpaceCommand> {
        let (at, message) = (start() + TimeDelta::days(2), self.messages[1]);
        vec![
            RecordEmailFailed { at, message: self.messages[0], failure: NotificationFailure::Bounced }.into(),
            SendNotice { at, message, digest: self.code }.into(),
            RecordLetterPosted { at, message, posted_on: day(3, 4) }.into(),
        ]
    }
}

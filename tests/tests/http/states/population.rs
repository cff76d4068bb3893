//! Spaces in every state of their life, many of each: a request that changes one takes the next.

use std::collections::HashMap;
use std::sync::Mutex;

use chrono::Duration;
use ens_domain::access::{Grantee, Purpose, Scope};
use ens_domain::code::ProvisionalCode;
use ens_domain::ids::{GrantId, ItemId, MessageId, RepresentationId, SpaceId};
use ens_domain::ins::{Ins, InsAuthority, InsStatus};
use ens_domain::party::Party;
use ens_domain::space::SpaceCommand;
use ens_domain::space::commands::{
    Activate, Close, CreateSpace, Destroy, GrantAccess, NewRepresentation, Open, Oppose, Proof, RecordEmailSent, ReissueCode,
    RequestDestruction, SendNotice, Suspend,
};
use ens_domain::space::terms::{OppositionChannel, RepresentationKind, SuspensionGround};
use ens_domain::stream::StreamId;
use ens_store::CommandEnvelope;
use ens_tests::cohort::{person, person_line, record};
use futures::stream::{self, StreamExt};

use super::super::api::{Api, support};
use super::actors::{author, doctor};
use super::deposits::deposit_two;
use super::state::State;

/// One space, with what its requests name.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) space: SpaceId,
    pub(super) number: u32,
    pub(super) code: ProvisionalCode,
    pub(super) message: MessageId,
    pub(super) grant: GrantId,
    pub(super) representation: RepresentationId,
    pub(super) measure: ItemId,
    /// A professional's and the holder's own, where it has documents.
    pub(super) documents: Option<[String; 2]>,
}

/// How many spaces of each state: without documents, and with two.
pub(super) type Sizes = fn(State) -> (usize, usize);

/// The spaces by state, and whether they have documents; the last one is in use.
pub(super) struct Population(HashMap<(State, bool), Mutex<Vec<Member>>>);

impl Population {
    pub(super) async fn new(api: &Api, sizes: Sizes) -> Self {
        let mut settler = Settler { api, number: 0 };
        let mut population = HashMap::new();
        // What takes longest comes first: the clock never goes back.
        let destroyed = settler.settle(&[State::Destroyed], sizes).await;
        let later = settler.settle(&[State::Open, State::Active, State::Suspended, State::Closed], sizes).await;
        let before = settler.settle(&[State::Created, State::Notified, State::Opposed], sizes).await;
        for (state, member) in destroyed.into_iter().chain(later).chain(before) {
            let place = (state, member.documents.is_some());
            population.entry(place).or_insert_with(|| Mutex::new(Vec::new())).get_mut().expect("a pool").push(member);
        }
        Self(population)
    }

    /// A space that nobody changed since it came into this state.
    pub(super) fn of(&self, state: State, with_documents: bool) -> Member {
        self.pool(state, with_documents).last().cloned().unwrap_or_else(|| panic!("the test needs more spaces: {}", state.name()))
    }

    /// That space was changed: the next request takes another.
    pub(super) fn changed(&self, state: State, with_documents: bool) {
        self.pool(state, with_documents).pop();
    }

    fn pool(&self, state: State, with_documents: bool) -> std::sync::MutexGuard<'_, Vec<Member>> {
        self.0
            .get(&(state, with_documents))
            .unwrap_or_else(|| panic!("the test needs such spaces: {}", state.name()))
            .lock()
            .expect("a pool")
    }
}

/// Brings spaces into their states.
struct Settler<'a> {
    api: &'a Api,
    number: u32,
}

type Settled = Vec<(State, Member)>;

impl Settler<'_> {
    /// New spaces of these states.
    async fn settle(&mut self, states: &[State], sizes: Sizes) -> Settled {
        let mut settled = Settled::new();
        for state in states {
            let (without, with) = sizes(*state);
            for place in 0..without + with {
                settled.push((*state, self.member(place < with)));
            }
        }
        self.create(&settled).await;
        self.notify(&settled).await;
        self.each(&settled, |state, member, at| {
            let digest = member.code.digest(self.api.app.store.code_key(), member.space);
            (state == State::Active).then(|| Activate { at, by: Party::Holder, code: digest }.into())
        })
        .await;
        self.each(&settled, |state, _, at| (state == State::Opposed).then(|| oppose(at))).await;
        if settled.iter().any(|(state, _)| state.was_opened()) {
            self.api.later(Duration::days(44));
            self.each(&settled, |state, _, at| opens_after_the_window(state).then(|| Open { at }.into())).await;
            self.furnish(&mut settled).await;
            self.finish(&settled).await;
        }
        settled
    }

    fn member(&mut self, with_documents: bool) -> Member {
        self.number += 1;
        let app = &self.api.app;
        let code = || ProvisionalCode::generate(app.store.entropy().bytes().expect("randomness"));
        Member {
            space: app.new_id().expect("an id"),
            number: self.number,
            code: code(),
            message: app.new_id().expect("an id"),
            grant: app.new_id().expect("an id"),
            representation: app.new_id().expect("an id"),
            measure: app.new_id().expect("an id"),
            documents: with_documents.then(|| [String::new(), String::new()]),
        }
    }

    async fn create(&self, settled: &Settled) {
        let commands = self.api.app.store.commands();
        let digest = |member: &Member| {
            let line = person_line(member.number);
            let matricule = line["ins"]["matricule"].as_str().expect("an INS");
            Ins::parse(matricule, InsAuthority::Nir, InsStatus::Provisional).expect("an INS").digest(self.api.app.store.index_key())
        };
        commands.reserve(settled.iter().map(|(_, member)| (digest(member), member.space)).collect()).await.expect("reserved");
        self.each(settled, |_, member, at| {
            let admission = person(member.number);
            let kind = RepresentationKind::ProtectedAdult;
            let representative = admission.identity.clone();
            let representatives = vec![NewRepresentation { representation: member.representation, kind, representative }];
            Some(CreateSpace { at, space: member.space, by: Party::Cnam, admission, representatives }.into())
        })
        .await;
    }

    async fn notify(&self, settled: &Settled) {
        let told = |state: State| state != State::Created;
        self.each(settled, |state, member, at| {
            let digest = member.code.digest(self.api.app.store.code_key(), member.space);
            told(state).then(|| SendNotice { at, message: member.message, digest }.into())
        })
        .await;
        self.each(settled, |state, member, at| told(state).then(|| RecordEmailSent { at, message: member.message }.into())).await;
    }

    /// A fresh code, a grant, a measure, and documents.
    async fn furnish(&self, settled: &mut Settled) {
        for (_, member) in settled.iter_mut().filter(|(state, _)| *state != State::Active) {
            member.message = self.api.app.new_id().expect("an id");
        }
        self.each(settled, |state, member, at| {
            let digest = member.code.digest(self.api.app.store.code_key(), member.space);
            (state != State::Active).then(|| ReissueCode { at, by: Party::Holder, message: member.message, digest }.into())
        })
        .await;
        self.each(settled, |state, member, at| (state != State::Active).then(|| RecordEmailSent { at, message: member.message }.into()))
            .await;
        for (grant, to) in [(true, author()), (false, doctor())] {
            self.each(settled, |_, member, at| {
                let grant = if grant { member.grant } else { self.api.app.new_id().expect("an id") };
                let (to, scope, purpose) = (Grantee::Professional { rpps: to.rpps.clone() }, Scope::All, Purpose::Care);
                Some(GrantAccess { at, by: Party::Holder, grant, to, scope, purpose, from: None, until: None }.into())
            })
            .await;
        }
        let at = self.api.now();
        let measures = settled.iter().map(|(_, member)| record(StreamId::of_item(member.space, member.measure), at));
        self.execute(measures.collect()).await;
        let deposits = settled.iter_mut().filter_map(|(_, member)| member.documents.as_mut().map(|documents| (member.space, documents)));
        stream::iter(deposits)
            .for_each_concurrent(8, |(space, documents)| async move { *documents = deposit_two(self.api, space).await })
            .await;
    }

    async fn finish(&self, settled: &Settled) {
        self.each(settled, |state, _, at| {
            (state == State::Suspended).then(|| Suspend { at, ground: SuspensionGround::Malfunction }.into())
        })
        .await;
        let closes = |state: State| matches!(state, State::Closed | State::Destroyed);
        self.each(settled, |state, _, at| closes(state).then(|| Close { at, by: Party::Holder }.into())).await;
        self.each(settled, |state, _, at| (state == State::Destroyed).then(|| RequestDestruction { at, by: Party::Holder }.into())).await;
        if settled.iter().any(|(state, _)| *state == State::Destroyed) {
            self.api.later(Duration::days(100));
            self.each(settled, |_, _, at| Some(Destroy { at }.into())).await;
        }
    }

    /// Says something to each space that is meant, all at once.
    async fn each(&self, settled: &Settled, command: impl Fn(State, &Member, chrono::DateTime<chrono::Utc>) -> Option<SpaceCommand>) {
        let at = self.api.now();
        let envelopes = settled
            .iter()
            .filter_map(|(state, member)| command(*state, member, at).map(|command| CommandEnvelope::new(member.space, command)));
        self.execute(envelopes.collect()).await;
    }

    async fn execute(&self, envelopes: Vec<CommandEnvelope>) {
        for outcome in self.api.app.store.commands().execute_all(envelopes, &self.api.app.policy).await {
            assert!(!outcome.expect("accepted").is_quiet(), "it has an effect");
        }
    }
}

fn opens_after_the_window(state: State) -> bool {
    state.was_opened() && state != State::Active
}

fn oppose(at: chrono::DateTime<chrono::Utc>) -> SpaceCommand {
    let by = support().party().expect("an agent");
    Oppose { at, by, via: OppositionChannel::Desk, proof: Proof::IdentityProved }.into()
}

impl Member {
    /// A text of the table with what it names of this space filled in.
    pub(super) fn fill(&self, text: &str, fresh: &str) -> String {
        let documents = self.documents.clone().unwrap_or_else(|| [fresh.to_owned(), fresh.to_owned()]);
        let person = person_line(self.number);
        let named = [
            ("{space}", self.space.to_string()),
            ("{grant}", self.grant.to_string()),
            ("{representation}", self.representation.to_string()),
            ("{measure}", self.measure.to_string()),
            ("{document}", documents[0].clone()),
            ("$own", documents[1].clone()),
            ("{rpps}", author().rpps.to_string()),
            ("{member}", author().rpps.to_string()),
            ("{service}", fresh.to_owned()),
            ("{caregiver}", fresh.to_owned()),
            ("{invitation}", fresh.to_owned()),
            ("$fresh", fresh.to_owned()),
            ("{purpose}", "prevention".to_owned()),
            ("{partition}", "0".to_owned()),
            ("$rpps", author().rpps.to_string()),
            ("$person", person.to_string()),
            ("$ins", person["ins"]["matricule"].as_str().expect("an INS").to_owned()),
            ("$code", self.code.display()),
            ("$born", person["born_on"].as_str().expect("a day").to_owned()),
        ];
        named.into_iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, &value))
    }
}

//! The hot paths, each run once over a small cohort, with the plans that PostgreSQL used.

use chrono::{Duration, TimeDelta, Utc};
use ens_domain::calendar::paris;
use ens_domain::code::ProvisionalCode;
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::ins::InsDigest;
use ens_domain::organism::AgentId;
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::policy::Policy;
use ens_domain::space::Proof;
use ens_domain::space::commands::{
    Close, CreateSpace, Destroy, Oppose, RecordEmailSent, RequestDestruction, SendNotice, WithdrawOpposition,
};
use ens_domain::space::terms::{Channel, MessageKind, OppositionChannel};
use ens_projections::accesses::{AccessFilter, accesses, readers_of};
use ens_projections::campaign_progress::{Dimension, ProgressFilter, campaign_progress};
use ens_projections::deadlines::deadlines_due;
use ens_projections::documents::{document, documents};
use ens_projections::grants::grants;
use ens_projections::history::history;
use ens_projections::measures::measures;
use ens_projections::messages_due::messages_due;
use ens_projections::notices_due::notices_due;
use ens_projections::openings_due::{openings_by_department, openings_due};
use ens_projections::space_status::space_status;
use ens_projections::{Followers, compare, wait_for_position};
use ens_store::{CommandEnvelope, Draft, Store};
use ens_tests::cohort::{MeasureFate, measure, notified_on, open, open_store, person};
use ens_tests::{Engine, TestStorage};
use serde_json::json;
use uuid::Uuid;

use crate::captured_plans::{Explained, Listener, explain_everything};

const PERSONS: u32 = 96;

/// The statements and plans of each path.
pub(crate) struct Walked {
    pub(crate) storage: TestStorage,
    pub(crate) paths: Vec<(&'static str, Vec<Explained>)>,
}

impl Walked {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Explained> {
        self.paths.iter().flat_map(|(_, explained)| explained)
    }
}

/// Runs every hot path.
pub(crate) async fn walk() -> Walked {
    let storage = TestStorage::fresh(Engine::Postgres).await;
    open_store(storage.url()).await.close().await;
    explain_everything(&storage).await;
    let listener = Listener::start();
    let mut paths = Vec::new();
    let mut note = |name: &'static str| paths.push((name, listener.take()));
    let store = open_store(storage.url()).await;
    note("start");
    let day = paris::day_of(Utc::now()) - TimeDelta::days(43);
    let spaces = notified_on(&store, PERSONS, day).await;
    note("import and notices, in batches");
    let policy = Policy::default();
    store.commands().execute(oppose(spaces[0]).once("key", [7; 32]), &policy).await.expect("an opposition");
    store.commands().execute(oppose(spaces[0]).once("key", [7; 32]), &policy).await.expect("the same answer");
    note("one command, and the same again");
    let digests: Vec<InsDigest> = (0..40).map(|number| InsDigest::from_bytes([number; 32])).collect();
    store.commands().reserve(digests.iter().map(|digest| (*digest, spaces[0])).collect()).await.expect("a reservation");
    store.commands().find_space(&digests[3]).await.expect("a space");
    note("registry");
    for envelope in until_destroyed(spaces[0]) {
        store.commands().execute(envelope, &policy).await.expect("a command of this life");
    }
    note("destruction");
    messages(&store, &policy).await;
    note("outbox");
    for partition in store.partitions().each() {
        store.log().feed(partition, 0, 10).await.expect("a page");
    }
    store.log().heads().await.expect("heads");
    note("feed");
    store.log().states(&spaces).await.expect("states");
    store.log().key_ring(&spaces).await.expect("keys");
    note("histories and keys");
    open(&store, spaces[1..9].iter().copied(), Utc::now()).await;
    note("openings");
    for fate in [MeasureFate::Kept, MeasureFate::Removed] {
        measure(&store, spaces[1..9].iter().copied(), Utc::now(), fate).await;
    }
    note("measures");
    Followers::new(store.clone()).catch_up().await.expect("level read models");
    note("followers");
    read_models(&store, spaces[1]).await;
    note("read models");
    let mut lease = store
        .commands()
        .lease("openings", store.partition_of(spaces[1]), std::time::Duration::from_secs(30))
        .await
        .expect("a lease")
        .expect("free");
    assert!(lease.keep(1).await.expect("an answer"));
    lease.release().await.expect("given back");
    note("leases");
    // Rebuilt and undone, so that the tables are those of the migrations afterwards.
    compare(&store, "notices_due").await.expect("a comparison");
    note("a comparison with a rebuild");
    Walked { storage, paths }
}

fn message(number: u32) -> MessageId {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(number)).into()
}

fn agent() -> Party {
    Party::Support { agent: AgentId::parse("desk-1").expect("an agent") }
}

fn oppose(space: SpaceId) -> CommandEnvelope {
    CommandEnvelope::new(space, Oppose { at: Utc::now(), by: agent(), via: OppositionChannel::Desk, proof: Proof::IdentityProved })
}

/// Opposition, then closing and destruction on request.
fn until_destroyed(space: SpaceId) -> Vec<CommandEnvelope> {
    let at = Utc::now();
    vec![
        CommandEnvelope::new(space, WithdrawOpposition { at, by: agent(), via: OppositionChannel::Desk, proof: Proof::IdentityProved }),
        CommandEnvelope::new(space, Close { at, by: Party::Holder }),
        CommandEnvelope::new(space, RequestDestruction { at, by: Party::Holder }),
        CommandEnvelope::new(space, Destroy { at: at + Duration::days(200) }),
    ]
}

/// A notice for each of some new spaces, claimed, sent or handed over, settled; one of each other fate.
async fn messages(store: &Store, policy: &Policy) {
    let now = Utc::now();
    let envelope = |(number, space): (u32, &SpaceId)| {
        let code = ProvisionalCode::generate([3; 16]);
        let digest = code.digest(store.code_key(), *space);
        let content = json!({ "code": Personal::new(code) });
        let draft = Draft { message: message(number), kind: MessageKind::Notice, channel: Channel::Email, content, due_at: now };
        CommandEnvelope::new(*space, SendNotice { at: now, message: message(number), digest }).sending(draft)
    };
    let fresh: Vec<SpaceId> = (0..48).map(|_| Uuid::now_v7().into()).collect();
    let create = |(number, space): (u32, &SpaceId)| {
        CommandEnvelope::new(
            *space,
            CreateSpace { at: now, space: *space, by: Party::Cnam, admission: person(number), representatives: Vec::new() },
        )
    };
    let answers = store.commands().execute_all((201..).zip(&fresh).map(create).collect(), policy).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let answers = store.commands().execute_all((1..).zip(&fresh).map(envelope).collect(), policy).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let claimed = store.outbox().claim(Channel::Email, now, 20, Duration::minutes(5)).await.expect("a claim");
    assert_eq!(claimed.len(), 20);
    let addresses: Vec<_> = claimed.iter().map(|each| (each.message, each.space)).collect();
    store.outbox().postpone(addresses[0].0, addresses[0].1, now).await.expect("a delay");
    store.outbox().reroute(addresses[1].0, addresses[1].1, Channel::Post).await.expect("another way");
    store.outbox().hand_over_all(&addresses[2..6]).await.expect("a carrier");
    store.outbox().discard_all(&addresses[6..8]).await.expect("unwanted");
    let sent = |(message, space): &(MessageId, SpaceId)| {
        CommandEnvelope::new(*space, RecordEmailSent { at: now, message: *message }).completing(*message)
    };
    let settled = store.commands().execute_all(addresses[8..].iter().map(sent).collect(), policy).await;
    assert!(settled.iter().all(Result::is_ok), "{settled:?}");
    store.outbox().depth().await.expect("a depth");
}

async fn read_models(store: &Store, space: SpaceId) {
    let today = paris::day_of(Utc::now());
    let partition = store.partition_of(space);
    space_status(store, space).await.expect("a status");
    history(store, space, 0, 50).await.expect("lines");
    grants(store, space).await.expect("entries");
    measures(store, space, None, 50).await.expect("measures");
    documents(store, space, None, 50).await.expect("documents");
    document(store, space, Uuid::from_u128(1).into()).await.expect("no document");
    accesses(store, space, &AccessFilter::default(), None, 50).await.expect("accesses");
    notices_due(store, partition, None, 100).await.expect("notices");
    openings_due(store, partition, today, None, 100).await.expect("openings");
    openings_by_department(store, today).await.expect("counts");
    deadlines_due(store, partition, today, None, 100).await.expect("deadlines");
    messages_due(store, partition, today, None, 100).await.expect("messages");
    readers_of(store, space, Uuid::from_u128(1).into()).await.expect("readers");
    campaign_progress(store, &[Dimension::Department], &ProgressFilter::default()).await.expect("progress");
    wait_for_position(store, "space_status", partition, 0, std::time::Duration::ZERO).await.expect("a checkpoint");
}

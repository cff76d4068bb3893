//! The outbox: a message is stored with its event, claimed by one worker at a time, and deleted when it is completed.

use chrono::Duration;
use ens_domain::code::ProvisionalCode;
use ens_domain::personal::Personal;
use ens_domain::policy::Policy;
use ens_domain::space::commands::RecordEmailSent;
use ens_domain::space::terms::{Channel, MessageKind};
use ens_store::{Claimed, CommandEnvelope, Depth};
use futures::future::join_all;
use sqlx::{Connection, Executor, PgConnection};

use crate::backends::{Backend, Log};
use crate::persons::{code, create, live, message, monday, send_notice, space};

async fn with_notices(backend: Backend, count: u16) -> Log {
    let log = Log::fresh(backend).await;
    let spaces = 1..=count;
    let mut envelopes: Vec<CommandEnvelope> = spaces.clone().map(|number| create(space(number))).collect();
    envelopes.extend(spaces.map(|number| send_notice(&log.store, space(number), message(number))));
    for answer in log.store.commands().execute_all(envelopes, &Policy::default()).await {
        answer.expect("a notice");
    }
    log
}

async fn claim(log: &Log, channel: Channel, minutes: i64) -> Vec<Claimed> {
    log.store.outbox().claim(channel, monday() + Duration::minutes(minutes), 100, Duration::minutes(5)).await.expect("a claim")
}

async fn depth(log: &Log) -> Vec<Depth> {
    log.store.outbox().depth().await.expect("a depth")
}

#[tokio::test]
async fn a_claimed_message_opens_for_whoever_sends_it() {
    for backend in Backend::OURS {
        let log = with_notices(backend, 1).await;
        let claimed = claim(&log, Channel::Email, 0).await.remove(0);
        assert_eq!(
            (claimed.message, claimed.space, claimed.kind, claimed.attempts),
            (message(1), space(1), MessageKind::Notice, 1),
            "{backend:?}"
        );
        let sealed: Personal<ProvisionalCode> = serde_json::from_value(claimed.content["code"].clone()).expect("a sealed code");
        assert!(sealed.seal().is_some(), "{backend:?}");
        assert_eq!(log.store.log().open_personal(space(1), &sealed).await, Ok(code()), "{backend:?}");
    }
}

#[tokio::test]
async fn two_workers_never_have_the_same_message() {
    for backend in Backend::OURS {
        let log = with_notices(backend, 60).await;
        let claims = join_all((0..8).map(|_| log.store.outbox().claim(Channel::Email, monday(), 10, Duration::minutes(5)))).await;
        let mut messages: Vec<_> = claims.into_iter().flat_map(|claim| claim.expect("a claim")).map(|claimed| claimed.message).collect();
        messages.extend(claim(&log, Channel::Email, 0).await.into_iter().map(|claimed| claimed.message));
        messages.sort_unstable();
        assert!(messages.into_iter().eq((1..=60).map(message)), "{backend:?}");
    }
}

#[tokio::test]
async fn the_oldest_message_of_all_partitions_leaves_first() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        for number in 1..=24 {
            let mut envelope = send_notice(&log.store, space(number), message(number));
            // Not in the order of the ids: 7 and 25 have no divisor in common.
            envelope.messages[0].due_at = monday() - Duration::minutes(i64::from(number) * 7 % 25);
            live(&log.store, vec![create(space(number)), envelope]).await;
        }
        let mut wanted: Vec<u16> = (1..=24).collect();
        wanted.sort_unstable_by_key(|number| 25 - number * 7 % 25);
        for number in wanted {
            let claimed = log.store.outbox().claim(Channel::Email, monday(), 1, Duration::minutes(5)).await.expect("a claim");
            assert_eq!(claimed.iter().map(|claimed| claimed.message).collect::<Vec<_>>(), [message(number)], "{backend:?}");
        }
        assert_eq!(claim(&log, Channel::Email, 0).await, [], "{backend:?}");
    }
}

#[tokio::test]
async fn what_was_claimed_before_an_error_is_not_lost_to_it() {
    let log = with_notices(Backend::PostgresOurs, 12).await;
    let mut owner = PgConnection::connect(log.storage.url()).await.expect("the owner");
    let spoiled = log.store.partition_of(space(7));
    let sql = format!("UPDATE outbox SET kind = 'telegram', due_at = due_at + interval '1 s' WHERE partition = {spoiled}");
    owner.execute(sql.as_str()).await.expect("a row that nobody can read");
    let good = |number: &u16| log.store.partition_of(space(*number)) != spoiled;
    let claimed = claim(&log, Channel::Email, 1).await;
    assert!(claimed.iter().map(|claimed| claimed.message).eq((1..=12).filter(good).map(message)), "{claimed:?}");
    let alone = log.store.outbox().claim(Channel::Email, monday() + Duration::minutes(1), 1, Duration::minutes(5)).await;
    assert_eq!(alone, Ok(Vec::new()), "what nobody can read is leased like the others");
}

#[tokio::test]
async fn many_messages_go_their_ways_together() {
    for backend in Backend::OURS {
        let log = with_notices(backend, 40).await;
        let all: Vec<_> = claim(&log, Channel::Email, 0).await.iter().map(|claimed| (claimed.message, claimed.space)).collect();
        log.store.outbox().hand_over_all(&all[..20]).await.expect("the carrier has them");
        log.store.outbox().discard_all(&all[20..25]).await.expect("nobody wants them");
        let waits: Vec<_> =
            (1..).zip(&all[25..]).map(|(minutes, (message, space))| (*message, *space, monday() + Duration::minutes(minutes))).collect();
        log.store.outbox().postpone_all(&waits).await.expect("a delay");
        assert_eq!(depth(&log).await, [Depth { channel: Channel::Email, waiting: 15, handed_over: 20 }], "{backend:?}");
        assert_eq!(claim(&log, Channel::Email, 0).await, [], "{backend:?}");
        let due: Vec<_> = claim(&log, Channel::Email, 3).await.iter().map(|claimed| (claimed.message, claimed.attempts)).collect();
        let wanted: Vec<_> = waits[..3].iter().map(|(message, ..)| (*message, 2)).collect();
        assert_eq!(due, wanted, "{backend:?}: each when its own wait is over");
        log.store.outbox().hand_over_all(&[]).await.expect("nothing to do");
    }
}

#[tokio::test]
async fn a_message_comes_back_when_its_lease_is_over() {
    for backend in Backend::OURS {
        let log = with_notices(backend, 1).await;
        assert_eq!(claim(&log, Channel::Email, -1).await, [], "{backend:?}: not due yet");
        assert_eq!(claim(&log, Channel::Email, 0).await.len(), 1, "{backend:?}");
        assert_eq!(claim(&log, Channel::Email, 4).await, [], "{backend:?}: leased");
        assert_eq!(claim(&log, Channel::Email, 5).await[0].attempts, 2, "{backend:?}");
        log.store.outbox().postpone(message(1), space(1), monday() + Duration::minutes(60)).await.expect("a delay");
        assert_eq!(claim(&log, Channel::Email, 59).await, [], "{backend:?}: postponed");
        assert_eq!(claim(&log, Channel::Email, 60).await[0].attempts, 3, "{backend:?}");
    }
}

#[tokio::test]
async fn a_settled_message_is_gone_with_its_order() {
    for backend in Backend::OURS {
        let log = with_notices(backend, 2).await;
        let sent = |number| {
            CommandEnvelope::new(space(number), RecordEmailSent { at: monday(), message: message(number) }).completing(message(number))
        };
        live(&log.store, vec![sent(1)]).await;
        assert_eq!(depth(&log).await, [Depth { channel: Channel::Email, waiting: 1, handed_over: 0 }], "{backend:?}");
        // Also when there is nothing left to record.
        log.store.outbox().postpone(message(1), space(1), monday()).await.expect("a message that is gone stays gone");
        assert!(live(&log.store, vec![sent(1)]).await[0].is_quiet(), "{backend:?}");
        let quiet = CommandEnvelope::new(space(1), RecordEmailSent { at: monday(), message: message(1) }).completing(message(1));
        assert!(live(&log.store, vec![sent(2), quiet]).await[1].is_quiet(), "{backend:?}");
        assert_eq!(depth(&log).await, [], "{backend:?}");
    }
}

#[tokio::test]
async fn a_refused_order_leaves_no_message() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        log.store.commands().execute(send_notice(&log.store, space(1), message(1)), &Policy::default()).await.expect_err("no such space");
        live(&log.store, vec![create(space(1)), send_notice(&log.store, space(1), message(1))]).await;
        log.store.commands().execute(send_notice(&log.store, space(1), message(2)), &Policy::default()).await.expect_err("under way");
        assert_eq!(depth(&log).await, [Depth { channel: Channel::Email, waiting: 1, handed_over: 0 }], "{backend:?}");
    }
}

#[tokio::test]
async fn a_message_takes_another_way_or_none() {
    for backend in Backend::OURS {
        let log = with_notices(backend, 3).await;
        claim(&log, Channel::Email, 0).await;
        log.store.outbox().reroute(message(1), space(1), Channel::Post).await.expect("another way");
        let claimed = claim(&log, Channel::Post, 0).await;
        assert_eq!((claimed.len(), claimed[0].message, claimed[0].attempts), (1, message(1), 1), "{backend:?}");
        log.store.outbox().hand_over(message(1), space(1)).await.expect("the carrier has it");
        assert_eq!(claim(&log, Channel::Post, 600).await, [], "{backend:?}: with the carrier");
        log.store.outbox().discard(message(2), space(2)).await.expect("nobody wants it");
        let expected =
            [Depth { channel: Channel::Email, waiting: 1, handed_over: 0 }, Depth { channel: Channel::Post, waiting: 0, handed_over: 1 }];
        assert_eq!(depth(&log).await, expected, "{backend:?}");
        log.store.outbox().discard(message(1), space(1)).await.expect("the carrier lost it");
        assert_eq!(depth(&log).await.len(), 1, "{backend:?}");
    }
}

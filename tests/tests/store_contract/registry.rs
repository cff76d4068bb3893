//! The registry of persons: one person always gets the same space, whoever asks, how often and in which order.

use std::collections::BTreeSet;

use ens_store::{Known, Linked, Reserved};
use futures::future::join_all;

use crate::backends::{Backend, Log};
use crate::persons::{ins_of, space};

#[tokio::test]
async fn the_same_person_always_gets_the_same_space() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let digest = |number: u16| ins_of(number).digest(log.store.index_key());
        let first = log
            .store
            .commands()
            .reserve(vec![(digest(1), space(1)), (digest(2), space(2)), (digest(1), space(3))])
            .await
            .expect("a reservation");
        let reserved = |number, known| Reserved { space: space(number), known };
        assert_eq!(first, [reserved(1, Known::New), reserved(2, Known::New), reserved(1, Known::Already)], "{backend:?}");
        let again = log.store.commands().reserve(vec![(digest(2), space(4)), (digest(3), space(5))]).await.expect("a reservation");
        assert_eq!(again, [reserved(2, Known::Already), reserved(5, Known::New)], "{backend:?}");
        assert_eq!(log.store.commands().find_space(&digest(1)).await, Ok(Some(space(1))), "{backend:?}");
        assert_eq!(log.store.commands().find_space(&digest(9)).await, Ok(None), "{backend:?}");
        assert_eq!(log.store.commands().reserve(Vec::new()).await, Ok(Vec::new()), "{backend:?}");
    }
}

#[tokio::test]
async fn many_at_once_agree_on_each_persons_space() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let import = |start: u16| {
            // Each brings the same persons in another order, with proposals of its own.
            let people = (0..50).map(move |number| (number * 7 + start) % 50 + 1);
            let proposals = people.map(|number| (ins_of(number).digest(log.store.index_key()), space(start * 100 + number))).collect();
            log.store.commands().reserve(proposals)
        };
        let answers = join_all((0..8).map(import)).await;
        let all: Vec<Reserved> = answers.into_iter().flat_map(|answer| answer.expect("a reservation")).collect();
        assert_eq!(all.iter().filter(|reserved| reserved.known == Known::New).count(), 50, "{backend:?}");
        assert_eq!(all.iter().map(|reserved| reserved.space).collect::<BTreeSet<_>>().len(), 50, "{backend:?}");
    }
}

#[tokio::test]
async fn a_changed_ins_leads_to_the_same_space() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let digest = |number: u16| ins_of(number).digest(log.store.index_key());
        log.store.commands().reserve(vec![(digest(1), space(1)), (digest(2), space(2))]).await.expect("a reservation");
        assert_eq!(log.store.commands().link(digest(3), space(1)).await, Ok(Linked::Done), "{backend:?}");
        assert_eq!(log.store.commands().link(digest(3), space(1)).await, Ok(Linked::Done), "{backend:?}");
        assert_eq!(log.store.commands().link(digest(2), space(1)).await, Ok(Linked::Taken(space(2))), "{backend:?}");
        assert_eq!(log.store.commands().find_space(&digest(3)).await, Ok(Some(space(1))), "{backend:?}");
    }
}

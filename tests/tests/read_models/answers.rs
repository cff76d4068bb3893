//! What the read models return for known lives, on every engine.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use ens_domain::ids::SpaceId;
use ens_domain::organism::Department;
use ens_domain::space::terms::{Channel, Stage};
use ens_projections::PageEnd;
use ens_projections::campaign_progress::{Dimension, ProgressFilter, campaign_progress};
use ens_projections::deadlines::{Deadline, DeadlineKind, deadlines_due};
use ens_projections::grants::{EntryKind, EntryState, grants};
use ens_projections::history::history;
use ens_projections::measures::{MeasureRow, measures};
use ens_projections::notices_due::notices_due;
use ens_projections::openings_due::{OpeningDue, openings_by_department, openings_due};
use ens_projections::space_status::{CodeState, space_status};
use ens_projections::space_summary::Action;
use ens_projections::{Followers, Waited, wait_for_position};
use ens_tests::Engine;
use ens_tests::cohort::weight;
use futures::future::join_all;

use super::lives::{KINDS, Kind, PopulatedStore, day, start};

async fn level(engine: Engine, each: u32) -> PopulatedStore {
    let populated = PopulatedStore::lived(engine, each).await;
    Followers::new(populated.store.clone()).catch_up().await.expect("level");
    populated
}

fn stage(kind: Kind) -> Stage {
    match kind {
        Kind::Created => Stage::Created,
        Kind::Told | Kind::Bounced => Stage::Notified,
        Kind::Opposed => Stage::Opposed,
        Kind::Blocked => Stage::Blocked,
        Kind::Open => Stage::Open,
        Kind::Shared => Stage::Active,
        Kind::Suspended => Stage::Suspended,
        Kind::Closed => Stage::Closed,
        Kind::Destroyed => Stage::Destroyed,
    }
}

#[tokio::test]
async fn a_status_says_where_why_and_what_can_be_done() {
    for engine in Engine::ALL {
        let populated = level(engine, 1).await;
        for kind in KINDS {
            let row = space_status(&populated.store, populated.one(kind)).await.expect("a status").expect("a row");
            let state = populated.store.log().state(row.space).await.expect("a state").expect("a space");
            assert_eq!((row.stage, Some(row.stage), row.version), (stage(kind), state.space.stage(), state.version), "{engine:?} {kind:?}");
        }
        let told = space_status(&populated.store, populated.one(Kind::Told)).await.expect("a status").expect("a row");
        assert_eq!((told.last_day, told.code_state, told.since), (Some(day(4, 13)), CodeState::Received, start()));
        assert_eq!(told.summary_on(day(3, 3)).actions, [Action::Oppose, Action::Activate, Action::AskForCode]);
        let posted = space_status(&populated.store, populated.one(Kind::Bounced)).await.expect("a status").expect("a row");
        assert_eq!((posted.notice_channel, posted.last_day), (Some(Channel::Post), Some(day(4, 22))));
        assert_eq!(space_status(&populated.store, SpaceId::from(uuid::Uuid::from_u128(1))).await, Ok(None));
    }
}

#[tokio::test]
async fn reads_that_wait_together_are_answered_each_with_their_own() {
    for engine in Engine::ALL {
        let populated = level(engine, 3).await;
        let strangers = (1..=5).map(|number| SpaceId::from(uuid::Uuid::from_u128(number)));
        let asked: Vec<SpaceId> = populated.spaces.iter().map(|(_, space)| *space).chain(strangers).cycle().take(350).collect();
        let rows = join_all(asked.iter().map(|space| space_status(&populated.store, *space))).await;
        for (number, (space, row)) in asked.iter().zip(rows).enumerate() {
            let known = number % 35 < 30;
            assert_eq!(row.expect("a status").map(|row| row.space), known.then_some(*space), "{engine:?}");
        }
        populated.store.close().await;
        let closed = join_all(asked[..40].iter().map(|space| space_status(&populated.store, *space))).await;
        assert!(closed.iter().all(Result::is_err), "{engine:?}: each is told of the error");
    }
}

#[tokio::test]
async fn the_states_add_up_to_the_number_of_spaces() {
    for engine in Engine::ALL {
        let populated = level(engine, 3).await;
        let all = campaign_progress(&populated.store, &[], &ProgressFilter::default()).await.expect("a count");
        assert_eq!(all.iter().map(|line| line.spaces).collect::<Vec<_>>(), [30]);
        for by in [vec![Dimension::State], Dimension::ALL.to_vec()] {
            let lines = campaign_progress(&populated.store, &by, &ProgressFilter::default()).await.expect("a count");
            assert_eq!(lines.iter().map(|line| line.spaces).sum::<u64>(), 30, "{engine:?}");
        }
        let opposed =
            ProgressFilter { state: Some(Stage::Opposed), from: Some(day(3, 2)), to: Some(day(3, 2)), ..ProgressFilter::default() };
        let lines = campaign_progress(&populated.store, &[Dimension::State, Dimension::Day], &opposed).await.expect("a count");
        assert_eq!(
            lines.iter().map(|line| (line.state, line.day, line.spaces)).collect::<Vec<_>>(),
            [(Some(Stage::Opposed), Some(day(3, 2)), 3)]
        );
        let nantes = ProgressFilter { department: Some(Department::parse("44").expect("a department")), ..ProgressFilter::default() };
        let lines = campaign_progress(&populated.store, &[Dimension::Insurer], &nantes).await.expect("a count");
        assert_eq!(
            lines.iter().map(|line| (line.insurer.clone().map(|code| code.to_string()), line.spaces)).collect::<Vec<_>>(),
            [(Some("MSA-44".to_owned()), 10)]
        );
    }
}

#[tokio::test]
async fn what_falls_due_is_walked_page_by_page() {
    for engine in Engine::ALL {
        let populated = level(engine, 4).await;
        let due = |on| due_pages(&populated, on);
        assert_eq!(due(day(4, 13)).await, BTreeSet::new(), "the last day still counts");
        assert_eq!(due(day(4, 14)).await, populated.all(Kind::Told).collect());
        assert_eq!(due(day(5, 1)).await, populated.all(Kind::Told).chain(populated.all(Kind::Bounced)).collect());
        let counted = openings_by_department(&populated.store, day(5, 1)).await.expect("a count");
        assert_eq!(counted.iter().map(|line| line.spaces).sum::<u64>(), 8, "{engine:?}");
        assert_eq!(openings_by_department(&populated.store, day(4, 13)).await, Ok(Vec::new()));
    }
}

/// Every space that falls due, seen once, in pages of two.
async fn due_pages(populated: &PopulatedStore, on: NaiveDate) -> BTreeSet<SpaceId> {
    let mut seen = BTreeSet::new();
    for partition in populated.store.partitions().each() {
        let mut last: Option<OpeningDue> = None;
        loop {
            let page = openings_due(&populated.store, partition, on, last.as_ref(), 2).await.expect("a page");
            assert!(page.iter().all(|row| seen.insert(row.space)), "seen once");
            match page.into_iter().last() {
                Some(row) => last = Some(row),
                None => break,
            }
        }
    }
    seen
}

#[tokio::test]
async fn a_notice_is_owed_to_those_who_were_not_told() {
    for engine in Engine::ALL {
        let populated = level(engine, 2).await;
        let mut owed = Vec::new();
        for partition in populated.store.partitions().each() {
            let mut after = None;
            while let [row, ..] = notices_due(&populated.store, partition, after, 1).await.expect("a page").as_slice() {
                owed.push((row.space, row.channel, row.since));
                after = Some(row.space);
            }
        }
        owed.sort_unstable_by_key(|(space, ..)| *space);
        let mut expected: Vec<_> = populated.all(Kind::Created).map(|space| (space, Channel::Email, start())).collect();
        expected.sort_unstable_by_key(|(space, ..)| *space);
        assert_eq!(owed, expected, "{engine:?}");
    }
}

#[tokio::test]
async fn what_falls_due_later_has_its_day() {
    for engine in Engine::ALL {
        let populated = level(engine, 1).await;
        let mut due: Vec<(DeadlineKind, NaiveDate, SpaceId)> = Vec::new();
        for partition in populated.store.partitions().each() {
            let mut last: Option<Deadline> = None;
            while let [row] = deadlines_due(&populated.store, partition, day(12, 31), last.as_ref(), 1).await.expect("a page").as_slice() {
                due.push((row.kind, row.due_on, row.space));
                last = Some(row.clone());
            }
        }
        due.sort_unstable();
        let expected = [
            (DeadlineKind::SuspensionOver, day(6, 13), populated.one(Kind::Suspended)),
            (DeadlineKind::DestructionDue, day(8, 1), populated.one(Kind::Closed)),
            (DeadlineKind::GrantEnd, day(6, 1), populated.one(Kind::Shared)),
        ];
        assert_eq!(due, expected, "{engine:?}");
    }
}

#[tokio::test]
async fn the_list_of_authorisations_says_who_is_let_in_and_who_is_blocked() {
    for engine in Engine::ALL {
        let populated = level(engine, 1).await;
        let mut list = grants(&populated.store, populated.one(Kind::Shared)).await.expect("a list");
        list.sort_unstable_by_key(|entry| entry.kind);
        let said: Vec<_> = list.iter().map(|entry| (entry.kind, entry.state, entry.until, entry.given_by.as_str())).collect();
        let standing = EntryState::Standing;
        assert_eq!(
            said,
            [(EntryKind::Professional, standing, Some(day(5, 31)), "holder"), (EntryKind::Blocked, standing, None, "holder")],
            "{engine:?}"
        );
        assert_eq!(grants(&populated.store, populated.one(Kind::Destroyed)).await, Ok(Vec::new()));
    }
}

#[tokio::test]
async fn a_history_is_read_page_by_page_in_french() {
    for engine in Engine::ALL {
        let populated = level(engine, 1).await;
        let space = populated.one(Kind::Bounced);
        let first = history(&populated.store, space, 0, 4).await.expect("a page");
        let rest = history(&populated.store, space, 4, 100).await.expect("a page");
        let events: Vec<_> = first.iter().chain(&rest).map(|line| line.event.as_str()).collect();
        let expected = ["SpaceCreated", "CodeIssued", "NotifiedByEmail", "NotificationFailed", "CodeIssued", "NotifiedByPost"];
        assert_eq!(events, expected, "{engine:?}");
        assert_eq!(
            rest[1].sentence,
            "Le courrier d’information a été posté le 4 mars 2026 et il est réputé reçu le 11 mars 2026. \
             Vous pouvez vous opposer à l’ouverture jusqu’au 22 avril 2026 inclus."
        );
    }
}

#[tokio::test]
async fn measures_are_read_page_by_page_newest_first() {
    for engine in Engine::ALL {
        let populated = level(engine, 1).await;
        let space = populated.one(Kind::Shared);
        let all = measures(&populated.store, space, None, 100).await.expect("a page");
        assert!(all.len() >= 2, "{engine:?}: {all:?}");
        assert!(all.iter().all(|row| row.space == space), "{engine:?}");
        let ring = populated.store.log().key_ring(&[space]).await.expect("its keys");
        assert!(all.iter().all(|row| ring.open(space, &row.value) == Ok(weight())), "{engine:?}");
        assert!(all.is_sorted_by_key(|row| std::cmp::Reverse((row.taken_at, row.item))), "{engine:?}");
        let mut paged: Vec<MeasureRow> = Vec::new();
        while let [row] = measures(&populated.store, space, paged.last().map(PageEnd::from), 1).await.expect("a page").as_slice() {
            paged.push(row.clone());
        }
        assert_eq!(paged, all, "{engine:?}");
        assert_eq!(measures(&populated.store, populated.one(Kind::Destroyed), None, 100).await, Ok(Vec::new()), "{engine:?}");
    }
}

#[tokio::test]
async fn a_reader_waits_for_a_position_or_hears_how_far_the_rows_are() {
    for engine in Engine::ALL {
        let populated = PopulatedStore::lived(engine, 1).await;
        let space = populated.one(Kind::Told);
        let partition = populated.store.partition_of(space);
        let position = populated.store.log().state(space).await.expect("a state").expect("a space").position;
        let now = std::time::Duration::ZERO;
        assert_eq!(
            wait_for_position(&populated.store, "space_status", partition, position, now).await,
            Ok(Waited::Behind(0)),
            "{engine:?}"
        );
        Followers::new(populated.store.clone()).catch_up().await.expect("level");
        assert_eq!(
            wait_for_position(&populated.store, "space_status", partition, position, now).await,
            Ok(Waited::Reflected),
            "{engine:?}"
        );
    }
}

//! Rebuilds of read models: equal to the live rows, able to repair them, and never in the way of a reader.

use std::time::Duration;

use ens_projections::space_status::space_status;
use ens_projections::{FollowOptions, Followers, RebuildError, compare, read_models, rebuild};
use ens_tests::{Engine, eventually};
use futures::future::pending;
use sqlx::{Connection, PgConnection, SqliteConnection};

use super::lives::{Kind, PopulatedStore};

#[tokio::test(flavor = "multi_thread")]
async fn rebuilt_rows_equal_live_rows() {
    for engine in Engine::ALL {
        let mut populated = PopulatedStore::fresh(engine).await;
        let followers = Followers::with_options(populated.store.clone(), FollowOptions { batch: 5, ..FollowOptions::default() });
        for _ in 0..2 {
            populated.live(2).await;
            followers.catch_up().await.expect("level");
            for read_model in read_models() {
                assert_eq!(compare(&populated.store, read_model.name()).await, Ok(Vec::new()), "{engine:?} {}", read_model.name());
                let rebuilt = rebuild(&populated.store, read_model.name()).await.expect("a rebuild");
                assert_eq!((rebuilt.projection, rebuilt.events), (read_model.name(), populated.events().await), "{engine:?}");
            }
        }
        followers.catch_up().await.expect("level after the swap");
        assert_eq!(rebuild(&populated.store, "no_such_read_model").await, Err(RebuildError::NoSuchReadModel));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_altered_is_seen_and_mended() {
    for engine in Engine::DURABLE {
        let populated = PopulatedStore::lived(engine, 1).await;
        Followers::new(populated.store.clone()).catch_up().await.expect("level");
        let space = populated.one(Kind::Opposed);
        let altered = [
            format!("UPDATE space_status SET stage = 'open' WHERE space = '{space}'"),
            format!("DELETE FROM space_status WHERE space = '{}'", populated.one(Kind::Open)),
        ];
        alter(populated.storage.url(), &altered).await;
        let differences = compare(&populated.store, "space_status").await.expect("a comparison");
        let mut columns: Vec<usize> = differences.iter().map(|difference| difference.columns.len()).collect();
        columns.sort_unstable();
        assert_eq!(columns.first(), Some(&1), "{engine:?}: {differences:?}");
        assert_eq!(columns.len(), 2, "{engine:?}: {differences:?}");
        assert!(differences.iter().any(|difference| difference.columns == ["stage"] && difference.key.contains(&space.to_string())));
        rebuild(&populated.store, "space_status").await.expect("a rebuild");
        assert_eq!(compare(&populated.store, "space_status").await, Ok(Vec::new()), "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_rows_answer_until_the_new_ones_do() {
    for engine in Engine::DURABLE {
        let mut populated = PopulatedStore::lived(engine, 2).await;
        let options = FollowOptions { poll: Duration::from_millis(20), ..FollowOptions::default() };
        let followers = Followers::with_options(populated.store.clone(), options);
        followers.catch_up().await.expect("level");
        let at_work = tokio::spawn({
            let followers = followers.clone();
            async move { followers.run(pending()).await }
        });
        let (store, space) = (populated.store.clone(), populated.one(Kind::Told));
        let rebuilding = tokio::spawn(async move {
            for read_model in read_models() {
                rebuild(&store, read_model.name()).await.expect("a rebuild");
            }
        });
        while !rebuilding.is_finished() {
            populated.live(1).await;
            assert!(space_status(&populated.store, space).await.expect("an answer").is_some(), "{engine:?}");
        }
        rebuilding.await.expect("rebuilt");
        eventually(&format!("{engine:?} is level again"), async || {
            followers.lag().await.expect("a lag").iter().all(|lag| lag.behind == 0).then_some(())
        })
        .await;
        at_work.abort();
        for read_model in read_models() {
            assert_eq!(compare(&populated.store, read_model.name()).await, Ok(Vec::new()), "{engine:?} {}", read_model.name());
        }
    }
}

/// Changes rows directly in the database, as no follower would.
async fn alter(url: &str, statements: &[String]) {
    for statement in statements {
        if url.starts_with("postgres") {
            let mut connection = PgConnection::connect(url).await.expect("a connection");
            sqlx::query(statement).execute(&mut connection).await.expect("altered");
        } else {
            let mut connection = SqliteConnection::connect(url).await.expect("a connection");
            sqlx::query(statement).execute(&mut connection).await.expect("altered");
        }
    }
}

//! The fold of a batch: what it loads, what it writes, where it stops.

use chrono::DateTime;
use ens_domain::space::terms::Channel;
use ens_store::Partition;

use super::space;
use crate::change::{Change, Fold, NothingToAmend, rows_to_load};
use crate::life::notices_due::NoticeDue;
use crate::row::{Row, SpaceKey};

const KEY: fn() -> SpaceKey = || SpaceKey { partition: Partition::new(0), space: space() };

fn row(channel: Channel) -> NoticeDue {
    NoticeDue { partition: Partition::new(0), space: space(), channel, since: DateTime::UNIX_EPOCH }
}

fn to_post() -> Change<NoticeDue> {
    Change::amend(KEY(), |row: &mut NoticeDue| row.channel = Channel::Post)
}

#[test]
fn the_last_change_of_a_row_wins() {
    let mut fold = Fold::over(Vec::new());
    fold.take(1, vec![Change::Put(row(Channel::Email)), Change::Remove(KEY()), Change::Put(row(Channel::Email)), to_post()]).unwrap();
    let writes = fold.finish();
    assert_eq!(writes.put, [row(Channel::Post)]);
    assert!(writes.removed.is_empty() && writes.wiped.is_empty());
}

#[test]
fn wiping_a_space_forgets_its_rows_those_written_before_it_in_the_batch_too() {
    let mut fold = Fold::over(vec![row(Channel::Email)]);
    fold.take(1, vec![Change::Put(row(Channel::Email)), Change::Wipe(KEY())]).unwrap();
    let writes = fold.finish();
    assert_eq!(writes.wiped, [KEY()]);
    assert!(writes.put.is_empty() && writes.removed.is_empty());
}

#[test]
fn a_row_put_after_a_wipe_stands() {
    let mut fold = Fold::over(Vec::new());
    fold.take(1, vec![Change::Wipe(KEY()), Change::Put(row(Channel::Post))]).unwrap();
    assert_eq!(fold.finish().put, [row(Channel::Post)]);
}

#[test]
fn amending_a_row_that_is_not_there_stops_the_fold_at_that_event() {
    let mut fold = Fold::<NoticeDue>::over(Vec::new());
    assert_eq!(fold.take(7, vec![to_post()]), Err(NothingToAmend { position: 7 }));
}

#[test]
fn amending_a_row_that_is_no_longer_kept_writes_nothing() {
    let mut fold = Fold::<NoticeDue>::over(Vec::new());
    fold.take(7, vec![Change::amend_where_kept(KEY(), |row: &mut NoticeDue| row.channel = Channel::Post)]).unwrap();
    let writes = fold.finish();
    assert!(writes.put.is_empty() && writes.removed.is_empty() && writes.wiped.is_empty());
}

#[test]
fn a_row_that_is_amended_or_put_is_kept_where_it_is_and_begun_where_it_is_not() {
    let change = || Change::amend_or_put(row(Channel::Email), |row: &mut NoticeDue| row.since += chrono::TimeDelta::hours(1));
    let later = |hours| NoticeDue { since: DateTime::UNIX_EPOCH + chrono::TimeDelta::hours(hours), ..row(Channel::Email) };
    let mut absent = Fold::over(Vec::new());
    absent.take(1, vec![change(), change()]).unwrap();
    assert_eq!(absent.finish().put, [later(2)]);
    let mut kept = Fold::over(vec![NoticeDue { channel: Channel::Post, ..later(3) }]);
    kept.take(1, vec![change()]).unwrap();
    assert_eq!(kept.finish().put, [NoticeDue { channel: Channel::Post, ..later(4) }]);
    let mut removed = Fold::over(vec![later(3)]);
    removed.take(1, vec![Change::Remove(KEY()), change()]).unwrap();
    assert_eq!(removed.finish().put, [later(1)]);
    assert_eq!(rows_to_load([change()].iter()), [KEY()]);
    assert!(rows_to_load([Change::Wipe(KEY()), change()].iter()).is_empty());
}

#[test]
fn only_rows_that_the_batch_does_not_write_itself_are_loaded() {
    assert_eq!(rows_to_load([to_post()].iter()), [KEY()]);
    assert!(rows_to_load([Change::Put(row(Channel::Email)), to_post()].iter()).is_empty());
    assert!(rows_to_load([Change::Wipe(KEY()), to_post()].iter()).is_empty());
    assert_eq!(row(Channel::Email).key(), KEY());
}

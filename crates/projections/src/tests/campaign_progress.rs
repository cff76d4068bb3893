//! What the campaign counts of one space: its state since when, and the channel of its last notice.

use ens_domain::space::terms::{Channel, OppositionChannel, Stage};

use super::{bounced, created, day, given, notified_space, open_space, opposed, posted};
use crate::life::campaign_progress::{CampaignProgress, SpaceProgress};

fn counted(row: &SpaceProgress) -> (Stage, chrono::NaiveDate, Option<Channel>) {
    (row.state, row.day, row.channel)
}

#[test]
fn a_space_is_counted_once_where_it_is_and_since_when() {
    given([created()]).then::<CampaignProgress, _>(counted, [(Stage::Created, day(3, 1), Some(Channel::Email))]);
    given(notified_space()).then::<CampaignProgress, _>(counted, [(Stage::Notified, day(3, 2), Some(Channel::Email))]);
    given(open_space()).then::<CampaignProgress, _>(counted, [(Stage::Open, day(4, 14), Some(Channel::Email))]);
}

#[test]
fn a_letter_after_a_bounce_counts_for_the_post() {
    let events = notified_space().into_iter().chain([bounced(Some(Channel::Post)), posted()]);
    given(events).then::<CampaignProgress, _>(counted, [(Stage::Notified, day(3, 10), Some(Channel::Post))]);
}

#[test]
fn an_opposition_is_counted_on_its_day() {
    let events = notified_space().into_iter().chain([opposed(OppositionChannel::Phone)]);
    given(events).then::<CampaignProgress, _>(counted, [(Stage::Opposed, day(3, 20), Some(Channel::Email))]);
}

#[test]
fn a_space_is_counted_under_its_department_and_its_fund() {
    given([created()]).then::<CampaignProgress, _>(
        |row| (row.department.to_string(), row.insurer.to_string()),
        [("31".to_owned(), "CPAM-31".to_owned())],
    );
}

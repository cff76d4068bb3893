//! A medical record that is older than the space: it joins at the opening or afterwards, once, and never after a destruction.

use crate::calendar::paris;
use crate::party::Party;
use crate::space::terms::{MedicalRecordOrigin, OpeningGround};
use crate::space::{Admission, DestructionEvent, SpaceEvent, SpaceRefusal};

use super::grammar::{given, given_nothing, space_after};
use super::persons::{adult, at, both, day};
use super::requests::{join_legacy, renew};
use super::spaces_out_of_service;
use super::stories::{
    LATER, MEANWHILE, OPENING, activated, active, closed, created_from, destroyed, legacy_joined, notified, open, opened, opposed,
    opposition, suspended, then, withdrawn,
};
use crate::space::terms::OppositionChannel;

const CREATED_ON: &str = "2019-11-05";

fn known_before() -> Admission {
    Admission { medical_record_since: Some(day(CREATED_ON)), ..adult(both()) }
}

/// A space that the older record joined with its opening.
fn opened_with_it() -> Vec<SpaceEvent> {
    let story: Vec<SpaceEvent> = created_from(known_before()).into_iter().chain(notified().into_iter().skip(1)).collect();
    let joined = Some(MedicalRecordOrigin::Joined);
    then(story, activated(MEANWHILE, joined))
}

#[test]
fn an_older_record_that_the_opening_did_not_know_of_joins_once() {
    for story in [open(), active()] {
        given(story.clone()).when(join_legacy(LATER, CREATED_ON)).then([legacy_joined(LATER, CREATED_ON)]);
        let joined = then(story, legacy_joined(LATER, CREATED_ON));
        given(joined.clone()).when(join_legacy(LATER, CREATED_ON)).then_quiet();
        let known = SpaceRefusal::LegacyRecordKnown { created_on: day(CREATED_ON) };
        given(joined).when(join_legacy(LATER, "2020-01-01")).then_refused(known);
    }
}

#[test]
fn a_record_that_the_opening_knew_of_has_joined_with_it() {
    assert_eq!(space_after(opened_with_it()).legacy_record_since(), Some(day(CREATED_ON)));
    given(opened_with_it()).when(join_legacy(LATER, CREATED_ON)).then_quiet();
    let known = SpaceRefusal::LegacyRecordKnown { created_on: day(CREATED_ON) };
    given(opened_with_it()).when(join_legacy(LATER, "2020-01-01")).then_refused(known);
    for story in [notified(), open(), active(), created_from(known_before())] {
        assert_eq!(space_after(story).legacy_record_since(), None);
    }
}

#[test]
fn an_older_record_joins_no_space_that_is_not_open() {
    for (place, space) in spaces_out_of_service() {
        assert!(space.decide(join_legacy(LATER, CREATED_ON).into(), &Default::default()).is_err(), "{place}");
    }
    given_nothing().when(join_legacy(LATER, CREATED_ON)).then_refused(SpaceRefusal::NoSuchSpace);
    given(opposed()).when(join_legacy(LATER, CREATED_ON)).then_refused(SpaceRefusal::OppositionStands { since: day("2026-03-20") });
    given(suspended()).when(join_legacy(LATER, CREATED_ON)).then_refused(SpaceRefusal::SpaceSuspended { last_day: day("2026-07-13") });
    given(closed()).when(join_legacy(LATER, CREATED_ON)).then_refused(SpaceRefusal::SpaceClosed { closed_on: day("2026-06-01") });
    let story = [opposition(MEANWHILE, OppositionChannel::Desk), withdrawn(LATER), opened(LATER, OpeningGround::OppositionWithdrawn)];
    given(notified()).and(story).when(join_legacy(LATER, CREATED_ON)).then([legacy_joined(LATER, CREATED_ON)]);
}

#[test]
fn an_older_record_was_created_before_the_opening() {
    let opened_on = paris::day_of(at(OPENING));
    let (earliest, latest) = (day("1876-06-01"), opened_on.pred_opt().unwrap());
    for possible in [earliest, latest] {
        let possible = possible.to_string();
        given(open()).when(join_legacy(LATER, &possible)).then([legacy_joined(LATER, &possible)]);
    }
    for impossible in ["1876-05-31", "2026-04-14", "2026-06-02", "0001-01-01", "9999-12-31"] {
        let refusal = SpaceRefusal::ImpossibleDay { day: day(impossible), earliest, latest };
        given(open()).when(join_legacy(LATER, impossible)).then_refused(refusal);
    }
}

#[test]
fn what_was_destroyed_does_not_join_the_new_space() {
    let renewal = renew("2026-10-01 12:00", known_before());
    let (at, by, admission) = (renewal.at, Party::Cnam, renewal.admission.clone());
    given(destroyed()).when(renewal).then([SpaceEvent::Destruction(DestructionEvent::SpaceRenewed {
        at,
        by: by.clone(),
        admission: admission.clone(),
    })]);
    let renewed = then(destroyed(), SpaceEvent::Destruction(DestructionEvent::SpaceRenewed { at, by, admission }));
    assert_eq!(space_after(renewed.clone()).legacy_record_since(), None);
    given(renewed).when(join_legacy("2026-10-02 12:00", CREATED_ON)).then_refused(SpaceRefusal::BeganEmpty);
}

#[test]
fn the_person_reads_that_the_record_joined() {
    let sentence = "Votre dossier médical partagé, créé le 5 novembre 2019, a rejoint votre espace.";
    assert_eq!((legacy_joined(LATER, CREATED_ON).sentence().as_str(), legacy_joined(LATER, CREATED_ON).stage()), (sentence, None));
}

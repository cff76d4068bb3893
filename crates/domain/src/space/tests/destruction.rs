//! The destruction of an archive, on request or after ten years, and the new space after it.

use crate::calendar::paris;
use crate::guarded::Guarded;
use crate::party::Party;
use crate::policy::Policy;
use crate::space::commands::{RenewSpace, RequestDestruction};
use crate::space::events::{AccessEvent, DestructionEvent};
use crate::space::terms::{Channel, CodePurpose, DestructionGround, Stage};
use crate::space::{Parties, SpaceEvent, SpaceRefusal};

use super::grammar::{given, space_after};
use super::persons::{adult, an_email, at, both, day, space_id};
use super::requests::{cancel_destruction, destroy, grant, reissue, renew, request_destruction};
use super::stories::{
    LATER, active, closed, dead_and_closed, death, destroyed, doomed, ended, granted, issued, notified, open, suspended, then,
};

const DUE: &str = "2026-09-02 00:00";
const RENEWED: &str = "2027-01-04 11:00";

fn cancelled() -> SpaceEvent {
    SpaceEvent::Destruction(DestructionEvent::DestructionCancelled { at: at("2026-07-01 09:00"), by: Party::Holder })
}

fn gone(on: &str, ground: DestructionGround) -> SpaceEvent {
    SpaceEvent::Destruction(DestructionEvent::Destroyed { at: at(on), ground })
}

fn renewed() -> SpaceEvent {
    SpaceEvent::Destruction(DestructionEvent::SpaceRenewed { at: at(RENEWED), by: Party::Cnam, admission: adult(an_email()) })
}

#[test]
fn an_express_request_destroys_when_due_and_not_before() {
    given(closed()).when(request_destruction("2026-06-02 12:00")).then(doomed().pop());
    let early = SpaceRefusal::DestructionNotDue { due_on: Some(day("2026-09-02")) };
    given(doomed()).when(destroy("2026-09-01 23:59")).then_refused(early);
    given(doomed()).when(destroy(DUE)).then([gone(DUE, DestructionGround::Request)]);
}

#[test]
fn a_destruction_requested_twice_is_quiet() {
    given(doomed()).when(request_destruction("2026-07-01 09:00")).then_quiet();
}

#[test]
fn only_an_archive_is_destroyed() {
    for (story, stage) in [(open(), Stage::Open), (active(), Stage::Active), (suspended(), Stage::Suspended)] {
        given(story.clone()).when(request_destruction(LATER)).then_refused(SpaceRefusal::NotClosed { stage });
        given(story.clone()).when(cancel_destruction(LATER)).then_refused(SpaceRefusal::NotClosed { stage });
        given(story).when(destroy(LATER)).then_refused(SpaceRefusal::NotClosed { stage });
    }
    given(notified()).when(request_destruction(LATER)).then_refused(SpaceRefusal::NotOpen { stage: Stage::Notified });
    given(ended()).when(destroy(LATER)).then_refused(SpaceRefusal::Deceased);
}

#[test]
fn only_the_living_holder_asks_for_a_destruction() {
    given(dead_and_closed()).when(request_destruction(LATER)).then_refused(SpaceRefusal::Deceased);
    given(doomed()).and([death(LATER, Stage::Closed)]).when(cancel_destruction(LATER)).then_refused(SpaceRefusal::Deceased);
    let by_cnam = RequestDestruction { by: Party::Cnam, ..request_destruction(LATER) };
    given(closed()).when(by_cnam).then_refused(SpaceRefusal::PartyNotAllowed { expected: Parties::HolderSideOrSupport });
}

#[test]
fn a_pending_request_can_be_cancelled() {
    given(doomed()).when(cancel_destruction("2026-07-01 09:00")).then([cancelled()]);
    given(doomed()).and([cancelled()]).when(cancel_destruction("2026-07-01 09:00")).then_quiet();
    given(closed()).when(cancel_destruction(LATER)).then_quiet();
    let not_due = SpaceRefusal::DestructionNotDue { due_on: Some(day("2036-06-02")) };
    given(doomed()).and([cancelled()]).when(destroy(DUE)).then_refused(not_due);
    given(destroyed()).when(cancel_destruction(DUE)).then_refused(SpaceRefusal::SpaceDestroyed);
}

#[test]
fn an_archive_is_destroyed_after_ten_years() {
    let not_due = SpaceRefusal::DestructionNotDue { due_on: Some(day("2036-06-02")) };
    given(closed()).when(destroy("2036-06-01 23:59")).then_refused(not_due);
    given(closed()).when(destroy("2036-06-02 00:00")).then([gone("2036-06-02 00:00", DestructionGround::ArchiveOver)]);
    given(dead_and_closed()).when(destroy("2036-06-02 00:00")).then([gone("2036-06-02 00:00", DestructionGround::ArchiveOver)]);
}

#[test]
fn a_destruction_repeated_is_quiet() {
    given(destroyed()).when(destroy(RENEWED)).then_quiet();
}

#[test]
fn a_destroyed_space_remembers_nothing_of_the_person() {
    let story = doomed().into_iter().chain([granted(1, None), gone(DUE, DestructionGround::Request)]);
    let space = space_after(story);
    assert_eq!((space.id(), space.stage()), (Some(space_id()), Some(Stage::Destroyed)));
    assert!(space.contacts().is_none() && space.identity().is_none() && space.ins().is_none());
    assert_eq!(
        (space.directory().map_or(0, |directory| directory.grants().count()), space.insurer(), space.department(), space.comes_of_age_on()),
        (0, None, None, None)
    );
    assert!(!serde_json::to_string(&space).unwrap().contains(crate::personal::CLEAR_MARKER));
}

#[test]
fn a_destroyed_space_may_be_renewed_new_and_empty() {
    given(destroyed()).when(renew(RENEWED, adult(an_email()))).then([renewed()]);
    let space = space_after(then(destroyed(), renewed()));
    assert_eq!((space.id(), space.stage()), (Some(space_id()), Some(Stage::Open)), "under the same id");
    assert_eq!((space.directory().map_or(0, |directory| directory.grants().count()), space.window_last_day()), (0, None));
    given(destroyed()).and([renewed()]).when(reissue(RENEWED, 5)).then([issued(5, RENEWED, Channel::Email, CodePurpose::Reissue)]);
    let asked = grant(RENEWED, 1, None);
    let from = paris::day_of(at(RENEWED));
    let until = Policy::default().grant_days.last_day(&asked.to, from);
    let again = SpaceEvent::Access(AccessEvent::AccessGranted {
        at: at(RENEWED),
        by: asked.by.clone(),
        grant: asked.grant,
        to: Guarded::new(asked.to.clone()),
        scope: asked.scope.clone(),
        purpose: asked.purpose,
        from,
        until,
    });
    given(destroyed()).and([renewed()]).when(asked).then([again]);
}

#[test]
fn a_space_renewed_twice_is_quiet() {
    given(destroyed()).and([renewed()]).when(renew(RENEWED, adult(both()))).then_quiet();
}

#[test]
fn only_a_destroyed_space_of_the_living_is_renewed() {
    given(closed()).when(renew(RENEWED, adult(both()))).then_refused(SpaceRefusal::NotDestroyed { stage: Stage::Closed });
    given(notified()).when(renew(RENEWED, adult(both()))).then_refused(SpaceRefusal::NotDestroyed { stage: Stage::Notified });
    given(ended()).when(renew(RENEWED, adult(both()))).then_refused(SpaceRefusal::Deceased);
    let dead = then(destroyed(), death(LATER, Stage::Destroyed));
    given(dead).when(renew(RENEWED, adult(both()))).then_refused(SpaceRefusal::Deceased);
    let by_clock = RenewSpace { by: Party::Clock, ..renew(RENEWED, adult(both())) };
    given(destroyed()).when(by_clock).then_refused(SpaceRefusal::PartyNotAllowed { expected: Parties::Declarant });
}

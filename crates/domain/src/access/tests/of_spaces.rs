//! The gate in front of the aggregate, over lives that events made.

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;

use crate::access::{AccessMatrix, AccessRefusal, AccessRequest, Action, Grantee, Ground, Purpose, Reader, Scope, Target, decide, has_tie};
use crate::guarded::Guarded;
use crate::party::Party;
use crate::space::terms::Section;
use crate::space::tests::{an_active_space, an_open_childs_space, instant, spaces_of_every_stage};
use crate::space::{AccessEvent, HealthSpace, SpaceEvent};

use super::scene::{NOW, day, id, in_mode, rpps, the_doctor};
use crate::access::AccessMode;

fn reads(reader: &Reader, space: &HealthSpace, at: DateTime<Utc>) -> Result<Ground, AccessRefusal> {
    let target = Target::Section(Section::MedicalRecord);
    let request = AccessRequest { reader, action: Action::Read, target, purpose: Purpose::Care, at };
    decide(&request, space, &AccessMatrix::built_in())
}

fn after(mut space: HealthSpace, events: impl IntoIterator<Item = AccessEvent>) -> HealthSpace {
    events.into_iter().for_each(|event| space.apply(SpaceEvent::Access(event)));
    space
}

fn granted(until: Option<&str>) -> AccessEvent {
    let to = Guarded::new(Grantee::Professional { rpps: rpps(1) });
    let (from, until, purpose) = (crate::calendar::paris::day_of(instant(NOW)), until.map(day), Purpose::Care);
    AccessEvent::AccessGranted { at: instant(NOW), by: Party::Holder, grant: id(1), to, scope: Scope::All, purpose, from, until }
}

#[test]
fn nobody_has_a_tie_to_a_space_that_was_destroyed() {
    for (name, space) in spaces_of_every_stage() {
        assert_eq!(has_tie(&Reader::Holder, &space), name != "destroyed", "{name}");
    }
}

#[test]
fn the_stage_of_a_space_says_whether_anybody_reads() {
    let expected = [
        ("created", Err(AccessRefusal::NotOpened)),
        ("notified", Err(AccessRefusal::NotOpened)),
        ("unreachable", Err(AccessRefusal::NotOpened)),
        ("blocked", Err(AccessRefusal::NotOpened)),
        ("ended", Err(AccessRefusal::HolderDied)),
        ("opposed", Err(AccessRefusal::OpeningOpposed)),
        ("open", Ok(Ground::OwnSpace)),
        ("suspended", Err(AccessRefusal::SpaceSuspended)),
        ("closed", Ok(Ground::OwnSpace)),
        ("dead", Err(AccessRefusal::HolderDied)),
        ("destroyed", Err(AccessRefusal::SpaceDestroyed)),
    ];
    for ((name, space), (story, decided)) in spaces_of_every_stage().into_iter().zip(expected) {
        assert_eq!(name, story);
        assert_eq!(reads(&Reader::Holder, &space, instant(NOW)), decided, "{name}");
        let emergency = reads(&in_mode(AccessMode::BreakGlass), &space, instant(NOW));
        assert_eq!(emergency.is_ok(), name == "open", "{name}");
    }
    assert_eq!(reads(&Reader::Holder, &HealthSpace::default(), instant(NOW)), Err(AccessRefusal::NotOpened));
    assert_eq!(reads(&Reader::Holder, &an_active_space(), instant(NOW)), Ok(Ground::OwnSpace));
}

#[test]
fn grants_and_blocks_of_the_life_count() {
    let now = instant(NOW);
    let space = after(an_active_space(), [granted(Some("2026-06-20"))]);
    assert_eq!(reads(&the_doctor(), &space, now), Ok(Ground::GrantToProfessional));
    assert_eq!(reads(&the_doctor(), &space, instant("2026-06-21 00:00")), Err(AccessRefusal::AccessOver));
    let revoked = after(space.clone(), [AccessEvent::AccessRevoked { at: now, by: Party::Holder, grant: id(1) }]);
    assert_eq!(reads(&the_doctor(), &revoked, now), Err(AccessRefusal::NotAuthorised));
    let blocked = AccessEvent::ProfessionalBlocked { at: now, by: Party::Holder, professional: Guarded::new(rpps(1)), ended: vec![id(1)] };
    let blocked = after(space, [blocked]);
    assert_eq!(reads(&the_doctor(), &blocked, now), Err(AccessRefusal::ProfessionalBlocked));
    let unblocked =
        after(blocked, [AccessEvent::ProfessionalUnblocked { at: now, by: Party::Holder, professional: Guarded::new(rpps(1)) }]);
    assert_eq!(reads(&the_doctor(), &unblocked, now), Err(AccessRefusal::NotAuthorised));
}

#[test]
fn at_eighteen_the_representatives_access_ends_at_the_first_instant_of_the_birthday() {
    let space = an_open_childs_space();
    let birthday = space.comes_of_age_on().unwrap();
    let (eve, first) =
        (crate::calendar::paris::start_of(birthday) - chrono::TimeDelta::nanoseconds(1), crate::calendar::paris::start_of(birthday));
    assert_eq!(reads(&Reader::Representative, &space, eve), Ok(Ground::Representation));
    assert_eq!(reads(&Reader::Holder, &space, eve), Err(AccessRefusal::MinorDoesNotAct));
    assert_eq!(reads(&Reader::Representative, &space, first), Err(AccessRefusal::NoRepresentation));
    assert_eq!(reads(&Reader::Holder, &space, first), Ok(Ground::OwnSpace));
    assert_eq!(reads(&Reader::Representative, &an_active_space(), first), Err(AccessRefusal::NoRepresentation));
}

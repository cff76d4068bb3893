//! Representatives of minors and protected adults: declared, denied, ended, over at eighteen.

use crate::party::Party;
use crate::policy::Policy;
use crate::space::commands::{Close, DeclareRepresentative, DenyRepresentation};
use crate::space::events::{AdmissionEvent, ClosingEvent, CodeEvent, OpeningEvent, RepresentationEvent};
use crate::space::terms::{BlockReason, Channel, OppositionChannel, RepresentationEnd, RepresentationKind, Stage, UnreachableReason};
use crate::space::{Parties, Proof, SpaceEvent, SpaceRefusal, comes_of_age_on};

use super::grammar::{given, space_after};
use super::persons::{agent, at, child, day, identity, insurer, no_contact, representation_id};
use super::requests::{close, come_of_age, declare_representative, deny, end_representation, open_it, reissue, withdraw_at_desk};
use super::stories::{
    LATER, MEANWHILE, closing, created_from, denial, denied, destroyed, ended, found_unreachable, mended, notified, open, open_child,
    opposition, represented, technical_block, then, withdrawn,
};

const BIRTHDAY: &str = "2026-09-15 00:00";

/// A child who was told, with a declared representative.
fn child_notified() -> Vec<SpaceEvent> {
    let told = notified().into_iter().skip(1);
    created_from(child()).into_iter().chain([represented(1, RepresentationKind::Minor)]).chain(told).collect()
}

fn over(on: &str, number: u128, reason: RepresentationEnd) -> SpaceEvent {
    SpaceEvent::Representation(RepresentationEvent::RepresentationEnded { at: at(on), representation: representation_id(number), reason })
}

fn declared(on: &str, number: u128, kind: RepresentationKind) -> SpaceEvent {
    let ends_on = Some(day("2026-09-15")).filter(|_| kind == RepresentationKind::Minor);
    let (representation, representative) = (representation_id(number), identity("PAUL"));
    SpaceEvent::Representation(RepresentationEvent::RepresentationDeclared {
        at: at(on),
        by: insurer(),
        representation,
        kind,
        representative,
        ends_on,
    })
}

fn unblocked(on: &str, stage: Stage, notice_by: Option<Channel>) -> SpaceEvent {
    let reason = BlockReason::NotTheRepresentative;
    SpaceEvent::Opening(OpeningEvent::OpeningUnblocked { at: at(on), by: insurer(), reason, stage, notice_by, last_day: None })
}

#[test]
fn one_who_is_not_the_representative_blocks_the_creation() {
    given(child_notified()).when(deny(MEANWHILE, 1)).then([over(MEANWHILE, 1, RepresentationEnd::Denied), denial(MEANWHILE)]);
    let space = space_after(denied());
    assert_eq!((space.stage(), space.window_last_day()), (Some(Stage::Blocked), None), "the wrong person was told");
    given(denied()).when(open_it(LATER)).then_refused(SpaceRefusal::OpeningBlocked { reason: BlockReason::NotTheRepresentative });
}

#[test]
fn a_denial_may_be_made_to_an_agent_without_a_code() {
    let seen = DenyRepresentation { by: agent(), proof: Proof::IdentityProved, ..deny(MEANWHILE, 1) };
    let blocked =
        SpaceEvent::Opening(OpeningEvent::OpeningBlocked { at: at(MEANWHILE), by: agent(), reason: BlockReason::NotTheRepresentative });
    given(created_from(child())).when(seen.clone()).then([blocked]);
    let alone = DenyRepresentation { by: Party::Representative, ..seen };
    given(created_from(child())).when(alone).then_refused(SpaceRefusal::PartyNotAllowed { expected: Parties::Agent });
}

#[test]
fn a_denial_repeated_is_quiet() {
    given(denied()).when(deny(MEANWHILE, 1)).then_quiet();
}

#[test]
fn a_denial_spends_the_code_that_reached_the_wrong_hands() {
    given(denied()).when(super::requests::oppose_on_web(MEANWHILE, 1)).then_refused(SpaceRefusal::CodeUsed);
    let blocked = SpaceRefusal::OpeningBlocked { reason: BlockReason::NotTheRepresentative };
    given(denied()).when(reissue(LATER, 2)).then_refused(blocked);
}

#[test]
fn a_denial_under_an_opposition_ends_the_representation_and_leaves_the_opposition() {
    let opposed = then(child_notified(), opposition(MEANWHILE, OppositionChannel::Desk));
    given(opposed.clone()).when(deny(LAST_DAY_NOON, 1)).then([over(LAST_DAY_NOON, 1, RepresentationEnd::Denied)]);
    given(then(opposed, over(MEANWHILE, 1, RepresentationEnd::Ended))).when(deny(LAST_DAY_NOON, 1)).then_quiet();
}

const LAST_DAY_NOON: &str = "2026-04-13 12:00";

#[test]
fn only_a_minors_representation_is_denied_and_only_before_the_opening() {
    let by_holder = DenyRepresentation { by: Party::Holder, ..deny(MEANWHILE, 1) };
    given(notified()).when(by_holder).then_refused(SpaceRefusal::NotAMinor);
    given(notified()).when(deny(MEANWHILE, 1)).then_refused(SpaceRefusal::NotARepresentative);
    given(open_child()).when(deny(LAST_DAY_NOON, 1)).then_refused(SpaceRefusal::AlreadyOpen { opened_on: day("2026-04-14") });
    given(child_notified()).when(deny(MEANWHILE, 8)).then([SpaceEvent::Code(CodeEvent::WrongCodeEntered { at: at(MEANWHILE), left: 4 })]);
}

#[test]
fn a_code_that_was_spent_denies_nothing() {
    let changed_mind = [opposition(MEANWHILE, OppositionChannel::Web), technical_block(MEANWHILE)];
    given(child_notified()).and(changed_mind).when(deny(MEANWHILE, 1)).then_refused(SpaceRefusal::CodeUsed);
}

#[test]
fn a_new_representative_is_told_before_anything_opens() {
    given(denied())
        .when(declare_representative(LATER, 2, RepresentationKind::Minor))
        .then([declared(LATER, 2, RepresentationKind::Minor), unblocked(LATER, Stage::Created, Some(Channel::Email))]);
    let unknown: Vec<SpaceEvent> = vec![SpaceEvent::Admission(AdmissionEvent::ContactsDeclared {
        at: at(LATER),
        by: insurer(),
        contacts: no_contact(),
        notice_by: None,
    })];
    given(denied()).and(unknown).when(declare_representative(LATER, 2, RepresentationKind::Minor)).then([
        declared(LATER, 2, RepresentationKind::Minor),
        unblocked(LATER, Stage::Unreachable, None),
        found_unreachable(LATER, UnreachableReason::NoContact),
    ]);
}

#[test]
fn a_withdrawal_under_a_denial_still_waits_for_a_representative() {
    let reason = BlockReason::NotTheRepresentative;
    let again = SpaceEvent::Opening(OpeningEvent::OpeningBlocked { at: at(LATER), by: Party::Cnam, reason });
    let opposed = then(denied(), opposition(MEANWHILE, OppositionChannel::Desk));
    given(opposed.clone()).when(withdraw_at_desk(LATER)).then([withdrawn(LATER), again.clone()]);
    let story = opposed.into_iter().chain([withdrawn(LATER), again]);
    given(story)
        .when(declare_representative(LATER, 2, RepresentationKind::Minor))
        .then([declared(LATER, 2, RepresentationKind::Minor), unblocked(LATER, Stage::Created, Some(Channel::Email))]);
}

#[test]
fn a_protected_adult_gets_a_representative_without_an_end() {
    given(open()).when(declare_representative(LATER, 1, RepresentationKind::ProtectedAdult)).then([declared(
        LATER,
        1,
        RepresentationKind::ProtectedAdult,
    )]);
    let space = space_after(then(open(), represented(1, RepresentationKind::ProtectedAdult)));
    assert_eq!(space.representatives().map(|(id, _)| id).collect::<Vec<_>>(), [representation_id(1)]);
}

#[test]
fn a_representative_declared_twice_is_quiet() {
    given(child_notified()).when(declare_representative(LATER, 1, RepresentationKind::Minor)).then_quiet();
}

#[test]
fn a_representative_of_a_minor_is_declared_for_a_minor() {
    given(open()).when(declare_representative(LATER, 1, RepresentationKind::Minor)).then_refused(SpaceRefusal::NotAMinor);
    given(open_child()).when(declare_representative(BIRTHDAY, 2, RepresentationKind::Minor)).then_refused(SpaceRefusal::NotAMinor);
    let kind = RepresentationKind::ProtectedAdult;
    given(destroyed()).when(declare_representative(LATER, 1, kind)).then_refused(SpaceRefusal::SpaceDestroyed);
    given(ended()).when(declare_representative(LATER, 1, kind)).then_refused(SpaceRefusal::Deceased);
    let by_holder = DeclareRepresentative { by: Party::Holder, ..declare_representative(LATER, 1, kind) };
    given(open()).when(by_holder).then_refused(SpaceRefusal::PartyNotAllowed { expected: Parties::RegistrarOrSupport });
}

#[test]
fn a_representation_can_be_ended() {
    let ended = over(LATER, 1, RepresentationEnd::Ended);
    given(open_child()).when(end_representation(LATER, 1)).then([ended.clone()]);
    given(open_child()).and([ended.clone()]).when(end_representation(LATER, 1)).then_quiet();
    given(open_child()).when(end_representation(LATER, 7)).then_refused(SpaceRefusal::NoSuchRepresentation);
    assert_eq!(space_after(then(open_child(), ended)).representatives().count(), 0);
}

#[test]
fn every_representation_of_a_minor_ends_at_eighteen() {
    let story = then(open_child(), represented(2, RepresentationKind::ProtectedAdult));
    let of_age = SpaceEvent::Representation(RepresentationEvent::CameOfAge { at: at(BIRTHDAY), on: day("2026-09-15") });
    given(story.clone()).when(come_of_age(BIRTHDAY)).then([over(BIRTHDAY, 1, RepresentationEnd::CameOfAge), of_age.clone()]);
    given(story).and([over(BIRTHDAY, 1, RepresentationEnd::CameOfAge), of_age]).when(come_of_age(BIRTHDAY)).then_quiet();
}

#[test]
fn nobody_comes_of_age_before_the_birthday() {
    given(open_child()).when(come_of_age("2026-09-14 23:59")).then_refused(SpaceRefusal::NotYetOfAge { on: day("2026-09-15") });
    given(open()).when(come_of_age(LATER)).then_quiet();
    given(ended()).when(come_of_age(LATER)).then_refused(SpaceRefusal::Deceased);
}

#[test]
fn a_representative_acts_for_a_minor_or_under_a_declared_representation() {
    let by_parent = |on| Close { by: Party::Representative, ..close(on) };
    let closed = |on: &str, until| {
        let SpaceEvent::Closing(ClosingEvent::Closed { at, ground, closed_on, archived_until, .. }) =
            closing(on, crate::space::terms::ClosingGround::Request, until)
        else {
            panic!("a closing");
        };
        SpaceEvent::Closing(ClosingEvent::Closed { at, by: Party::Representative, ground, closed_on, archived_until })
    };
    given(open_child()).when(by_parent("2026-09-14 23:59")).then([closed("2026-09-14 23:59", "2036-09-14")]);
    given(open_child()).when(by_parent(BIRTHDAY)).then_refused(SpaceRefusal::NotARepresentative);
    let guardian = represented(2, RepresentationKind::ProtectedAdult);
    given(open_child()).and([guardian]).when(by_parent(BIRTHDAY)).then([closed(BIRTHDAY, "2036-09-15")]);
    given(open()).when(by_parent(LATER)).then_refused(SpaceRefusal::NotARepresentative);
}

#[test]
fn the_day_of_coming_of_age_is_told_at_the_admission() {
    let policy = Policy::default();
    assert_eq!(comes_of_age_on(day("2008-09-15"), day("2026-09-14"), &policy), Some(day("2026-09-15")));
    assert_eq!(comes_of_age_on(day("2008-09-15"), day("2026-09-15"), &policy), None, "an adult from the first instant of that day");
    assert_eq!(mended(LATER, Stage::Opposed, None, None).stage(), Some(Stage::Opposed));
}

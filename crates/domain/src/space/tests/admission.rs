//! Creation, contacts and identity: who gets a space, and how the person can be told.

use crate::party::Party;
use crate::space::commands::CreateSpace;
use crate::space::events::{AdmissionEvent, RepresentationEvent};
use crate::space::terms::{Channel, CodePurpose, RepresentationKind, Stage, UnreachableReason};
use crate::space::{Admission, Contacts, Parties, SpaceEvent, SpaceRefusal};

use super::grammar::{given, given_nothing, space_after};
use super::persons::{adult, an_address, an_email, at, both, child, day, identity, ins, insurer, no_contact, representation_id};
use super::requests::{create, create_represented, declare_contacts, email_bounced, new_representation, open_it, replace_ins};
use super::stories::{
    CREATED, ISSUED, LATER, MEANWHILE, active, created, created_from, dead_and_closed, destroyed, email_failed, ended, found_unreachable,
    issued, notified, opposed, then, unreachable, waiting_email, waiting_email_only,
};

fn contacts_declared(on: &str, contacts: Contacts, notice_by: Option<Channel>) -> SpaceEvent {
    SpaceEvent::Admission(AdmissionEvent::ContactsDeclared { at: at(on), by: insurer(), contacts, notice_by })
}

#[test]
fn an_eligible_person_gets_a_space_and_is_owed_a_notice_by_email() {
    given_nothing().when(create(CREATED, adult(both()))).then(created());
    assert_eq!(space_after(created()).notice_due(), Some(Channel::Email));
}

#[test]
fn a_person_without_email_is_owed_a_notice_by_post() {
    given_nothing().when(create(CREATED, adult(an_address()))).then(created_from(adult(an_address())));
    assert_eq!(space_after(created_from(adult(an_address()))).notice_due(), Some(Channel::Post));
}

#[test]
fn a_person_without_any_contact_is_unreachable() {
    given_nothing().when(create(CREATED, adult(no_contact()))).then(unreachable());
    assert_eq!(space_after(unreachable()).notice_due(), None);
}

#[test]
fn a_space_is_created_together_with_its_representatives() {
    let minor = RepresentationKind::Minor;
    given_nothing()
        .when(create_represented(CREATED, child(), minor))
        .then(then(created_from(child()), declared_at_creation(1, minor, Some("2026-09-15"))));
    let adult_kind = RepresentationKind::ProtectedAdult;
    given_nothing()
        .when(create_represented(CREATED, adult(both()), adult_kind))
        .then(then(created(), declared_at_creation(1, adult_kind, None)));
    let both_parents =
        CreateSpace { representatives: vec![new_representation(1, minor), new_representation(2, minor)], ..create(CREATED, child()) };
    let parents = [1, 2].map(|number| declared_at_creation(number, minor, Some("2026-09-15")));
    given_nothing().when(both_parents).then(created_from(child()).into_iter().chain(parents));
}

#[test]
fn a_representative_named_twice_at_the_creation_is_declared_once() {
    let minor = RepresentationKind::Minor;
    let twice =
        CreateSpace { representatives: vec![new_representation(1, minor), new_representation(1, minor)], ..create(CREATED, child()) };
    given_nothing().when(twice).then(then(created_from(child()), declared_at_creation(1, minor, Some("2026-09-15"))));
}

#[test]
fn a_represented_person_without_any_contact_is_unreachable() {
    let admission = Admission { contacts: no_contact(), ..child() };
    let minor = RepresentationKind::Minor;
    given_nothing().when(create_represented(CREATED, admission.clone(), minor)).then(
        created_from(admission)
            .into_iter()
            .chain([declared_at_creation(1, minor, Some("2026-09-15")), found_unreachable(CREATED, UnreachableReason::NoContact)]),
    );
}

#[test]
fn nobody_is_created_with_a_minors_representative_but_a_minor() {
    let minor = RepresentationKind::Minor;
    given_nothing().when(create_represented(CREATED, adult(both()), minor)).then_refused(SpaceRefusal::NotAMinor);
    given_nothing().when(create_represented("2026-09-15 00:00", child(), minor)).then_refused(SpaceRefusal::NotAMinor);
}

#[test]
fn a_creation_that_names_other_representatives_changes_nothing_that_exists() {
    let minor = RepresentationKind::Minor;
    let other = CreateSpace { representatives: vec![new_representation(2, minor)], ..create(LATER, child()) };
    given(created_from(child())).when(other.clone()).then_quiet();
    given(then(created_from(child()), declared_at_creation(1, minor, Some("2026-09-15")))).when(other).then_quiet();
}

fn declared_at_creation(number: u128, kind: RepresentationKind, ends_on: Option<&str>) -> SpaceEvent {
    let (representation, representative) = (representation_id(number), identity("PAUL"));
    let (at, by, ends_on) = (at(CREATED), Party::Cnam, ends_on.map(day));
    SpaceEvent::Representation(RepresentationEvent::RepresentationDeclared { at, by, representation, kind, representative, ends_on })
}

#[test]
fn one_insured_person_has_one_space_for_ever() {
    given(created()).when(create(LATER, adult(both()))).then_quiet();
    given(created_from(child())).when(create_represented(LATER, child(), RepresentationKind::Minor)).then_quiet();
    given(destroyed()).when(create(LATER, adult(both()))).then_quiet();
}

#[test]
fn only_cnam_or_the_insurer_creates_a_space() {
    let asked = CreateSpace { by: Party::Holder, ..create(CREATED, adult(both())) };
    given_nothing().when(asked).then_refused(SpaceRefusal::PartyNotAllowed { expected: Parties::Registrar });
}

#[test]
fn nothing_but_a_creation_may_be_asked_of_a_space_that_does_not_exist() {
    given_nothing().when(open_it(LATER)).then_refused(SpaceRefusal::NoSuchSpace);
    given_nothing().when(declare_contacts(LATER, both())).then_refused(SpaceRefusal::NoSuchSpace);
    assert_eq!(space_after([found_unreachable(CREATED, UnreachableReason::NoContact)]).stage(), None, "only a creation begins a space");
}

#[test]
fn contacts_declared_for_an_unreachable_person_let_the_notice_go() {
    given(unreachable()).when(declare_contacts(MEANWHILE, an_address())).then([contacts_declared(
        MEANWHILE,
        an_address(),
        Some(Channel::Post),
    )]);
    let space = space_after(unreachable().into_iter().chain([contacts_declared(MEANWHILE, an_address(), Some(Channel::Post))]));
    assert_eq!((space.stage(), space.notice_due()), (Some(Stage::Created), Some(Channel::Post)));
}

#[test]
fn contacts_that_reach_nobody_leave_the_person_unreachable() {
    given(unreachable()).when(declare_contacts(MEANWHILE, no_contact())).then([contacts_declared(MEANWHILE, no_contact(), None)]);
    given(created())
        .when(declare_contacts(MEANWHILE, no_contact()))
        .then([contacts_declared(MEANWHILE, no_contact(), None), found_unreachable(MEANWHILE, UnreachableReason::NoContact)]);
}

#[test]
fn contacts_declared_before_the_notice_leaves_change_its_way() {
    given(created()).when(declare_contacts(MEANWHILE, an_address())).then([contacts_declared(
        MEANWHILE,
        an_address(),
        Some(Channel::Post),
    )]);
}

#[test]
fn contacts_declared_while_a_notice_is_on_its_way_or_was_received_send_no_other() {
    for story in [waiting_email(), notified(), opposed(), active()] {
        given(story).when(declare_contacts(MEANWHILE, both())).then([contacts_declared(MEANWHILE, both(), None)]);
    }
}

#[test]
fn a_failure_at_a_former_contact_says_nothing_of_the_new_one() {
    let moved = contacts_declared(MEANWHILE, an_email(), None);
    given(waiting_email_only()).and([moved]).when(email_bounced(LATER, 1)).then([email_failed(
        LATER,
        crate::space::terms::NotificationFailure::Bounced,
        Some(Channel::Email),
        Stage::Created,
    )]);
}

#[test]
fn declaring_contacts_twice_is_two_facts_because_the_domain_cannot_read_them() {
    let declared = contacts_declared(MEANWHILE, both(), None);
    given(notified()).and([declared.clone()]).when(declare_contacts(MEANWHILE, both())).then([declared]);
}

#[test]
fn contacts_of_the_dead_and_of_destroyed_spaces_are_refused() {
    given(ended()).when(declare_contacts(LATER, both())).then_refused(SpaceRefusal::Deceased);
    given(dead_and_closed()).when(declare_contacts(LATER, both())).then_refused(SpaceRefusal::Deceased);
    given(destroyed()).when(declare_contacts(LATER, both())).then_refused(SpaceRefusal::SpaceDestroyed);
}

#[test]
fn a_changed_ins_keeps_the_space() {
    given(notified()).when(replace_ins(MEANWHILE)).then([SpaceEvent::Admission(AdmissionEvent::InsReplaced {
        at: at(MEANWHILE),
        by: Party::Cnam,
        ins: ins(),
    })]);
}

#[test]
fn replacing_the_ins_twice_is_two_facts_because_the_domain_cannot_read_it() {
    let replaced = SpaceEvent::Admission(AdmissionEvent::InsReplaced { at: at(MEANWHILE), by: Party::Cnam, ins: ins() });
    given(notified()).and([replaced.clone()]).when(replace_ins(MEANWHILE)).then([replaced]);
}

#[test]
fn a_destroyed_space_takes_no_ins() {
    given(destroyed()).when(replace_ins(LATER)).then_refused(SpaceRefusal::SpaceDestroyed);
}

#[test]
fn contacts_declared_again_make_a_failed_channel_usable() {
    let bounced = [
        email_failed(MEANWHILE, crate::space::terms::NotificationFailure::Bounced, Some(Channel::Post), Stage::Created),
        issued(2, MEANWHILE, Channel::Post, CodePurpose::Notice),
    ];
    let before = notified().into_iter().chain(bounced);
    assert_eq!(space_after(before.clone()).code_channel(), Some(Channel::Post));
    assert_eq!(space_after(before.chain([contacts_declared(LATER, both(), None)])).code_channel(), Some(Channel::Email));
    assert_eq!(space_after(waiting_email()).expects(super::persons::message(1)), Some((Channel::Email, CodePurpose::Notice)), "{ISSUED}");
}

//! The second parent by invitation: sent, accepted, withdrawn, lapsed; for a minor only, and used once.

use uuid::Uuid;

use crate::guarded::Guarded;
use crate::ids::{InvitationId, InviteeId};
use crate::party::Party;
use crate::policy::Policy;
use crate::space::commands::{AcceptInvitation, InviteSecondParent, WithdrawInvitation};
use crate::space::events::RepresentationEvent;
use crate::space::terms::{RepresentationEnd, RepresentationKind};
use crate::space::{Parties, SpaceEvent, SpaceRefusal};

use super::grammar::{given, space_after};
use super::persons::{at, day, identity, insurer, representation_id, space_id};
use super::requests::{declare_representative, end_representation};
use super::stories::{destroyed, open, open_child, represented};

const SENT: &str = "2026-06-02 12:00";
const LAST: &str = "2026-07-02 23:59";
const TOO_LATE: &str = "2026-07-03 00:00";
const BIRTHDAY: &str = "2026-09-15 00:00";

fn invitation(number: u128) -> InvitationId {
    Uuid::from_u128(0x700 + number).into()
}

fn invitee(number: u128) -> InviteeId {
    Uuid::from_u128(0x900 + number).into()
}

fn invite(on: &str, number: u128) -> InviteSecondParent {
    let (invitation, invitee, person) = (invitation(number), invitee(number), identity("DOMINIQUE"));
    InviteSecondParent { at: at(on), by: Party::Representative, invitation, invitee, person }
}

fn accept(on: &str, number: u128) -> AcceptInvitation {
    AcceptInvitation { at: at(on), invitee: invitee(number), invitation: invitation(number), representation: representation_id(2) }
}

fn withdraw(on: &str, number: u128) -> WithdrawInvitation {
    WithdrawInvitation { at: at(on), by: Party::Representative, invitation: invitation(number) }
}

fn invited(number: u128) -> SpaceEvent {
    let (invitation, invitee, person) = (invitation(number), Guarded::new(invitee(number)), identity("DOMINIQUE"));
    let (by, until) = (Party::Representative, day("2026-07-02"));
    SpaceEvent::Representation(RepresentationEvent::SecondParentInvited { at: at(SENT), by, invitation, invitee, person, until })
}

fn withdrawn(on: &str, number: u128) -> SpaceEvent {
    let (by, invitation) = (Party::Representative, invitation(number));
    SpaceEvent::Representation(RepresentationEvent::InvitationWithdrawn { at: at(on), by, invitation })
}

fn accepted(on: &str, number: u128) -> [SpaceEvent; 2] {
    let (invitation, representation) = (invitation(number), representation_id(2));
    let (kind, representative, ends_on) = (RepresentationKind::Minor, identity("DOMINIQUE"), Some(day("2026-09-15")));
    [
        RepresentationEvent::InvitationAccepted { at: at(on), invitation, representation },
        RepresentationEvent::RepresentationDeclared {
            at: at(on),
            by: Party::Representative,
            representation,
            kind,
            representative,
            ends_on,
        },
    ]
    .map(SpaceEvent::Representation)
}

fn ended(on: &str, number: u128) -> SpaceEvent {
    let (representation, reason) = (representation_id(number), RepresentationEnd::Ended);
    SpaceEvent::Representation(RepresentationEvent::RepresentationEnded { at: at(on), representation, reason })
}

#[test]
fn only_a_representation_that_stands_invites() {
    given(open_child()).when(invite(SENT, 1)).then([invited(1)]);
    given(open_child()).and([invited(1)]).when(invite(SENT, 1)).then_quiet();
    given(open_child()).and([ended(SENT, 1)]).when(invite(SENT, 1)).then_refused(SpaceRefusal::NotARepresentative);
    for by in [Party::Holder, insurer(), Party::Cnam] {
        let refused = SpaceRefusal::PartyNotAllowed { expected: Parties::Representative };
        given(open_child()).when(InviteSecondParent { by, ..invite(SENT, 1) }).then_refused(refused);
    }
    let protected = represented(1, RepresentationKind::ProtectedAdult);
    given(open()).and([protected]).when(invite(SENT, 1)).then_refused(SpaceRefusal::NotAMinor);
    given(open_child()).when(invite(BIRTHDAY, 1)).then_refused(SpaceRefusal::NotARepresentative);
    given(destroyed()).when(invite(SENT, 1)).then_refused(SpaceRefusal::NotARepresentative);
    let themselves = InviteSecondParent { invitee: space_id().uuid().into(), ..invite(SENT, 1) };
    given(open_child()).when(themselves).then_refused(SpaceRefusal::SamePerson);
    given(open_child()).and([invited(1)]).when(invite(SENT, 2)).then_refused(SpaceRefusal::InvitationStands { until: day("2026-07-02") });
}

#[test]
fn an_invitation_is_accepted_by_the_invited_person_alone_and_once() {
    let sent = || given(open_child()).and([invited(1)]);
    sent().when(accept(LAST, 1)).then(accepted(LAST, 1));
    sent().when(AcceptInvitation { invitee: invitee(2), ..accept(LAST, 1) }).then_refused(SpaceRefusal::NoSuchInvitation);
    sent().when(accept(LAST, 2)).then_refused(SpaceRefusal::NoSuchInvitation);
    let used = || sent().and(accepted(LAST, 1));
    used().when(accept(LAST, 1)).then_quiet();
    used().and([ended(LAST, 2)]).when(accept(LAST, 1)).then_refused(SpaceRefusal::InvitationOver);
    let both = space_after(open_child().into_iter().chain([invited(1)]).chain(accepted(LAST, 1)));
    assert_eq!(both.representatives().count(), 2);
    assert_eq!(both.invitations_on(day("2026-07-02")).count(), 0);
}

#[test]
fn an_invitation_lapses_after_the_days_of_the_policy() {
    let lapsed = SpaceRefusal::InvitationLapsed { until: day("2026-07-02") };
    given(open_child()).and([invited(1)]).when(accept(TOO_LATE, 1)).then_refused(lapsed);
    let again = space_after(open_child().into_iter().chain([invited(1)])).decide(invite(TOO_LATE, 2).into(), &Policy::default());
    assert!(again.is_ok_and(|events| events.len() == 1), "one that lapsed stands in nobody's way");
    given(open_child()).and([invited(1)]).when(accept(BIRTHDAY, 1)).then_refused(SpaceRefusal::NotAMinor);
}

#[test]
fn an_invitation_is_withdrawn_and_then_accepted_by_nobody() {
    let sent = || given(open_child()).and([invited(1)]);
    sent().when(withdraw(SENT, 1)).then([withdrawn(SENT, 1)]);
    sent().and([withdrawn(SENT, 1)]).when(withdraw(SENT, 1)).then_quiet();
    sent().and([withdrawn(SENT, 1)]).when(accept(LAST, 1)).then_refused(SpaceRefusal::InvitationOver);
    sent().and(accepted(LAST, 1)).when(withdraw(LAST, 1)).then_refused(SpaceRefusal::InvitationOver);
    given(open_child()).when(withdraw(SENT, 1)).then_refused(SpaceRefusal::NoSuchInvitation);
    let refused = SpaceRefusal::PartyNotAllowed { expected: Parties::Representative };
    sent().when(WithdrawInvitation { by: insurer(), ..withdraw(SENT, 1) }).then_refused(refused);
    // Whose own representation ended brings nobody in any more.
    sent().and([ended(SENT, 1)]).when(accept(LAST, 1)).then_refused(SpaceRefusal::NotARepresentative);
}

#[test]
fn a_minor_has_two_parents_at_most() {
    let second = represented(2, RepresentationKind::Minor);
    given(open_child()).and([second.clone()]).when(invite(SENT, 1)).then_refused(SpaceRefusal::TwoParentsKnown);
    given(open_child()).and([invited(1), second.clone()]).when(accept(LAST, 1)).then_refused(SpaceRefusal::TwoParentsKnown);
    given(open_child()).and([second, ended(SENT, 2)]).when(invite(SENT, 1)).then([invited(1)]);
    // The insurer declares whom it knows, whatever their number, and ends what it declared.
    let third = declare_representative(SENT, 3, RepresentationKind::Minor);
    assert!(space_after(open_child()).decide(third.into(), &Policy::default()).is_ok());
    given(open_child()).and([invited(1)]).when(end_representation(SENT, 1)).then([ended(SENT, 1)]);
}

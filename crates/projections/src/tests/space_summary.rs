//! What a person is told: until when, why, and what can be done today.

use chrono::NaiveDate;
use ens_domain::party::Party;
use ens_domain::space::SpaceEvent;
use ens_domain::space::terms::{BlockReason, ClosingGround, OppositionChannel, Stage, SuspensionGround};
use ens_domain::space::{ClosingEvent, DestructionEvent, OpeningEvent, SuspensionEvent};

use super::{activated, at, closed, created, day, given, notified_space, open_space, opposed};
use crate::life::space_status::SpaceStatus;
use crate::life::space_summary::{Action, SpaceSummary, Term, Until};

fn told(events: impl IntoIterator<Item = SpaceEvent>, today: NaiveDate) -> SpaceSummary {
    given(events).rows::<SpaceStatus>().pop().unwrap().summary_on(today)
}

fn after(events: impl IntoIterator<Item = SpaceEvent>) -> Vec<SpaceEvent> {
    open_space().into_iter().chain(events).collect()
}

#[test]
fn a_notified_person_may_oppose_until_the_last_day_and_after_it() {
    let told_in_time = told(notified_space(), day(4, 13));
    assert_eq!(told_in_time.until, Some(Until { day: day(4, 13), term: Term::Window }));
    assert_eq!(told_in_time.actions, [Action::Oppose, Action::Activate, Action::AskForCode]);
    assert_eq!(
        told_in_time.sentence,
        "Votre espace de santé n’est pas encore ouvert. Vous pouvez vous opposer à son ouverture jusqu’au 13 avril 2026 inclus."
    );
    assert_eq!(told(notified_space(), day(4, 14)).actions, [Action::Oppose, Action::AskForCode]);
}

#[test]
fn an_opposed_person_has_a_receipt_and_may_change_their_mind() {
    let told = told(notified_space().into_iter().chain([opposed(OppositionChannel::Web)]), day(3, 21));
    assert_eq!(told.receipt.map(|receipt| receipt.number).as_deref(), Some("OPP-7F3K-M2QX-04ZD"));
    assert_eq!((told.state, told.until), (Stage::Opposed, None));
    assert_eq!(told.actions, [Action::WithdrawOpposition, Action::AskForCode]);
}

#[test]
fn a_block_says_why() {
    let blocked = SpaceEvent::Opening(OpeningEvent::OpeningBlocked { at: at(day(4, 14)), by: Party::Cnam, reason: BlockReason::Technical });
    let told = told(notified_space().into_iter().chain([blocked]), day(4, 14));
    assert_eq!(told.why.as_deref(), Some("technical"));
    assert!(told.actions.contains(&Action::Oppose) && !told.actions.contains(&Action::Activate));
}

#[test]
fn an_open_space_can_be_shared_and_closed() {
    assert_eq!(told(after([]), day(4, 20)).actions, [Action::AskForCode, Action::GrantAccess, Action::BlockProfessional, Action::Close]);
    assert_eq!(told(after([activated()]), day(5, 5)).actions, [Action::GrantAccess, Action::BlockProfessional, Action::Close]);
}

#[test]
fn an_open_space_whose_code_is_over_is_activated_with_a_new_one() {
    let open = told(after([]), day(4, 20));
    assert!(!open.actions.contains(&Action::Activate));
    assert_eq!(open.sentence, "Votre espace de santé est ouvert. Pour l’activer, demandez un nouveau code provisoire.");
}

#[test]
fn a_suspension_says_until_when_its_closing_may_be_opposed() {
    let suspended = SpaceEvent::Suspension(SuspensionEvent::Suspended {
        at: at(day(5, 1)),
        ground: SuspensionGround::Fraud,
        informed_on: day(5, 1),
        last_day: day(6, 12),
    });
    let told = told(after([suspended]), day(5, 2));
    assert_eq!((told.until, told.why.as_deref()), (Some(Until { day: day(6, 12), term: Term::Suspension }), Some("fraud")));
    assert_eq!(told.actions, [Action::BlockProfessional, Action::OpposeClosing, Action::Close]);
}

#[test]
fn a_pending_destruction_can_be_cancelled_and_holds_back_the_reopening() {
    let requested =
        SpaceEvent::Destruction(DestructionEvent::DestructionRequested { at: at(day(6, 5)), by: Party::Holder, destroy_on: day(9, 5) });
    let archived = told(after([closed(ClosingGround::Request)]), day(6, 6));
    assert_eq!(archived.actions, [Action::Reopen, Action::RequestDestruction]);
    let pending = told(after([closed(ClosingGround::Request), requested]), day(6, 6));
    assert_eq!(pending.until, Some(Until { day: day(9, 5), term: Term::Destruction }));
    assert_eq!(pending.actions, [Action::CancelDestruction]);
}

#[test]
fn nothing_can_be_done_for_a_dead_person() {
    let died = |stage| SpaceEvent::Closing(ClosingEvent::DeathRecorded { at: at(day(6, 1)), by: Party::Cnam, died_on: day(5, 30), stage });
    assert_eq!(told([created(), died(Stage::Ended)], day(6, 2)).actions, []);
    assert_eq!(told(after([died(Stage::Closed), closed(ClosingGround::Death)]), day(6, 2)).actions, []);
}

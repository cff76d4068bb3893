//! The opposition: by every channel, at any time before the opening, with its proof; and the change of mind.

use crate::party::Party;
use crate::space::commands::{Oppose, WithdrawOpposition};
use crate::space::events::{CodeEvent, DestructionEvent, OppositionEvent};
use crate::space::terms::{Channel, OpeningGround, OppositionChannel, Stage};
use crate::space::{HealthSpace, OpposedPeriod, Parties, Proof, Receipt, SpaceEvent, SpaceRefusal};

use super::grammar::{given, space_after};
use super::persons::{adult, agent, at, both, code_of, day, insurer, space_id};
use super::requests::{open_it, oppose_at_desk, oppose_on_web, withdraw_at_desk, withdraw_on_web};
use super::stories::{
    LATER, MEANWHILE, OPENING, active, blocked, closed, created, denied, destroyed, ended, issued, notified, open, opened, opposed,
    opposed_by_code, opposition, suspended, technical_block, then, unreachable, waiting_email, withdrawn,
};

#[test]
fn an_opposition_is_accepted_at_any_time_before_the_opening() {
    for story in [created(), waiting_email(), notified(), unreachable(), blocked(), denied()] {
        given(story).when(oppose_at_desk(LATER)).then([opposition(LATER, OppositionChannel::Desk)]);
    }
}

#[test]
fn on_the_web_and_by_phone_the_code_is_the_proof() {
    given(notified()).when(oppose_on_web(MEANWHILE, 1)).then([opposition(MEANWHILE, OppositionChannel::Web)]);
    let by_phone = Oppose { by: agent(), via: OppositionChannel::Phone, ..oppose_on_web(MEANWHILE, 1) };
    given(notified()).when(by_phone).then([opposition(MEANWHILE, OppositionChannel::Phone)]);
    for via in [OppositionChannel::Web, OppositionChannel::Phone] {
        let unproved = Oppose { by: Party::Holder, via, ..oppose_at_desk(MEANWHILE) };
        given(notified()).when(unproved).then_refused(SpaceRefusal::CodeNeeded { via });
    }
}

#[test]
fn at_a_desk_and_by_letter_an_agent_proves_the_identity() {
    let by_letter = Oppose { via: OppositionChannel::Letter, ..oppose_at_desk(MEANWHILE) };
    given(notified()).when(by_letter).then([opposition(MEANWHILE, OppositionChannel::Letter)]);
    for via in [OppositionChannel::Desk, OppositionChannel::Letter] {
        let with_code = Oppose { via, proof: Proof::Code(code_of(1)), ..oppose_at_desk(MEANWHILE) };
        given(notified()).when(with_code).then_refused(SpaceRefusal::IdentityNeeded { via });
        let alone = Oppose { via, by: Party::Holder, ..oppose_at_desk(MEANWHILE) };
        given(notified()).when(alone).then_refused(SpaceRefusal::PartyNotAllowed { expected: Parties::Agent });
    }
    let at_the_fund = Oppose { by: insurer(), ..oppose_at_desk(MEANWHILE) };
    assert!(space_after(notified()).decide(at_the_fund.into(), &crate::policy::Policy::default()).is_ok());
}

#[test]
fn an_opposition_gives_a_receipt_with_a_number_and_a_date() {
    let receipt = Receipt::for_opposition(space_id(), at("2026-03-20 23:59"));
    assert_eq!(receipt.on, day("2026-03-20"), "the day in Paris");
    assert_eq!(receipt, Receipt::for_opposition(space_id(), at("2026-03-20 23:59")), "the same opposition has the same number");
    assert_ne!(receipt.number, Receipt::for_opposition(space_id(), at("2026-03-20 23:58")).number);
    let groups: Vec<&str> = receipt.number.split('-').collect();
    assert_eq!((groups.len(), groups[0]), (4, "OPP"));
    assert!(groups[1..].iter().all(|group| group.len() == 4), "{receipt}");
}

#[test]
fn an_opposition_recorded_twice_is_quiet() {
    given(opposed()).when(oppose_at_desk(LATER)).then_quiet();
    given(opposed()).when(oppose_on_web(MEANWHILE, 1)).then_quiet();
    given(opposed_by_code()).when(oppose_on_web(MEANWHILE, 1)).then_quiet();
}

#[test]
fn an_open_space_cannot_be_opposed() {
    let already = SpaceRefusal::AlreadyOpen { opened_on: day("2026-04-14") };
    given(open()).when(oppose_at_desk(LATER)).then_refused(already);
    given(active()).when(oppose_at_desk(LATER)).then_refused(SpaceRefusal::AlreadyOpen { opened_on: day("2026-03-20") });
    given(suspended()).when(oppose_at_desk(LATER)).then_refused(SpaceRefusal::SpaceSuspended { last_day: day("2026-07-13") });
    given(closed()).when(oppose_at_desk(LATER)).then_refused(SpaceRefusal::SpaceClosed { closed_on: day("2026-06-01") });
    given(destroyed()).when(oppose_at_desk(LATER)).then_refused(SpaceRefusal::SpaceDestroyed);
    given(ended()).when(oppose_at_desk(LATER)).then_refused(SpaceRefusal::Deceased);
}

#[test]
fn a_wrong_code_opposes_nothing_and_is_recorded() {
    let wrong = SpaceEvent::Code(CodeEvent::WrongCodeEntered { at: at(MEANWHILE), left: 4 });
    given(notified()).when(oppose_on_web(MEANWHILE, 8)).then([wrong.clone()]);
    assert_eq!(wrong.refusal(), Some(SpaceRefusal::WrongCode { left: 4 }));
    given(opposed()).when(withdraw_on_web(MEANWHILE, 8)).then([wrong]);
}

#[test]
fn a_late_opposition_before_the_opening_wins() {
    given(notified()).when(oppose_at_desk(OPENING)).then([opposition(OPENING, OppositionChannel::Desk)]);
    let since = day("2026-04-14");
    given(notified())
        .and([opposition(OPENING, OppositionChannel::Desk)])
        .when(open_it(OPENING))
        .then_refused(SpaceRefusal::OppositionStands { since });
}

#[test]
fn a_withdrawn_opposition_opens_the_space_at_once() {
    given(opposed()).when(withdraw_at_desk(MEANWHILE)).then([withdrawn(MEANWHILE), opened(MEANWHILE, OpeningGround::OppositionWithdrawn)]);
    let by_web =
        SpaceEvent::Opposition(OppositionEvent::OppositionWithdrawn { at: at(MEANWHILE), by: Party::Holder, via: OppositionChannel::Web });
    given(opposed_by_code())
        .and([issued(2, MEANWHILE, Channel::Email, crate::space::terms::CodePurpose::Reissue)])
        .when(withdraw_on_web(MEANWHILE, 2))
        .then([by_web, opened(MEANWHILE, OpeningGround::OppositionWithdrawn)]);
}

#[test]
fn an_opposition_withdrawn_twice_is_quiet() {
    let reopened = [withdrawn(MEANWHILE), opened(MEANWHILE, OpeningGround::OppositionWithdrawn)];
    given(opposed()).and(reopened).when(withdraw_at_desk(LATER)).then_quiet();
}

#[test]
fn an_opposition_withdrawn_while_a_block_stands_opens_when_mended() {
    let story = [technical_block(MEANWHILE), opposition(MEANWHILE, OppositionChannel::Desk)];
    let blocked_still = [withdrawn(LATER), technical_block(LATER)];
    given(notified()).and(story.clone()).when(withdraw_at_desk(LATER)).then(blocked_still.clone());
    let space = space_after(notified().into_iter().chain(story).chain(blocked_still));
    assert_eq!(space.stage(), Some(Stage::Blocked));
}

#[test]
fn only_a_standing_opposition_can_be_withdrawn() {
    for story in [created(), notified(), unreachable(), blocked()] {
        given(story).when(withdraw_at_desk(LATER)).then_refused(SpaceRefusal::NotOpposed);
    }
    given(closed()).when(withdraw_at_desk(LATER)).then_refused(SpaceRefusal::SpaceClosed { closed_on: day("2026-06-01") });
    given(then(opposed(), super::stories::death(LATER, Stage::Ended))).when(withdraw_at_desk(LATER)).then_refused(SpaceRefusal::Deceased);
    let unproved = WithdrawOpposition { via: OppositionChannel::Web, by: Party::Holder, ..withdraw_at_desk(LATER) };
    given(opposed()).when(unproved).then_refused(SpaceRefusal::CodeNeeded { via: OppositionChannel::Web });
}

#[test]
fn the_days_of_an_opposition_are_remembered_for_ever() {
    let opened_again = [withdrawn(LATER), opened(LATER, OpeningGround::OppositionWithdrawn)];
    let story: Vec<SpaceEvent> = opposed().into_iter().chain(opened_again).collect();
    let ended = OpposedPeriod { since: day("2026-03-20"), until: Some(day("2026-06-01")) };
    let renewed = story.iter().cloned().chain(closed_and_renewed());
    for space in [space_after(story.clone()), space_after(renewed)] {
        assert_eq!(space.opposed_within(day("2026-05-31"), day("2026-05-31")), Some(ended));
        assert_eq!(space.opposed_within(day("2026-06-01"), day("2026-06-01")), None);
    }
    let standing = space_after(opposed());
    assert_eq!(standing.opposed_within(day("2026-06-01"), day("2026-06-01")), Some(OpposedPeriod { until: None, ..ended }));
    assert_eq!(HealthSpace::default().opposed_within(day("2026-06-01"), day("2026-06-01")), None);
}

/// What follows the opening: a closing, the destruction on request, a new space.
fn closed_and_renewed() -> Vec<SpaceEvent> {
    let destroyed: Vec<SpaceEvent> = destroyed().split_off(open().len());
    let renewed = DestructionEvent::SpaceRenewed { at: at("2026-10-01 09:00"), by: Party::Cnam, admission: adult(both()) };
    destroyed.into_iter().chain([SpaceEvent::Destruction(renewed)]).collect()
}

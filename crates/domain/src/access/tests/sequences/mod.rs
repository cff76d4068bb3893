//! Random sequences of commands: whatever is asked in whatever order, the gate lets read exactly those whom the rules, written again, let read.

mod happened;
mod judge;
mod world;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::access::{AccessMode, EmergencyAccess, Profession, Purpose};
use crate::space::terms::Section;

use happened::{Act, Asked, Days, OfPerson, Turn, Whom};
use judge::{Holder, Who, Why};
use world::World;

/// What is asked, and how many hours after the last.
type Step = (Asked, usize);

const WAITS: [i64; 8] = [0, 0, 0, 1, 14, 24, 24 * 12, 24 * 40];
const SECTIONS: [Section; 2] = [Section::MedicalRecord, Section::Agenda];
const WAYS: [EmergencyAccess; 3] = [EmergencyAccess::BreakGlass, EmergencyAccess::DispatchCentre, EmergencyAccess::HiddenDocuments];

/// Hiding comes more often than the others.
const ACTS: [Act; 6] = [Act::Hide, Act::Hide, Act::Show, Act::HideFromRepresentatives, Act::ShowToRepresentatives, Act::Announce];

fn purposes() -> impl Strategy<Value = Purpose> {
    // Care more often: it is what most readings are for.
    prop_oneof![3 => Just(Purpose::Care), 1 => proptest::sample::select(Purpose::ALL.to_vec())]
}

fn days() -> impl Strategy<Value = Days> {
    (prop_oneof![3 => Just(None), 1 => Just(Some(5))], prop_oneof![Just(None), Just(Some(0)), Just(Some(20))])
        .prop_map(|(from, until)| Days { from, until })
}

fn whom() -> impl Strategy<Value = Whom> {
    prop_oneof![3 => Just(Whom::Professional(1)), 1 => Just(Whom::Professional(2)), 3 => Just(Whom::Structure), 2 => Just(Whom::CareTeam)]
}

/// A member of the care team.
fn member() -> impl Strategy<Value = Whom> {
    prop_oneof![2 => Just(Whom::Professional(1)), 1 => Just(Whom::Structure)]
}

/// Who is let in and kept out.
fn about_professionals() -> impl Strategy<Value = Asked> {
    let doctor = || prop_oneof![3 => Just(1u8), 1 => Just(2u8)];
    let section = prop_oneof![2 => Just(None), 1 => proptest::sample::select(SECTIONS.to_vec()).prop_map(Some)];
    prop_oneof![
        9 => (0u8..16, whom(), section, purposes(), days())
            .prop_map(|(number, to, section, purpose, days)| Asked::Grant { number, to, section, purpose, days }),
        1 => (0u8..8).prop_map(|number| Asked::TakeConsent { number }),
        4 => (0u8..8).prop_map(Asked::Revoke),
        1 => (0u8..8).prop_map(Asked::Expire),
        4 => doctor().prop_map(Asked::Block),
        1 => Just(Asked::BlockAsAdministrator),
        7 => doctor().prop_map(Asked::Unblock),
        1 => Just(Asked::ConsentToTeam),
        1 => Just(Asked::WithdrawTeamConsent),
        2 => member().prop_map(Asked::Join),
        1 => member().prop_map(Asked::Leave),
        2 => doctor().prop_map(Asked::Attending),
        1 => Just(Asked::EndAttending),
        1 => doctor().prop_map(Asked::Appoint),
        1 => doctor().prop_map(Asked::Dismiss),
        2 => proptest::sample::select(WAYS.to_vec()).prop_map(Asked::Refuse),
        1 => proptest::sample::select(WAYS.to_vec()).prop_map(Asked::Permit),
    ]
}

/// Who acts for the person, what services get, what becomes of space and documents.
fn about_the_rest() -> impl Strategy<Value = Asked> {
    let section = || proptest::sample::select(SECTIONS.to_vec());
    let service = (purposes(), section(), prop_oneof![Just(None), Just(Some(3)), Just(Some(30))]);
    prop_oneof![
        3 => days().prop_map(OfPerson::Delegate).prop_map(Asked::Person),
        1 => Just(Asked::Person(OfPerson::EndDelegation)),
        3 => service.prop_map(|(purpose, section, until)| Asked::Person(OfPerson::ConsentToService { purpose, section, until })),
        1 => purposes().prop_map(OfPerson::WithdrawService).prop_map(Asked::Person),
        2 => (2u8..4).prop_map(OfPerson::DeclareRepresentative).prop_map(Asked::Person),
        1 => (1u8..4).prop_map(OfPerson::EndRepresentation).prop_map(Asked::Person),
        5 => proptest::sample::select(vec![Turn::ComeOfAge, Turn::Suspend, Turn::Lift, Turn::Lift, Turn::Close, Turn::Reopen, Turn::Reopen])
            .prop_map(Asked::Life),
        8 => (0usize..3, proptest::sample::select(ACTS.to_vec())).prop_map(|(paper, act)| Asked::Paper(paper, act)),
        // Rarely: nothing can be asked of it any more.
        1 => Just(Asked::Paper(0, Act::Withdraw)),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let asked = prop_oneof![3 => about_professionals(), 2 => about_the_rest()];
    proptest::collection::vec((asked, 0..WAITS.len()), 1..50)
}

fn readers() -> [Who; 9] {
    let professional = |profession, in_structure, mode| Who::Professional { profession, in_structure, mode };
    [
        Who::Holder,
        Who::Representative,
        Who::Caregiver,
        professional(Profession::Doctor, false, AccessMode::Ordinary),
        professional(Profession::Doctor, true, AccessMode::Ordinary),
        professional(Profession::Nurse, true, AccessMode::Ordinary),
        professional(Profession::Doctor, false, AccessMode::BreakGlass),
        professional(Profession::Doctor, false, AccessMode::DispatchCentre),
        Who::Service,
    ]
}

/// Plays the steps; after each of them every reader wants every paper, for care, for the person's own use and for one more purpose in turn.
fn play(holder: Holder, steps: &[Step], mut look: impl FnMut(&World, Who, Result<(), Why>)) {
    let mut world = World::new(holder);
    for (place, (asked, wait)) in steps.iter().enumerate() {
        world.wait(WAITS[*wait]);
        world.ask(*asked);
        let in_turn = Purpose::ALL[place % Purpose::ALL.len()];
        let wishes = readers().into_iter().flat_map(|who| (0..3).map(move |paper| (who, paper)));
        for (who, paper) in wishes {
            for purpose in [Purpose::Care, Purpose::PersonalUse, in_turn] {
                let (gate, rules) = world.both(who, paper, purpose);
                assert_eq!(
                    gate,
                    rules.is_ok(),
                    "{who:?} reads paper {paper} for {purpose:?}: {rules:?} after {:#?} at {}",
                    world.happened,
                    world.now
                );
                look(&world, who, rules);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn no_sequence_of_commands_lets_anybody_read_whom_the_rules_refuse(steps in steps()) {
        play(Holder::Adult, &steps, |_, _, _| ());
    }

    #[test]
    fn no_sequence_lets_a_representative_read_once_the_child_came_of_age(steps in steps()) {
        play(Holder::Child, &steps, |_, _, _| ());
    }
}

#[test]
fn random_sequences_meet_every_reason_and_every_reader_who_reads() {
    let mut runner = TestRunner::deterministic();
    let (mut refused, mut read) = (BTreeMap::new(), BTreeMap::new());
    for number in 0..100 {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        let holder = if number % 2 == 0 { Holder::Adult } else { Holder::Child };
        play(holder, &steps, |_, who, rules| match rules {
            Ok(()) => *read.entry(format!("{who:?}")).or_insert(0_u32) += 1,
            Err(why) => *refused.entry(why).or_insert(0_u32) += 1,
        });
    }
    assert_eq!(read.len(), readers().len(), "who reads: {read:?}");
    assert_eq!(refused.len(), 18, "why not: {refused:?}");
    let rare: Vec<_> =
        [Why::Blocked, Why::Unblocked, Why::Revoked, Why::Over, Why::ForbiddenPurpose, Why::CameOfAge, Why::Hidden, Why::RefusedBeforehand]
            .into_iter()
            .filter(|why| refused.get(why).is_none_or(|count| *count < 50))
            .collect();
    assert!(rare.is_empty(), "met too seldom: {rare:?} of {refused:?}");
}

//! Random lives: whatever is asked in whatever order, what must never happen does not, and every form of the state agrees.

use crate::space::events::{DestructionEvent, NoticeEvent, OpeningEvent, OppositionEvent};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use cqrs_es::Aggregate;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::access::{Choice, EmergencyAccess, Purpose, TeamMember, Visibility};
use crate::calendar::paris;
use crate::ids::{CaregiverId, ServiceId};
use crate::party::Party;
use crate::personal::CLEAR_MARKER;
use crate::policy::Policy;
use crate::space::commands::{
    AcceptInvitation, AppointAdministrator, ChooseDefaultVisibility, ChooseForEmergency, ChooseReaderMessages, ConsentToCareTeam,
    ConsentToService, DeclareAttendingDoctor, DelegateToCaregiver, DismissAdministrator, EndAttendingDoctor, EndDelegation,
    InformationCommand, InviteSecondParent, JoinCareTeam, LeaveCareTeam, Oppose, RecordDeath, RecordEmailFailed, RecordLetterDelivered,
    RecordLetterPosted, SendInformation, WithdrawCareTeamConsent, WithdrawInvitation, WithdrawOpposition, WithdrawServiceConsent,
};
use crate::space::telling::InformationOccasion;
use crate::space::terms::{
    BlockReason, NotificationFailure, OpeningGround, OppositionChannel, ReaderMessages, RepresentationKind, Section,
};
use crate::space::{Admission, Contacts, HealthSpace, Proof, SpaceCommand, SpaceEvent};

use super::grammar::space_after;
use super::persons::{adult, agent, an_address, an_email, at, both, child, code_of, message, no_contact};
use super::requests as ask;
use super::stories as story;

/// One thing asked: which, with which ids and variations, how long after the last.
#[derive(Debug, Clone, Copy)]
struct Step {
    request: usize,
    number: u8,
    variation: usize,
    wait: usize,
}

/// A life: where it starts, and what is asked of it.
#[derive(Debug, Clone)]
struct Script {
    start: usize,
    steps: Vec<Step>,
}

/// How a script went: each command with what it gave, and the space at the end.
struct Played {
    events: Vec<SpaceEvent>,
    space: HealthSpace,
}

const REQUESTS: usize = 42;

fn scripts() -> impl Strategy<Value = Script> {
    let step = (0..REQUESTS, 0u8..6, 0usize..12, 0usize..10);
    let step = step.prop_map(|(request, number, variation, wait)| Step { request, number, variation, wait });
    (0usize..15, proptest::collection::vec(step, 1..40)).prop_map(|(start, steps)| Script { start, steps })
}

fn start(number: usize) -> Vec<SpaceEvent> {
    let stories: [fn() -> Vec<SpaceEvent>; 14] = [
        Vec::new,
        story::created,
        story::unreachable,
        story::waiting_email,
        story::waiting_letter,
        story::notified,
        story::notified_by_letter,
        story::opposed,
        story::denied,
        story::open_child,
        story::invited_child,
        story::suspended,
        story::doomed,
        story::destroyed,
    ];
    stories.get(number).map(|story| story()).unwrap_or_else(story::active)
}

fn wait(number: usize) -> TimeDelta {
    let minutes = [0, 0, 0, 1, 60, 60 * 24, 60 * 24 * 8, 60 * 24 * 43, 60 * 24 * 100, 60 * 24 * 3700];
    TimeDelta::minutes(minutes.get(number).copied().unwrap_or_default())
}

fn admission(variation: usize) -> Admission {
    match variation {
        0..4 => adult(contacts(variation)),
        4..8 => child(),
        _ => adult(both()),
    }
}

fn contacts(variation: usize) -> Contacts {
    match variation {
        0 => no_contact(),
        1 => an_email(),
        2 => an_address(),
        _ => both(),
    }
}

fn proof(variation: usize, number: u128) -> (Party, OppositionChannel, Proof) {
    match variation {
        0..4 => (agent(), OppositionChannel::Desk, Proof::IdentityProved),
        4..6 => (agent(), OppositionChannel::Phone, Proof::Code(code_of(number))),
        6 => (Party::Holder, OppositionChannel::Desk, Proof::Code(code_of(number))),
        _ => (Party::Holder, OppositionChannel::Web, Proof::Code(code_of(number))),
    }
}

fn failure(variation: usize) -> NotificationFailure {
    match variation {
        0..4 => NotificationFailure::Refused,
        4..8 => NotificationFailure::Bounced,
        8..11 => NotificationFailure::Undeliverable,
        _ => NotificationFailure::Returned,
    }
}

fn kind(variation: usize) -> RepresentationKind {
    if variation < 8 { RepresentationKind::Minor } else { RepresentationKind::ProtectedAdult }
}

/// What a step asks, at this instant.
fn command(step: Step, now: DateTime<Utc>) -> SpaceCommand {
    let (on, number, variation) = (paris::local(now).format("%Y-%m-%d %H:%M").to_string(), u128::from(step.number), step.variation);
    let on = on.as_str();
    let day = paris::day_of(now) - TimeDelta::days(i64::try_from(variation).unwrap() - 1);
    let (by, via, proof) = proof(variation, number);
    match step.request {
        0 if variation % 2 == 0 => ask::create_represented(on, admission(variation), kind(variation)).into(),
        0 => ask::create(on, admission(variation)).into(),
        1 => ask::declare_contacts(on, contacts(variation)).into(),
        2 => ask::replace_ins(on).into(),
        3 => ask::send_notice(on, number).into(),
        4 => ask::reissue(on, number).into(),
        5 => ask::email_sent(on, number).into(),
        6 => RecordEmailFailed { at: at(on), message: message(number), failure: failure(variation) }.into(),
        7 => RecordLetterPosted { at: at(on), message: message(number), posted_on: day }.into(),
        8 => RecordLetterDelivered { at: at(on), message: message(number), delivered_on: day }.into(),
        9 => ask::letter_came_back(on, number).into(),
        10 => Oppose { at: at(on), by, via, proof }.into(),
        11 => WithdrawOpposition { at: at(on), by, via, proof }.into(),
        12 => ask::deny(on, number).into(),
        13 => ask::report_block(on).into(),
        14 => ask::mend_block(on).into(),
        15 => ask::open_it(on).into(),
        16 => ask::activate(on, number).into(),
        17 => ask::grant(on, number, Some(day.to_string().as_str()).filter(|_| variation < 6)).into(),
        18 => ask::revoke(on, number).into(),
        19 => ask::expire(on, number).into(),
        20 => ask::block(on, u32::from(step.number) % 2).into(),
        21 => ask::unblock(on, u32::from(step.number) % 2).into(),
        22 => ask::declare_representative(on, number, kind(variation)).into(),
        23 => ask::end_representation(on, number).into(),
        24 => ask::come_of_age(on).into(),
        25 => ask::suspend(on).into(),
        26 => ask::oppose_closing(on).into(),
        27 => ask::lift_suspension(on).into(),
        28 => ask::close_suspended(on).into(),
        // Death ends most of what can still happen: it comes seldom.
        29 if variation == 1 => RecordDeath { died_on: day, ..ask::record_death(on) }.into(),
        30 => ask::reopen(on).into(),
        31 => ask::request_destruction(on).into(),
        32 => ask::cancel_destruction(on).into(),
        33 => ask::destroy(on).into(),
        34 => ask::renew(on, admission(variation)).into(),
        40 => ask::join_legacy(on, "2019-11-05").into(),
        // Many commands share these numbers.
        35..40 => directory_command(on, 2 * variation + usize::from(step.number) % 2),
        _ => ask::close(on).into(),
    }
}

/// A command on the directory beside the grants: what is declared, then what takes it back.
fn directory_command(on: &str, variation: usize) -> SpaceCommand {
    let (at, by) = (at(on), Party::Holder);
    let professional = super::persons::doctor(u32::try_from(variation % 2).unwrap());
    let member = TeamMember::Professional { rpps: professional.clone() };
    let caregiver = CaregiverId::from(uuid::Uuid::from_u128(2));
    let service = ServiceId::from(uuid::Uuid::from_u128(1));
    match variation % 24 {
        0 => ConsentToCareTeam { at, by }.into(),
        1 => WithdrawCareTeamConsent { at, by }.into(),
        2 => JoinCareTeam { at, by, member }.into(),
        3 => LeaveCareTeam { at, by, member: TeamMember::Professional { rpps: super::persons::doctor(0) } }.into(),
        4 => DeclareAttendingDoctor { at, by, doctor: professional }.into(),
        5 => EndAttendingDoctor { at, by }.into(),
        6 => AppointAdministrator { at, by, professional }.into(),
        7 => DismissAdministrator { at, by, professional: super::persons::doctor(0) }.into(),
        8 => ChooseForEmergency { at, by, access: EmergencyAccess::BreakGlass, choice: Choice::Refused }.into(),
        9 | 20 => DelegateToCaregiver { at, by, caregiver, person: super::persons::identity("Camille"), from: None, until: None }.into(),
        10 | 21 | 22 => EndDelegation { at, by, caregiver }.into(),
        11 => ConsentToService { at, by, service, purpose: Purpose::Prevention, sections: [Section::Agenda].into(), until: None }.into(),
        12 => WithdrawServiceConsent { at, by, service, purpose: Purpose::Prevention }.into(),
        13 => InviteSecondParent {
            at,
            by: Party::Representative,
            invitation: uuid::Uuid::from_u128(1).into(),
            invitee: uuid::Uuid::from_u128(9).into(),
            person: super::persons::identity("Dominique"),
        }
        .into(),
        14 => WithdrawInvitation { at, by: Party::Representative, invitation: uuid::Uuid::from_u128(1).into() }.into(),
        15 | 16 => AcceptInvitation {
            at,
            invitee: uuid::Uuid::from_u128(9).into(),
            invitation: uuid::Uuid::from_u128(1).into(),
            representation: super::persons::representation_id(9),
        }
        .into(),
        17 => ChooseDefaultVisibility { at, by, visibility: Visibility::Hidden }.into(),
        18 => ChooseReaderMessages { at, by, messages: ReaderMessages::Wanted }.into(),
        _ => send_information(at).into(),
    }
}

fn send_information(at: DateTime<Utc>) -> SendInformation {
    let occasion = InformationOccasion::WrongPatient { document: uuid::Uuid::from_u128(1).into() };
    let (to_holder, to_representatives) = (Some(message(9)), Visibility::Shown);
    SendInformation { at, occasion, to_holder, to_representatives, professionals: Vec::new(), wording: "1".to_owned() }
}

fn play(script: &Script) -> Played {
    let mut events = start(script.start);
    let mut space = space_after(events.clone());
    let mut now = events.last().map_or(at(story::CREATED), SpaceEvent::at);
    for step in &script.steps {
        now += wait(step.wait);
        let Ok(decided) = space.decide(command(*step, now), &Policy::default()) else { continue };
        decided.iter().for_each(|event| space.apply(event.clone()));
        events.extend(decided);
    }
    Played { events, space }
}

/// The end of the window that counts after these events, told from the events alone.
fn window(events: &[SpaceEvent]) -> Option<NaiveDate> {
    events.iter().fold(None, |window, event| {
        if let SpaceEvent::Notice(NoticeEvent::NotifiedByEmail { last_day, .. })
        | SpaceEvent::Notice(NoticeEvent::NotifiedByPost { last_day, .. })
        | SpaceEvent::Notice(NoticeEvent::DeliveryRecorded { last_day, .. }) = event
        {
            return Some(*last_day);
        }
        let denied = matches!(event, SpaceEvent::Opening(OpeningEvent::OpeningBlocked { reason: BlockReason::NotTheRepresentative, .. }));
        window.filter(|_| !denied && !matches!(event, SpaceEvent::Notice(NoticeEvent::NotificationFailed { .. })))
    })
}

fn opposed(events: &[SpaceEvent]) -> bool {
    let stance = |event: &&SpaceEvent| {
        matches!(
            event,
            SpaceEvent::Opposition(OppositionEvent::Opposed { .. }) | SpaceEvent::Opposition(OppositionEvent::OppositionWithdrawn { .. })
        )
    };
    events.iter().rfind(stance).is_some_and(|event| matches!(event, SpaceEvent::Opposition(OppositionEvent::Opposed { .. })))
}

/// Each event with those before it.
fn with_past(events: &[SpaceEvent]) -> impl Iterator<Item = (&[SpaceEvent], &SpaceEvent)> {
    events.iter().enumerate().map(|(place, event)| (&events[..place], event))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_space_never_opens_while_an_opposition_stands(script in scripts()) {
        for (past, event) in with_past(&play(&script).events) {
            let opens = matches!(event, SpaceEvent::Opening(OpeningEvent::OpenedByCnam { .. }) | SpaceEvent::Opening(OpeningEvent::Activated { .. }));
            prop_assert!(!opens || !opposed(past), "{event:?}");
        }
    }

    #[test]
    fn a_space_never_opens_on_or_before_its_last_day(script in scripts()) {
        for (past, event) in with_past(&play(&script).events) {
            if let SpaceEvent::Opening(OpeningEvent::OpenedByCnam { at, opened_on, ground: OpeningGround::WindowOver, .. }) = event {
                prop_assert_eq!(paris::day_of(*at), *opened_on);
                prop_assert!(window(past).is_some_and(|last_day| last_day < *opened_on), "{:?}", event);
            }
        }
    }

    #[test]
    fn a_destroyed_space_says_nothing_more_of_the_person_but_in_a_renewal(script in scripts()) {
        let mut destroyed = false;
        for event in play(&script).events {
            let personal = serde_json::to_string(&event).unwrap().contains(CLEAR_MARKER);
            let renewed = matches!(event, SpaceEvent::Destruction(DestructionEvent::SpaceRenewed { .. }));
            prop_assert!(!destroyed || !personal || renewed, "{event:?}");
            destroyed = (destroyed && !renewed) || matches!(event, SpaceEvent::Destruction(DestructionEvent::Destroyed { .. }));
        }
    }

    #[test]
    fn the_stage_of_the_folded_events_is_the_stage_of_the_space(script in scripts()) {
        let Played { events, space } = play(&script);
        let folded = events.iter().fold(None, |stage, event| event.stage().or(stage));
        prop_assert_eq!(folded, space.stage());
    }

    #[test]
    fn every_form_of_the_state_agrees(script in scripts()) {
        let Played { events, space } = play(&script);
        prop_assert_eq!(&space_after(events.clone()), &space, "folded again");
        let mut stored = HealthSpace::default();
        for event in events {
            stored.apply(serde_json::from_str(&serde_json::to_string(&event).unwrap()).unwrap());
            stored = serde_json::from_str(&serde_json::to_string(&stored).unwrap()).unwrap();
        }
        prop_assert_eq!(stored, space, "stored and read back after every event");
    }

    #[test]
    fn what_was_done_is_not_done_again(script in scripts(), request in 0..REQUESTS, number in 0u8..6, variation in 0usize..12) {
        let Played { events, mut space } = play(&script);
        let now = events.last().map_or(at(story::CREATED), SpaceEvent::at) + TimeDelta::days(50);
        let asked = command(Step { request, number, variation, wait: 0 }, now);
        let decided = space.decide(asked.clone(), &Policy::default()).unwrap_or_default();
        let attempt = decided.iter().any(|event| event.refusal().is_some());
        decided.into_iter().for_each(|event| space.apply(event));
        // What the domain cannot read, it cannot compare.
        let blind = matches!(asked, SpaceCommand::Admission(_));
        let again = space.decide(asked.clone(), &Policy::default()).unwrap_or_default();
        // What was told is remembered by the key of the command, and not by the space.
        let keyed = matches!(asked, SpaceCommand::Information(InformationCommand::SendInformation(_)));
        prop_assert!(attempt || blind || keyed || again.is_empty(), "{}: {again:?}", asked.name());
    }
}

#[test]
fn random_lives_meet_every_event() {
    let mut runner = TestRunner::deterministic();
    let mut unmet: Vec<&str> = SpaceEvent::names().collect();
    for _ in 0..3_000 {
        let script = scripts().new_tree(&mut runner).unwrap().current();
        let started = start(script.start).len();
        let decided = play(&script).events.split_off(started);
        unmet.retain(|name| !decided.iter().any(|event| event.name() == *name));
    }
    assert!(unmet.is_empty(), "the properties above never saw {unmet:?}");
}

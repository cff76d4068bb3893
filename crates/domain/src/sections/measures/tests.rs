//! The rules of a measure, one test a rule and named by it: for each command allowed, refused and quiet.

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::Aggregate;
use cqrs_es::test::TestFramework;
use uuid::Uuid;

use crate::access::{AccessMode, AccessRefusal, Grantee, Ground, Profession, Professional, Purpose, Reader, Scope};
use crate::guarded::Guarded;
use crate::ids::GrantId;
use crate::party::Party;
use crate::personal::Personal;
use crate::policy::Policy;
use crate::rpps::Rpps;
use crate::sections::{Actor, Circumstances, Item, Practitioner};
use crate::space::HealthSpace;
use crate::space::commands::GrantAccess;
use crate::space::terms::Section;
use crate::space::tests::{an_active_space, an_opposed_space, instant};

use super::{
    Measure, MeasureCommand, MeasureEvent, MeasureRefusal, MeasureType, Quantity, Reading, ReadingError, RecordMeasure, RemoveMeasure,
};

const NOW: &str = "2026-06-01 12:00";

fn now() -> DateTime<Utc> {
    instant(NOW)
}

fn weight() -> Personal<Reading> {
    Personal::new(Reading::parse(MeasureType::Weight, &[Quantity::hundredths(7_250)]).unwrap())
}

fn record() -> RecordMeasure {
    RecordMeasure {
        at: now(),
        by: Reader::Holder,
        purpose: Purpose::PersonalUse,
        measure: MeasureType::Weight,
        taken_at: now(),
        value: weight(),
    }
}

fn remove() -> RemoveMeasure {
    RemoveMeasure { at: now(), by: Reader::Holder, purpose: Purpose::PersonalUse }
}

fn recorded() -> MeasureEvent {
    recorded_by(Actor::Holder, Ground::OwnSpace)
}

fn recorded_by(by: Actor, ground: Ground) -> MeasureEvent {
    MeasureEvent::MeasureRecorded { at: now(), by, ground, measure: MeasureType::Weight, taken_at: now(), value: weight() }
}

fn removed() -> MeasureEvent {
    MeasureEvent::MeasureRemoved { at: now(), by: Actor::Holder, ground: Ground::OwnSpace }
}

/// What a command to a measure with this past gives, in a space that is in use.
fn decided(past: &[MeasureEvent], command: impl Into<MeasureCommand>) -> Result<Vec<MeasureEvent>, MeasureRefusal> {
    in_space(an_active_space(), past, command)
}

#[test]
fn a_measure_is_recorded_and_removed() {
    let framework = || TestFramework::<Measure>::with(Circumstances { space: an_active_space(), ..Default::default() });
    framework().given_no_previous_events().when(record().into()).then_expect_events(vec![recorded()]);
    framework().given(vec![recorded()]).when(remove().into()).then_expect_events(vec![removed()]);
}

fn doctor() -> Reader {
    let rpps = Rpps::from_first10("8100000001").unwrap();
    Reader::Professional(Professional { rpps, profession: Profession::Doctor, structure: None, mode: AccessMode::Ordinary })
}

/// A space whose holder let the doctor into the measures.
fn a_space_with_a_grant() -> HealthSpace {
    let mut space = an_active_space();
    let Reader::Professional(Professional { rpps, .. }) = doctor() else { panic!("a professional") };
    let grant = GrantAccess {
        at: now(),
        by: Party::Holder,
        grant: GrantId::from(Uuid::from_u128(1)),
        to: Grantee::Professional { rpps },
        scope: Scope::Sections { sections: [Section::Measures].into() },
        purpose: Purpose::Care,
        from: None,
        until: None,
    };
    for event in space.decide(grant.into(), &Policy::default()).unwrap() {
        space.apply(event);
    }
    space
}

fn in_space(space: HealthSpace, past: &[MeasureEvent], command: impl Into<MeasureCommand>) -> Result<Vec<MeasureEvent>, MeasureRefusal> {
    let mut measure = Measure::default();
    past.iter().for_each(|event| measure.apply(event.clone()));
    measure.decide(command.into(), &Circumstances { space, ..Default::default() }.context())
}

#[test]
fn the_gate_decides_who_records_a_measure() {
    let by_doctor = || RecordMeasure { by: doctor(), purpose: Purpose::Care, ..record() };
    assert_eq!(decided(&[], by_doctor()), Err(AccessRefusal::NotAuthorised.into()));
    let events = in_space(a_space_with_a_grant(), &[], by_doctor()).unwrap();
    assert!(matches!(
        events.as_slice(),
        [MeasureEvent::MeasureRecorded { by: Actor::Professional { .. }, ground: Ground::GrantToProfessional, .. }]
    ));
    let for_insurance = RecordMeasure { purpose: Purpose::Insurance, ..record() };
    assert_eq!(decided(&[], for_insurance), Err(AccessRefusal::ForbiddenPurpose.into()));
    let stranger = RecordMeasure { by: Reader::Representative, ..record() };
    assert_eq!(decided(&[], stranger), Err(AccessRefusal::NoRepresentation.into()));
}

#[test]
fn a_measure_is_recorded_in_a_space_that_is_open_and_in_use() {
    assert_eq!(in_space(an_opposed_space(), &[], record()), Err(AccessRefusal::OpeningOpposed.into()));
    assert_eq!(in_space(HealthSpace::default(), &[], record()), Err(AccessRefusal::NotOpened.into()));
}

#[test]
fn a_measure_is_removed_by_the_side_that_recorded_it() {
    let Reader::Professional(Professional { rpps, structure, .. }) = doctor() else { panic!("a professional") };
    let by = Actor::Professional { professional: Guarded::new(Practitioner { rpps, structure }) };
    let recorded_by_doctor = recorded_by(by, Ground::GrantToProfessional);
    assert_eq!(decided(&[recorded_by_doctor], remove()), Err(AccessRefusal::NotTheAuthor.into()));
    let by_representative = recorded_by(Actor::Representative, Ground::Representation);
    assert_eq!(decided(&[by_representative], remove()), Ok(vec![removed()]));
    let by_doctor = RemoveMeasure { by: doctor(), purpose: Purpose::Care, ..remove() };
    assert_eq!(in_space(a_space_with_a_grant(), &[recorded()], by_doctor), Err(AccessRefusal::NotForThisRole.into()));
}

#[test]
fn a_measure_was_not_taken_in_the_future() {
    let later = RecordMeasure { taken_at: now() + TimeDelta::milliseconds(1), ..record() };
    assert_eq!(decided(&[], later), Err(MeasureRefusal::TakenInTheFuture));
    let earlier = RecordMeasure { taken_at: now() - TimeDelta::days(30), ..record() };
    assert!(decided(&[], earlier).is_ok_and(|events| events.len() == 1));
}

#[test]
fn recording_the_same_measure_again_changes_nothing() {
    assert_eq!(decided(&[recorded()], record()), Ok(Vec::new()));
}

#[test]
fn a_removed_measure_stays_removed() {
    assert_eq!(decided(&[recorded(), removed()], record()), Err(MeasureRefusal::MeasureRemoved));
    assert_eq!(decided(&[recorded(), removed()], remove()), Ok(Vec::new()));
}

#[test]
fn what_was_never_recorded_cannot_be_removed() {
    assert_eq!(decided(&[], remove()), Err(MeasureRefusal::NoSuchMeasure));
}

#[test]
fn a_value_that_cannot_be_true_is_refused() {
    let weight = |text: &str| Reading::parse(MeasureType::Weight, &[Quantity::parse(text).unwrap()]);
    assert_eq!(weight("72.5").map(|value| value.values()), Ok(vec![Quantity::hundredths(7_250)]));
    let (least, most) = (Quantity::hundredths(20), Quantity::hundredths(70_000));
    assert_eq!(weight("700.01"), Err(ReadingError::Implausible { least, most }));
    assert_eq!(ReadingError::Implausible { least, most }.to_string(), "not plausible: expected 0.2 to 700");
    for text in ["", ".", "72,5", "72.555", "-1", "1e3", "123456789", " 72"] {
        assert_eq!(Quantity::parse(text), Err(ReadingError::NotANumber), "{text}");
    }
    assert_eq!(Reading::parse(MeasureType::Weight, &[]), Err(ReadingError::WrongNumberOfValues));
}

#[test]
fn the_systolic_pressure_is_above_the_diastolic_one() {
    let pressure = |values: &[i32]| {
        let values: Vec<Quantity> = values.iter().map(|value| Quantity::hundredths(value * 100)).collect();
        Reading::parse(MeasureType::BloodPressure, &values)
    };
    assert!(pressure(&[120, 80]).is_ok());
    for swapped in [[80, 120], [80, 80]] {
        assert_eq!(pressure(&swapped), Err(ReadingError::PressuresSwapped));
    }
    assert_eq!(pressure(&[120]), Err(ReadingError::WrongNumberOfValues));
}

#[test]
fn every_type_of_measure_has_a_code_and_a_unit_of_its_own_table() {
    let codes: std::collections::BTreeSet<&str> = MeasureType::ALL.iter().map(|measure| measure.loinc()).collect();
    assert_eq!(codes.len(), MeasureType::ALL.len());
    assert!(!codes.contains("39156-5"), "the body mass index is computed");
    assert!(MeasureType::ALL.iter().all(|measure| !measure.unit().is_empty() && measure.plausible().0 < measure.plausible().1));
}

#[test]
fn a_number_reads_back_as_it_was_written() {
    for text in ["0", "72", "72.5", "72.05", "9999999.99"] {
        assert_eq!(Quantity::parse(text).unwrap().to_string(), text);
    }
}

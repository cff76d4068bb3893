//! The types of measure that exist, each with its LOINC code, its unit and what can be true of a living person.

use serde::{Deserialize, Serialize};

/// What is measured. The body mass index is not one: it is computed from weight and height, never recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureType {
    /// Weight, in kilograms.
    Weight,
    /// Height, in centimetres.
    Height,
    /// Blood pressure, in millimetres of mercury: systolic and diastolic.
    BloodPressure,
    /// Body temperature, in degrees Celsius.
    Temperature,
    /// Heart rate, in beats a minute.
    HeartRate,
    /// Waist circumference, in centimetres.
    Waist,
    /// Head circumference, in centimetres.
    HeadCircumference,
    /// Pain, as a score from 0 to 10.
    Pain,
    /// Steps in a day.
    Steps,
    /// Glycated haemoglobin (HbA1c), in per cent.
    GlycatedHaemoglobin,
}

impl MeasureType {
    /// Every type, in the order of the contract.
    pub const ALL: [Self; 10] = [
        Self::Weight,
        Self::Height,
        Self::BloodPressure,
        Self::Temperature,
        Self::HeartRate,
        Self::Waist,
        Self::HeadCircumference,
        Self::Pain,
        Self::Steps,
        Self::GlycatedHaemoglobin,
    ];

    /// Its LOINC code.
    pub const fn loinc(self) -> &'static str {
        match self {
            Self::Weight => "29463-7",
            Self::Height => "8302-2",
            Self::BloodPressure => "85354-9",
            Self::Temperature => "8310-5",
            Self::HeartRate => "8867-4",
            Self::Waist => "8280-0",
            Self::HeadCircumference => "8287-5",
            Self::Pain => "72514-3",
            Self::Steps => "41950-7",
            Self::GlycatedHaemoglobin => "4548-4",
        }
    }

    /// Its unit, in UCUM.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Weight => "kg",
            Self::Height | Self::Waist | Self::HeadCircumference => "cm",
            Self::BloodPressure => "mm[Hg]",
            Self::Temperature => "Cel",
            Self::HeartRate => "/min",
            Self::Pain => "{score}",
            Self::Steps => "{steps}/d",
            Self::GlycatedHaemoglobin => "%",
        }
    }

    /// The least and the greatest value that can be true of a living person, in hundredths of the unit.
    pub(super) const fn plausible(self) -> (i32, i32) {
        match self {
            Self::Weight => (20, 70_000),
            Self::Height => (2_000, 28_000),
            Self::BloodPressure => (2_000, 35_000),
            Self::Temperature => (2_000, 4_600),
            Self::HeartRate => (1_500, 35_000),
            Self::Waist => (2_000, 40_000),
            Self::HeadCircumference => (1_500, 8_000),
            Self::Pain => (0, 1_000),
            Self::Steps => (0, 20_000_000),
            Self::GlycatedHaemoglobin => (200, 2_500),
        }
    }
}

//! The value of a measure: a decimal number, or two for a blood pressure, parsed once against what can be true.
//!
//! - a value that cannot be true is refused
//! - the systolic pressure is above the diastolic one

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::parsed::redacted;
use crate::personal::PersonalData;

use super::measure_type::MeasureType;

/// A number with at most two decimals, kept in hundredths so that it reads back as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(i32);

impl Quantity {
    /// This many hundredths.
    pub const fn hundredths(hundredths: i32) -> Self {
        Self(hundredths)
    }

    /// Reads `72`, `72.5` or `72.55`.
    ///
    /// # Errors
    /// [`ReadingError::NotANumber`].
    pub fn parse(text: &str) -> Result<Self, ReadingError> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str, most: usize| !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole, 7) || !digits(decimals, 2) {
            return Err(ReadingError::NotANumber);
        }
        format!("{whole}{decimals:0<2}").parse().map(Self).map_err(|_| ReadingError::NotANumber)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, decimals) = (self.0 / 100, self.0 % 100);
        match (decimals, decimals % 10) {
            (0, _) => write!(formatter, "{whole}"),
            (_, 0) => write!(formatter, "{whole}.{}", decimals / 10),
            _ => write!(formatter, "{whole}.{decimals:02}"),
        }
    }
}

/// What was read off: health data, so it travels as [`crate::personal::Personal`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// One value.
    Value(Quantity),
    /// A blood pressure.
    Pressure {
        /// When the heart beats.
        systolic: Quantity,
        /// Between two beats.
        diastolic: Quantity,
    },
}

redacted!(Reading);

impl PersonalData for Reading {
    const KIND: &'static str = "measure";
}

/// What is wrong with a value. Never holds what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadingError {
    /// Not a number with at most two decimals.
    #[error("expected a number with at most two decimals, such as 72.5")]
    NotANumber,
    /// Nobody alive measures that.
    #[error("not plausible: expected {least} to {most}")]
    Implausible {
        /// The least plausible value.
        least: Quantity,
        /// The greatest.
        most: Quantity,
    },
    /// A blood pressure has two values, the others have one.
    #[error("a blood pressure has a systolic and a diastolic value, every other measure has one value")]
    WrongNumberOfValues,
    /// The two pressures are the wrong way round.
    #[error("the systolic pressure is above the diastolic one")]
    PressuresSwapped,
}

impl Reading {
    /// The value of a measure of this type, from one number or two.
    ///
    /// # Errors
    /// [`ReadingError`]: what to mend.
    pub fn parse(measure: MeasureType, values: &[Quantity]) -> Result<Self, ReadingError> {
        let (least, most) = measure.plausible();
        let (least, most) = (Quantity(least), Quantity(most));
        if values.iter().any(|value| *value < least || *value > most) {
            return Err(ReadingError::Implausible { least, most });
        }
        match (measure == MeasureType::BloodPressure, values) {
            (true, [systolic, diastolic]) if systolic > diastolic => Ok(Self::Pressure { systolic: *systolic, diastolic: *diastolic }),
            (true, [_, _]) => Err(ReadingError::PressuresSwapped),
            (false, [value]) => Ok(Self::Value(*value)),
            (true | false, _) => Err(ReadingError::WrongNumberOfValues),
        }
    }

    /// The numbers, in the order in which they are said.
    pub fn values(&self) -> Vec<Quantity> {
        match self {
            Self::Value(value) => vec![*value],
            Self::Pressure { systolic, diastolic } => vec![*systolic, *diastolic],
        }
    }
}

//! The professionals around a person: who they are, by what they do. An attending doctor has several patients, as in life.

use ens_domain::access::{AccessMode, Profession, Professional};

use crate::error::DemoError;
use crate::professionals::professional;
use crate::random::SeededRandom;

/// Professionals of each role.
const OF_EACH_ROLE: u64 = 40;

/// What a professional is to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The attending doctor.
    AttendingDoctor,
    /// A doctor whom the holder lets in.
    Specialist,
    /// A nurse of the care team.
    Nurse,
    /// A doctor whom the holder let in, and keeps out later.
    FormerDoctor,
    /// A doctor of an emergency department, who has nothing to do with the person before.
    EmergencyDoctor,
    /// A doctor of a dispatch centre.
    DispatchDoctor,
}

impl Role {
    /// The professional who has this role for a person.
    pub(super) fn of(self, person: u64, random: SeededRandom) -> Result<Professional, DemoError> {
        let number = self.first_number() + random.below(OF_EACH_ROLE, person, self.question());
        Ok(Professional { rpps: professional(number)?, profession: self.profession(), structure: None, mode: self.mode() })
    }

    /// Each role has numbers of its own, so nobody has two of them for one person.
    const fn first_number(self) -> u64 {
        match self {
            Self::AttendingDoctor => 100_000,
            Self::Specialist => 200_000,
            Self::Nurse => 300_000,
            Self::FormerDoctor => 400_000,
            Self::EmergencyDoctor => 500_000,
            Self::DispatchDoctor => 600_000,
        }
    }

    const fn question(self) -> &'static str {
        match self {
            Self::AttendingDoctor => "attending doctor",
            Self::Specialist => "specialist",
            Self::Nurse => "nurse",
            Self::FormerDoctor => "former doctor",
            Self::EmergencyDoctor => "emergency doctor",
            Self::DispatchDoctor => "dispatch doctor",
        }
    }

    const fn profession(self) -> Profession {
        match self {
            Self::Nurse => Profession::Nurse,
            Self::AttendingDoctor | Self::Specialist | Self::FormerDoctor | Self::EmergencyDoctor | Self::DispatchDoctor => {
                Profession::Doctor
            }
        }
    }

    const fn mode(self) -> AccessMode {
        match self {
            Self::AttendingDoctor | Self::Specialist | Self::Nurse | Self::FormerDoctor => AccessMode::Ordinary,
            Self::EmergencyDoctor => AccessMode::BreakGlass,
            Self::DispatchDoctor => AccessMode::DispatchCentre,
        }
    }
}

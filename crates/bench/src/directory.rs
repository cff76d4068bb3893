//! Lives in memory whose holders let many in and keep some out: what the gate decides on when nothing of it is to be loaded.
//!
//! opened --> care team, attending doctor, administrator, caregivers, services --> fifty grants --> some blocked, one of them unblocked again

use chrono::{DateTime, Days, NaiveDate, Utc};
use cqrs_es::Aggregate;
use ens_domain::access::{
    AccessMode, Choice, DocumentClass, EmergencyAccess, Grantee, Profession, Professional, Purpose, Scope, TeamMember,
};
use ens_domain::calendar::paris;
use ens_domain::code::CodeKey;
use ens_domain::finess::Finess;
use ens_domain::ids::{CaregiverId, GrantId, ServiceId, SpaceId};
use ens_domain::party::Party;
use ens_domain::policy::Policy;
use ens_domain::rpps::Rpps;
use ens_domain::space::commands::{
    AppointAdministrator, BlockProfessional, ChooseForEmergency, ConsentToCareTeam, ConsentToService, DeclareAttendingDoctor,
    DelegateToCaregiver, GrantAccess, JoinCareTeam, UnblockProfessional,
};
use ens_domain::space::terms::Section;
use ens_domain::space::{HealthSpace, SpaceCommand};
use ens_store::Entropy;

use crate::failure::Failure;
use crate::lives::{Cast, Life, Step};

/// Grants of a life.
pub(crate) const GRANTS: u32 = 50;
/// The attending doctor.
pub(crate) const ATTENDING: u32 = 900;
/// A professional of the care team.
pub(crate) const OF_THE_TEAM: u32 = 901;
/// Who administers; the grant of this number is theirs.
pub(crate) const ADMINISTRATOR: u32 = 7;
/// A professional who is blocked.
pub(crate) const BLOCKED: u32 = 903;
/// A professional who was blocked.
pub(crate) const UNBLOCKED: u32 = 904;
/// Others who are blocked, from this number on.
const ALSO_BLOCKED: std::ops::Range<u32> = 910..918;
/// Of so many grants one is to a structure; the others are to a professional of their own number.
const STRUCTURES: u32 = 5;

/// A professional by number, on the ground of an authorisation.
pub(crate) fn professional(number: u32) -> Result<Professional, Failure> {
    Ok(Professional { rpps: rpps(number)?, profession: Profession::Doctor, structure: None, mode: AccessMode::Ordinary })
}

/// A structure by number.
pub(crate) fn structure(number: u32) -> Result<Finess, Failure> {
    Finess::from_first8(&format!("31{number:06}")).map_err(Failure::because)
}

fn rpps(number: u32) -> Result<Rpps, Failure> {
    Rpps::from_first10(&format!("81{number:08}")).map_err(Failure::because)
}

/// A life, and who acts in it under ids of its own.
pub(crate) struct SharedLife {
    pub(crate) space: HealthSpace,
    pub(crate) caregiver: CaregiverId,
    pub(crate) service: ServiceId,
}

/// Leads one life after the other to where it is shared.
pub(crate) struct Sharing {
    cast: Cast,
    entropy: Entropy,
    at: DateTime<Utc>,
}

impl Sharing {
    /// As of this instant.
    pub(crate) fn at(at: DateTime<Utc>) -> Result<Self, Failure> {
        Ok(Self { cast: Cast::opening_on(paris::day_of(at))?, entropy: Entropy::os(), at })
    }

    /// One more life.
    pub(crate) fn life(&self) -> Result<SharedLife, Failure> {
        let life = Life::drawn(&self.entropy)?;
        let mut space = HealthSpace::default();
        for step in Step::ALL {
            self.say(&mut space, self.cast.command_with((&self.entropy, &CodeKey::new([7; 32])), life, step)?)?;
        }
        self.entrust(&mut space)?;
        let (caregiver, service) = (self.help(&mut space, life.space)?, self.serve(&mut space)?);
        for number in 0..GRANTS {
            self.grant(&mut space, number)?;
        }
        for number in [BLOCKED, UNBLOCKED].into_iter().chain(ALSO_BLOCKED) {
            self.say(&mut space, BlockProfessional { at: self.at, by: Party::Holder, professional: rpps(number)? })?;
        }
        self.say(&mut space, UnblockProfessional { at: self.at, by: Party::Holder, professional: rpps(UNBLOCKED)? })?;
        Ok(SharedLife { space, caregiver, service })
    }

    fn say(&self, space: &mut HealthSpace, command: impl Into<SpaceCommand>) -> Result<(), Failure> {
        let decided = space.decide(command.into(), &self.cast.policy).map_err(Failure::because)?;
        decided.into_iter().for_each(|event| space.apply(event));
        Ok(())
    }

    /// Who treats the person, and what is to hold in an emergency.
    fn entrust(&self, space: &mut HealthSpace) -> Result<(), Failure> {
        let (at, by) = (self.at, || Party::Holder);
        self.say(space, ConsentToCareTeam { at, by: by() })?;
        let members = [TeamMember::Professional { rpps: rpps(OF_THE_TEAM)? }, TeamMember::Structure { finess: structure(99)? }];
        members.into_iter().try_for_each(|member| self.say(space, JoinCareTeam { at, by: by(), member }))?;
        self.say(space, DeclareAttendingDoctor { at, by: by(), doctor: rpps(ATTENDING)? })?;
        self.say(space, AppointAdministrator { at, by: by(), professional: rpps(ADMINISTRATOR)? })?;
        let (access, choice) = (EmergencyAccess::DispatchCentre, Choice::Refused);
        self.say(space, ChooseForEmergency { at, by: by(), access, choice })
    }

    /// Three caregivers; one of them.
    fn help(&self, space: &mut HealthSpace, id: SpaceId) -> Result<CaregiverId, Failure> {
        let new = || Ok::<_, Failure>(CaregiverId::at(self.at, self.entropy.bytes()?));
        let known = new()?;
        for caregiver in [new()?, new()?, known] {
            let person = self.cast.person_of(id)?.identity;
            self.say(space, DelegateToCaregiver { at: self.at, by: Party::Holder, caregiver, person, from: None, until: None })?;
        }
        Ok(known)
    }

    /// Four services, for the record and the measures; one of them.
    fn serve(&self, space: &mut HealthSpace) -> Result<ServiceId, Failure> {
        let new = || Ok::<_, Failure>(ServiceId::at(self.at, self.entropy.bytes()?));
        let known = new()?;
        for service in [new()?, new()?, new()?, known] {
            let (at, by, sections) = (self.at, Party::Holder, [Section::MedicalRecord, Section::Measures].into());
            self.say(space, ConsentToService { at, by, service, purpose: Purpose::Care, sections, until: None })?;
        }
        Ok(known)
    }

    /// The grant of this number: to somebody else than the others, for all or a part, now or later.
    fn grant(&self, space: &mut HealthSpace, number: u32) -> Result<(), Failure> {
        let to = if number.is_multiple_of(STRUCTURES) {
            Grantee::Structure { finess: structure(number)? }
        } else {
            Grantee::Professional { rpps: rpps(number)? }
        };
        let scope = match number % 3 {
            0 => Scope::All,
            1 => Scope::Sections { sections: [Section::MedicalRecord, Section::MedicalProfile].into() },
            _ => Scope::DocumentClasses { classes: [DocumentClass::Report, DocumentClass::Imaging].into() },
        };
        let purpose = if number % 10 == 9 { Purpose::Prevention } else { Purpose::Care };
        let from = if number % 10 == 8 { Some(self.tomorrow()?) } else { None };
        let (at, by, grant) = (self.at, Party::Holder, GrantId::at(self.at, self.entropy.bytes()?));
        self.say(space, GrantAccess { at, by, grant, to, scope, purpose, from, until: None })
    }

    fn tomorrow(&self) -> Result<NaiveDate, Failure> {
        paris::day_of(self.at).checked_add_days(Days::new(1)).ok_or_else(|| Failure::because("a day out of the calendar"))
    }

    /// The policy of these lives.
    pub(crate) const fn policy(&self) -> &Policy {
        &self.cast.policy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_holds_fifty_grants_and_nine_blocks() {
        let life = Sharing::at(Utc::now()).unwrap().life().unwrap();
        let directory = life.space.directory().unwrap();
        assert_eq!((directory.grants().count(), directory.blocked().count()), (50, 9));
        assert_eq!((directory.delegations().count(), directory.services().count(), directory.care_team().count()), (3, 4, 2));
    }
}

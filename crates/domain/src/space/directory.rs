//! The directory of authorisations beside the grants: care team, attending doctor, administrators, emergency, caregivers, services.
//!
//! - the consent to the care team is given once for all its members
//! - there is one attending doctor at most
//! - a person has three caregivers at most
//! - nobody is a caregiver of their own
//! - naming a caregiver again replaces their days
//! - a closing ends every delegation
//! - a service is consented to for some categories and one purpose
//! - what is decided beforehand for an emergency is decided by the holder side
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::care_team::TeamMember;
use crate::access::directory::{CAREGIVERS_AT_MOST, Directory};
use crate::access::document::Visibility;
use crate::access::emergency_choices::{Choice, EmergencyAccess};
use crate::access::grant::Period;
use crate::access::purpose::Purpose;
use crate::calendar::paris;
use crate::guarded::Guarded;
use crate::identity::Identity;
use crate::ids::{CaregiverId, ServiceId};
use crate::party::Party;
use crate::personal::Personal;
use crate::policy::Policy;
use crate::rpps::Rpps;

use super::access::runs_in_reach;
use super::command_group::command_group;
use super::events::{DirectoryEvent, SpaceEvent};
use super::life::Life;
use super::refusal::{Parties, SpaceRefusal};
use super::terms::Section;

command_group! {
    /// What may be asked about who treats the person and who helps them.
    DirectoryCommand {
        ConsentToCareTeam,
        WithdrawCareTeamConsent,
        JoinCareTeam,
        LeaveCareTeam,
        DeclareAttendingDoctor,
        EndAttendingDoctor,
        AppointAdministrator,
        DismissAdministrator,
        ChooseForEmergency,
        DelegateToCaregiver,
        EndDelegation,
        ConsentToService,
        WithdrawServiceConsent,
        ChooseDefaultVisibility,
    }
}

/// Consent to the care team, from today on, for all that it is and will be (article R. 1111-46).
#[derive(Debug, Clone, PartialEq)]
pub struct ConsentToCareTeam {
    pub at: DateTime<Utc>,
    pub by: Party,
}

/// Take the consent to the care team back.
#[derive(Debug, Clone, PartialEq)]
pub struct WithdrawCareTeamConsent {
    pub at: DateTime<Utc>,
    pub by: Party,
}

/// Add a professional or a structure to the care team.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinCareTeam {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub member: TeamMember,
}

/// Remove a professional or a structure from the care team.
#[derive(Debug, Clone, PartialEq)]
pub struct LeaveCareTeam {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub member: TeamMember,
}

/// Declare the attending doctor, in place of the one before.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclareAttendingDoctor {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub doctor: Rpps,
}

/// Have no attending doctor any more.
#[derive(Debug, Clone, PartialEq)]
pub struct EndAttendingDoctor {
    pub at: DateTime<Utc>,
    pub by: Party,
}

/// Choose a professional as administrator of the record.
#[derive(Debug, Clone, PartialEq)]
pub struct AppointAdministrator {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub professional: Rpps,
}

/// Let a professional be administrator no longer.
#[derive(Debug, Clone, PartialEq)]
pub struct DismissAdministrator {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub professional: Rpps,
}

/// Permit or refuse something beforehand for an emergency.
#[derive(Debug, Clone, PartialEq)]
pub struct ChooseForEmergency {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub access: EmergencyAccess,
    pub choice: Choice,
}

/// Let a caregiver act for the person in part, from today where no day is given; what they had before is replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct DelegateToCaregiver {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub caregiver: CaregiverId,
    pub person: Personal<Identity>,
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
}

/// End the delegation to a caregiver.
#[derive(Debug, Clone, PartialEq)]
pub struct EndDelegation {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub caregiver: CaregiverId,
}

/// Consent to a service of the catalogue for these categories of data and one purpose; what was consented for it before is replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsentToService {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub service: ServiceId,
    pub purpose: Purpose,
    pub sections: BTreeSet<Section>,
    pub until: Option<NaiveDate>,
}

/// Take the consent to a service back, for one purpose.
#[derive(Debug, Clone, PartialEq)]
pub struct WithdrawServiceConsent {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub service: ServiceId,
    pub purpose: Purpose,
}

/// Choose whether documents that are deposited from now on are shown to professionals.
#[derive(Debug, Clone, PartialEq)]
pub struct ChooseDefaultVisibility {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub visibility: Visibility,
}

type Decided = Result<Vec<SpaceEvent>, SpaceRefusal>;

/// Nothing to record: what is asked is so already.
const QUIET: Decided = Ok(Vec::new());

fn one(event: DirectoryEvent) -> Decided {
    Ok(vec![SpaceEvent::Directory(event)])
}

/// The directory, where the holder's side may change it: in a space that was opened.
fn changeable<'a>(life: &'a Life, by: &Party, at: DateTime<Utc>) -> Result<&'a Directory, SpaceRefusal> {
    life.allow(Parties::HolderSide, by, at)?;
    life.was_opened()?;
    Ok(&life.directory)
}

/// The directory, where somebody may be let in: in a space that is in use, unless the professional is blocked.
fn opening<'a>(life: &'a Life, by: &Party, at: DateTime<Utc>, who: Option<&Rpps>) -> Result<&'a Directory, SpaceRefusal> {
    life.allow(Parties::HolderSide, by, at)?;
    life.in_service()?;
    if who.is_some_and(|professional| life.directory.is_blocked(professional)) {
        return Err(SpaceRefusal::ProfessionalIsBlocked);
    }
    Ok(&life.directory)
}

impl ConsentToCareTeam {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Decided {
        let directory = opening(life, &self.by, self.at, None)?;
        let Self { at, by } = self;
        if directory.has_care_team_consent() {
            return QUIET;
        }
        one(DirectoryEvent::CareTeamConsented { at, by, since: paris::day_of(at) })
    }
}

impl WithdrawCareTeamConsent {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Decided {
        let directory = changeable(life, &self.by, self.at)?;
        let Self { at, by } = self;
        if !directory.has_care_team_consent() {
            return QUIET;
        }
        one(DirectoryEvent::CareTeamConsentWithdrawn { at, by })
    }
}

impl JoinCareTeam {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Decided {
        let who = match &self.member {
            TeamMember::Professional { rpps } => Some(rpps),
            TeamMember::Structure { .. } => None,
        };
        let directory = opening(life, &self.by, self.at, who)?;
        if directory.has_in_care_team(&self.member) {
            return QUIET;
        }
        let Self { at, by, member } = self;
        one(DirectoryEvent::CareTeamJoined { at, by, member: Guarded::new(member) })
    }
}

impl LeaveCareTeam {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Decided {
        let directory = changeable(life, &self.by, self.at)?;
        if directory.care_team().all(|member| member != self.member) {
            return QUIET;
        }
        let Self { at, by, member } = self;
        one(DirectoryEvent::CareTeamLeft { at, by, member: Guarded::new(member) })
    }
}

impl DeclareAttendingDoctor {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Decided {
        let directory = opening(life, &self.by, self.at, Some(&self.doctor))?;
        let Self { at, by, doctor } = self;
        if directory.is_attending_doctor(&doctor) {
            return QUIET;
        }
        let doctor = Guarded::new(doctor);
        one(DirectoryEvent::AttendingDoctorDeclared { at, by, doctor })
    }
}

impl EndAttendingDoctor {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Decided {
        let directory = changeable(life, &self.by, self.at)?;
        let Self { at, by } = self;
        if directory.attending_doctor().is_none() {
            return QUIET;
        }
        one(DirectoryEvent::AttendingDoctorEnded { at, by })
    }
}

impl AppointAdministrator {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Decided {
        let directory = opening(life, &self.by, self.at, Some(&self.professional))?;
        let Self { at, by, professional } = self;
        if directory.is_administrator(&professional) {
            return QUIET;
        }
        let professional = Guarded::new(professional);
        one(DirectoryEvent::AdministratorAppointed { at, by, professional })
    }
}

impl DismissAdministrator {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Decided {
        let directory = changeable(life, &self.by, self.at)?;
        if directory.administrators().all(|professional| *professional != self.professional) {
            return QUIET;
        }
        let Self { at, by, professional } = self;
        one(DirectoryEvent::AdministratorDismissed { at, by, professional: Guarded::new(professional) })
    }
}

impl ChooseForEmergency {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Decided {
        let directory = changeable(life, &self.by, self.at)?;
        let Self { at, by, access, choice } = self;
        if directory.emergency().of(access) == choice {
            return QUIET;
        }
        one(DirectoryEvent::EmergencyChoiceMade { at, by, access, choice })
    }
}

impl DelegateToCaregiver {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Decided {
        let directory = opening(life, &self.by, self.at, None)?;
        if self.caregiver.uuid() == life.id.uuid() {
            return Err(SpaceRefusal::SamePerson);
        }
        let today = paris::day_of(self.at);
        let known = directory.delegation(self.caregiver).filter(|known| known.until.is_none_or(|until| today <= until));
        let from = self.from.or_else(|| known.map(|known| known.from)).unwrap_or(today);
        if known == Some(Period { from, until: self.until }) {
            return QUIET;
        }
        // What began already may be prolonged or shortened.
        let begins = known.filter(|known| known.from == from).map_or(from, |_| today.max(from));
        runs_in_reach(begins, self.until, today, policy)?;
        if known.is_none() {
            directory.has_room_for_caregiver(today).map_err(|_| SpaceRefusal::TooManyCaregivers { at_most: CAREGIVERS_AT_MOST })?;
        }
        let Self { at, by, caregiver, person, from: _, until } = self;
        one(DirectoryEvent::CaregiverDelegated { at, by, caregiver: Guarded::new(caregiver), person, from, until })
    }
}

impl EndDelegation {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Decided {
        let directory = changeable(life, &self.by, self.at)?;
        let Self { at, by, caregiver } = self;
        if directory.delegation(caregiver).is_none() {
            return QUIET;
        }
        one(DirectoryEvent::DelegationEnded { at, by, caregiver: Guarded::new(caregiver) })
    }
}

impl ConsentToService {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Decided {
        let directory = opening(life, &self.by, self.at, None)?;
        if self.sections.is_empty() {
            return Err(SpaceRefusal::EmptyScope);
        }
        if !self.purpose.may_be_granted() {
            return Err(SpaceRefusal::ForbiddenPurpose);
        }
        let from = paris::day_of(self.at);
        runs_in_reach(from, self.until, from, policy)?;
        let Self { at, by, service, purpose, sections, until } = self;
        let mut same = directory.consents_to(service).filter(|(known, _)| *known == purpose);
        if same.any(|(_, consent)| consent.sections == sections && consent.period.until == until) {
            return QUIET;
        }
        one(DirectoryEvent::ServiceConsented { at, by, service, purpose, sections, from, until })
    }
}

impl WithdrawServiceConsent {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Decided {
        let directory = changeable(life, &self.by, self.at)?;
        let Self { at, by, service, purpose } = self;
        if directory.consents_to(service).all(|(known, _)| known != purpose) {
            return QUIET;
        }
        one(DirectoryEvent::ServiceConsentWithdrawn { at, by, service, purpose })
    }
}

impl ChooseDefaultVisibility {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Decided {
        let directory = changeable(life, &self.by, self.at)?;
        let Self { at, by, visibility } = self;
        if directory.default_visibility() == visibility {
            return QUIET;
        }
        one(DirectoryEvent::DefaultVisibilityChosen { at, by, visibility })
    }
}

//! The directory of authorisations of one space (*répertoire des autorisations*): who is let in, kept out or consented to.
//!
//! - blocking a professional ends the grants that name them
//! - unblocking restores nothing
//! - a grant that is over is remembered and its id is not free
//! - a person has at most three caregivers at a time
//!
//! It only remembers; what may be changed is decided by the commands of the life, and what follows from it by the gate.
//! Each entry carries the number of the change that made it. Whoever was unblocked by change n counts on nothing that is older than n: not
//! on the grant to their structure, not on the care team, not on having been the attending doctor.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::{CaregiverId, GrantId, ServiceId};
use crate::rpps::Rpps;
use crate::space::terms::Section;

use super::care_team::{CareTeam, TeamMember};
use super::document::Visibility;
use super::emergency_choices::{Choice, EmergencyAccess, EmergencyChoices};
use super::grant::{Grant, Grantee, Period};
use super::purpose::Purpose;
use super::reader::Professional;

/// How many caregivers a person may have at a time.
pub const CAREGIVERS_AT_MOST: usize = 3;

/// Who may see what of a space.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    /// How many changes it took.
    changes: u64,
    standing: BTreeMap<GrantId, Entry<Grant>>,
    over: BTreeMap<GrantId, Grant>,
    blocked: BTreeSet<Rpps>,
    /// By which change somebody was unblocked.
    unblocked: BTreeMap<Rpps, u64>,
    team: CareTeam,
    attending_doctor: Option<Entry<Rpps>>,
    administrators: BTreeMap<Rpps, u64>,
    emergency: EmergencyChoices,
    caregivers: BTreeMap<CaregiverId, Period>,
    services: BTreeMap<ServiceId, BTreeMap<Purpose, ServiceConsent>>,
    default_visibility: Visibility,
}

/// Something of the directory, and the change that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry<T> {
    change: u64,
    value: T,
}

/// What the holder consented to for one service and one purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceConsent {
    /// Which categories of data.
    pub sections: BTreeSet<Section>,
    /// When.
    pub period: Period,
}

/// Whether a grant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantState<'a> {
    /// Neither revoked nor ended by a block; its last day may be over.
    Standing(&'a Grant),
    /// It ended.
    Over(&'a Grant),
}

impl<'a> GrantState<'a> {
    /// The grant, whether it stands or not.
    pub const fn grant(self) -> &'a Grant {
        match self {
            Self::Standing(grant) | Self::Over(grant) => grant,
        }
    }
}

/// A person has as many caregivers as they may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a person has at most {CAREGIVERS_AT_MOST} caregivers at a time")]
pub struct TooManyCaregivers;

impl Directory {
    /// Lets somebody in.
    pub fn grant(&mut self, id: GrantId, grant: Grant) {
        let change = self.next();
        self.standing.insert(id, Entry { change, value: grant });
    }

    /// Ends a grant; quiet where none stands.
    pub fn end(&mut self, id: GrantId) {
        self.over.extend(self.standing.remove(&id).map(|entry| (id, entry.value)));
    }

    /// Keeps a professional out, and ends the grants that name them.
    pub fn block(&mut self, professional: &Rpps) {
        let named: Vec<GrantId> = self.granted_to(professional).collect();
        named.into_iter().for_each(|id| self.end(id));
        self.blocked.insert(professional.clone());
    }

    /// Stops keeping a professional out; what they had before does not come back.
    pub fn unblock(&mut self, professional: &Rpps) {
        if self.blocked.remove(professional) {
            let change = self.next();
            self.unblocked.insert(professional.clone(), change);
        }
    }

    /// The person consents to their care team, once for all its members.
    pub fn consent_to_care_team(&mut self, since: NaiveDate) {
        let change = self.next();
        self.team.consent(since, change);
    }

    /// The person takes that consent back.
    pub fn withdraw_care_team_consent(&mut self) {
        self.team.withdraw_consent();
    }

    /// A professional or a structure joins the care team.
    pub fn join_care_team(&mut self, member: TeamMember) {
        let change = self.next();
        self.team.join(member, change);
    }

    /// A professional or a structure leaves the care team.
    pub fn leave_care_team(&mut self, member: &TeamMember) {
        self.team.leave(member);
    }

    /// Declares the attending doctor; the one before is none any more.
    pub fn declare_attending_doctor(&mut self, doctor: Rpps) {
        let change = self.next();
        self.attending_doctor = Some(Entry { change, value: doctor });
    }

    /// The person has no attending doctor any more.
    pub fn end_attending_doctor(&mut self) {
        self.attending_doctor = None;
    }

    /// Chooses a professional as administrator.
    pub fn appoint_administrator(&mut self, professional: Rpps) {
        let change = self.next();
        self.administrators.insert(professional, change);
    }

    /// A professional is administrator no longer.
    pub fn dismiss_administrator(&mut self, professional: &Rpps) {
        self.administrators.remove(professional);
    }

    /// Permits or refuses something beforehand for an emergency.
    pub fn choose_for_emergency(&mut self, access: EmergencyAccess, choice: Choice) {
        self.emergency.choose(access, choice);
    }

    /// Lets a caregiver act for the person.
    pub fn delegate(&mut self, caregiver: CaregiverId, period: Period) {
        self.caregivers.insert(caregiver, period);
    }

    /// Ends the delegation to a caregiver.
    pub fn end_delegation(&mut self, caregiver: CaregiverId) {
        self.caregivers.remove(&caregiver);
    }

    /// Ends every delegation, and says whose they were.
    pub fn end_delegations(&mut self) -> impl Iterator<Item = CaregiverId> + use<> {
        std::mem::take(&mut self.caregivers).into_keys()
    }

    /// The person consents to a service, for one purpose; what they consented to before for this purpose is replaced.
    pub fn consent_to_service(&mut self, service: ServiceId, purpose: Purpose, consent: ServiceConsent) {
        self.services.entry(service).or_default().insert(purpose, consent);
    }

    /// The person takes back their consent to a service for one purpose.
    pub fn withdraw_service_consent(&mut self, service: ServiceId, purpose: Purpose) {
        if let Some(consents) = self.services.get_mut(&service) {
            consents.remove(&purpose);
        }
    }

    /// Chooses whether documents that are deposited from now on are shown to professionals.
    pub fn choose_default_visibility(&mut self, visibility: Visibility) {
        self.default_visibility = visibility;
    }

    const fn next(&mut self) -> u64 {
        self.changes = self.changes.saturating_add(1);
        self.changes
    }

    /// The grants that stand.
    pub fn grants(&self) -> impl Iterator<Item = (GrantId, &Grant)> {
        self.standing.iter().map(|(id, entry)| (*id, &entry.value))
    }

    /// The grants that stand and name this professional: those that a block ends.
    pub fn granted_to(&self, professional: &Rpps) -> impl Iterator<Item = GrantId> {
        self.grants()
            .filter(move |(_, grant)| matches!(&grant.to, Grantee::Professional { rpps } if rpps == professional))
            .map(|(id, _)| id)
    }

    /// The grant of this id, if there ever was one.
    pub fn state(&self, grant: GrantId) -> Option<GrantState<'_>> {
        let over = || self.over.get(&grant).map(GrantState::Over);
        self.standing.get(&grant).map(|entry| GrantState::Standing(&entry.value)).or_else(over)
    }

    /// The grants that stand and count for this professional: by name, by structure, or for the care team that they belong to.
    pub fn grants_for<'a>(&'a self, professional: &'a Professional) -> impl Iterator<Item = &'a Grant> {
        let unblocked = self.unblocked_by(&professional.rpps);
        let counts = move |entry: &&Entry<Grant>| {
            entry.change > unblocked
                && match &entry.value.to {
                    Grantee::Professional { rpps } => *rpps == professional.rpps,
                    Grantee::Structure { finess } => professional.structure.as_ref() == Some(finess),
                    Grantee::CareTeam => self.team.member_since(professional).is_some(),
                }
        };
        self.standing.values().filter(counts).map(|entry| &entry.value)
    }

    /// Whether anything was ever said of this professional, by name or by structure.
    pub fn knows(&self, professional: &Professional) -> bool {
        let named = |to: &Grantee| match to {
            Grantee::Professional { rpps } => *rpps == professional.rpps,
            Grantee::Structure { finess } => professional.structure.as_ref() == Some(finess),
            Grantee::CareTeam => false,
        };
        let rpps = &professional.rpps;
        self.standing.values().map(|entry| &entry.value).chain(self.over.values()).any(|grant| named(&grant.to))
            || self.blocked.contains(rpps)
            || self.unblocked.contains_key(rpps)
            || self.team.member_since(professional).is_some()
            || self.attending_doctor() == Some(rpps)
            || self.administrators.contains_key(rpps)
    }

    /// Whether the professional is kept out.
    pub fn is_blocked(&self, professional: &Rpps) -> bool {
        self.blocked.contains(professional)
    }

    /// The professionals who are kept out.
    pub fn blocked(&self) -> impl Iterator<Item = &Rpps> {
        self.blocked.iter()
    }

    /// Since when the person consents to the care team, where this professional is of it and may count on that consent.
    pub fn care_team_consent_for(&self, professional: &Professional) -> Option<NaiveDate> {
        let (since, consented) = self.team.consented()?;
        let joined = self.team.member_since(professional)?;
        (consented.max(joined) > self.unblocked_by(&professional.rpps)).then_some(since)
    }

    /// Whether the person consents to the care team.
    pub fn has_care_team_consent(&self) -> bool {
        self.team.consented().is_some()
    }

    /// Whether this member is of the care team. A professional who was unblocked since is not: unblocking restores nothing.
    pub fn has_in_care_team(&self, member: &TeamMember) -> bool {
        self.team.joined(member).is_some_and(|joined| match member {
            TeamMember::Professional { rpps } => joined > self.unblocked_by(rpps),
            TeamMember::Structure { .. } => true,
        })
    }

    /// The members of the care team.
    pub fn care_team(&self) -> impl Iterator<Item = TeamMember> {
        self.team.members()
    }

    /// Whether this professional is the attending doctor.
    pub fn is_attending_doctor(&self, professional: &Rpps) -> bool {
        let declared = self.attending_doctor.as_ref().filter(|entry| entry.value == *professional);
        declared.is_some_and(|entry| entry.change > self.unblocked_by(professional))
    }

    /// The attending doctor, as last declared.
    pub fn attending_doctor(&self) -> Option<&Rpps> {
        self.attending_doctor.as_ref().map(|entry| &entry.value)
    }

    /// Whether this professional is an administrator.
    pub fn is_administrator(&self, professional: &Rpps) -> bool {
        self.administrators.get(professional).is_some_and(|change| *change > self.unblocked_by(professional))
    }

    /// The professionals whom the person chose as administrators.
    pub fn administrators(&self) -> impl Iterator<Item = &Rpps> {
        self.administrators.keys()
    }

    /// What the holder decided for an emergency.
    pub const fn emergency(&self) -> EmergencyChoices {
        self.emergency
    }

    /// When this caregiver acts for the person.
    pub fn delegation(&self, caregiver: CaregiverId) -> Option<Period> {
        self.caregivers.get(&caregiver).copied()
    }

    /// The delegations that were not ended.
    pub fn delegations(&self) -> impl Iterator<Item = (CaregiverId, Period)> {
        self.caregivers.iter().map(|(caregiver, period)| (*caregiver, *period))
    }

    /// Whether one more caregiver may be added on this day.
    ///
    /// # Errors
    /// [`TooManyCaregivers`] where as many delegations count or are to begin.
    pub fn has_room_for_caregiver(&self, day: NaiveDate) -> Result<(), TooManyCaregivers> {
        let to_come = self.caregivers.values().filter(|period| period.until.is_none_or(|until| day <= until)).count();
        if to_come < CAREGIVERS_AT_MOST { Ok(()) } else { Err(TooManyCaregivers) }
    }

    /// The consents to this service, by purpose.
    pub fn consents_to(&self, service: ServiceId) -> impl Iterator<Item = (Purpose, &ServiceConsent)> {
        self.services.get(&service).into_iter().flatten().map(|(purpose, consent)| (*purpose, consent))
    }

    /// The services that were ever consented to.
    pub fn services(&self) -> impl Iterator<Item = ServiceId> {
        self.services.keys().copied()
    }

    /// Whether new documents are shown to professionals.
    pub const fn default_visibility(&self) -> Visibility {
        self.default_visibility
    }

    /// The change that unblocked this professional; zero where none did.
    fn unblocked_by(&self, professional: &Rpps) -> u64 {
        self.unblocked.get(professional).copied().unwrap_or_default()
    }
}

//! Events of the rest of the directory: care team, attending doctor, administrators, emergency choices, caregivers, services.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::access::care_team::TeamMember;
use crate::access::directory::ServiceConsent;
use crate::access::document::Visibility;
use crate::access::emergency_choices::{Choice, EmergencyAccess};
use crate::access::grant::Period;
use crate::access::purpose::Purpose;
use crate::french::{NO_BREAK_SPACE, by_party, date, quoted_sections};
use crate::guarded::Guarded;
use crate::identity::Identity;
use crate::ids::{CaregiverId, ServiceId};
use crate::party::Party;
use crate::personal::{Personal, PersonalData};
use crate::rpps::Rpps;
use crate::space::life::Life;
use crate::space::terms::{Section, Stage};

use super::names::event_names;

impl PersonalData for TeamMember {
    const KIND: &'static str = "team_member";
}

/// What the person decided about who treats them and who helps them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum DirectoryEvent {
    /// The person consented to their care team, once for all of it (article R. 1111-46).
    CareTeamConsented { at: DateTime<Utc>, by: Party, since: NaiveDate },
    /// The person took that consent back.
    CareTeamConsentWithdrawn { at: DateTime<Utc>, by: Party },
    /// A professional or a structure joined the care team.
    CareTeamJoined { at: DateTime<Utc>, by: Party, member: Guarded<TeamMember> },
    /// A professional or a structure left the care team.
    CareTeamLeft { at: DateTime<Utc>, by: Party, member: Guarded<TeamMember> },
    /// The person declared their attending doctor; the one before is none any more (article L. 162-5-3 CSS).
    AttendingDoctorDeclared { at: DateTime<Utc>, by: Party, doctor: Guarded<Rpps> },
    /// The person has no attending doctor any more.
    AttendingDoctorEnded { at: DateTime<Utc>, by: Party },
    /// The person chose a professional as administrator of their record.
    AdministratorAppointed { at: DateTime<Utc>, by: Party, professional: Guarded<Rpps> },
    /// A professional is administrator no longer.
    AdministratorDismissed { at: DateTime<Utc>, by: Party, professional: Guarded<Rpps> },
    /// The holder decided beforehand about an emergency (article L. 1111-17 I).
    EmergencyChoiceMade { at: DateTime<Utc>, by: Party, access: EmergencyAccess, choice: Choice },
    /// A caregiver was let act for the person in part, from a day to another.
    CaregiverDelegated {
        at: DateTime<Utc>,
        by: Party,
        caregiver: Guarded<CaregiverId>,
        person: Personal<Identity>,
        from: NaiveDate,
        until: Option<NaiveDate>,
    },
    /// The delegation to a caregiver ended.
    DelegationEnded { at: DateTime<Utc>, by: Party, caregiver: Guarded<CaregiverId> },
    /// The person consented to a service of the catalogue, for these categories of data and one purpose (article R. 1111-32).
    ServiceConsented {
        at: DateTime<Utc>,
        by: Party,
        service: ServiceId,
        purpose: Purpose,
        sections: BTreeSet<Section>,
        from: NaiveDate,
        until: Option<NaiveDate>,
    },
    /// The person took that consent back.
    ServiceConsentWithdrawn { at: DateTime<Utc>, by: Party, service: ServiceId, purpose: Purpose },
    /// The holder chose whether documents that are deposited from now on are shown to professionals.
    DefaultVisibilityChosen { at: DateTime<Utc>, by: Party, visibility: Visibility },
}

event_names!(DirectoryEvent {
    CareTeamConsented,
    CareTeamConsentWithdrawn,
    CareTeamJoined,
    CareTeamLeft,
    AttendingDoctorDeclared,
    AttendingDoctorEnded,
    AdministratorAppointed,
    AdministratorDismissed,
    EmergencyChoiceMade,
    CaregiverDelegated,
    DelegationEnded,
    ServiceConsented,
    ServiceConsentWithdrawn,
    DefaultVisibilityChosen,
});

impl DirectoryEvent {
    /// The stage after this event: none of them moves the space.
    pub const fn stage(&self) -> Option<Stage> {
        None
    }

    /// The event, as its holder reads it; nobody who treats the person is named.
    pub fn sentence(&self) -> String {
        match self {
            Self::CareTeamConsented { by, .. } => format!("L’accord à l’équipe de soins a été donné {}.", by_party(by)),
            Self::CareTeamConsentWithdrawn { by, .. } => format!("L’accord à l’équipe de soins a été retiré {}.", by_party(by)),
            Self::CareTeamJoined { by, .. } => format!("Un membre a été ajouté à l’équipe de soins {}.", by_party(by)),
            Self::CareTeamLeft { by, .. } => format!("Un membre a été retiré de l’équipe de soins {}.", by_party(by)),
            Self::AttendingDoctorDeclared { by, .. } => format!("Un médecin traitant a été déclaré {}.", by_party(by)),
            Self::AttendingDoctorEnded { by, .. } => format!("La déclaration du médecin traitant a pris fin {}.", by_party(by)),
            Self::AdministratorAppointed { by, .. } => format!("Un professionnel administrateur a été choisi {}.", by_party(by)),
            Self::AdministratorDismissed { by, .. } => format!("Un professionnel n’est plus administrateur, {}.", by_party(by)),
            Self::EmergencyChoiceMade { access, choice, .. } => emergency(*access, *choice),
            Self::CaregiverDelegated { by, until, .. } => {
                let end = until.map_or_else(|| "sans date de fin".to_owned(), |day| format!("jusqu’au {} inclus", date(day)));
                format!("Une délégation a été donnée à un aidant {}, {end}.", by_party(by))
            }
            Self::DelegationEnded { by, .. } => format!("La délégation à un aidant a pris fin {}.", by_party(by)),
            Self::ServiceConsented { purpose, sections, .. } => {
                format!(
                    "L’accord à un service référencé a été donné, {}, pour l’usage suivant{NO_BREAK_SPACE}: {}.",
                    quoted_sections(sections),
                    purpose.label()
                )
            }
            Self::ServiceConsentWithdrawn { purpose, .. } => {
                format!("L’accord à un service référencé a été retiré, pour l’usage suivant{NO_BREAK_SPACE}: {}.", purpose.label())
            }
            Self::DefaultVisibilityChosen { visibility, .. } => match visibility {
                Visibility::Shown => "Les nouveaux documents seront visibles des professionnels.".to_owned(),
                Visibility::Hidden => "Les nouveaux documents seront masqués aux professionnels.".to_owned(),
            },
        }
    }

    /// What the event changes. Who is still sealed, in a space that was destroyed, changes nothing.
    pub(crate) fn apply(self, life: &mut Life) {
        let directory = &mut life.directory;
        match self {
            Self::CareTeamConsented { since, .. } => directory.consent_to_care_team(since),
            Self::CareTeamConsentWithdrawn { .. } => directory.withdraw_care_team_consent(),
            Self::CareTeamJoined { member, .. } => member.get().into_iter().for_each(|member| directory.join_care_team(member.clone())),
            Self::CareTeamLeft { member, .. } => member.get().into_iter().for_each(|member| directory.leave_care_team(member)),
            Self::AttendingDoctorDeclared { doctor, .. } => {
                doctor.get().into_iter().for_each(|doctor| directory.declare_attending_doctor(doctor.clone()));
            }
            Self::AttendingDoctorEnded { .. } => directory.end_attending_doctor(),
            Self::AdministratorAppointed { professional, .. } => {
                professional.get().into_iter().for_each(|professional| directory.appoint_administrator(professional.clone()));
            }
            Self::AdministratorDismissed { professional, .. } => {
                professional.get().into_iter().for_each(|professional| directory.dismiss_administrator(professional));
            }
            Self::EmergencyChoiceMade { access, choice, .. } => directory.choose_for_emergency(access, choice),
            Self::CaregiverDelegated { at, caregiver, person, from, until, .. } => {
                if let Some(caregiver) = caregiver.get() {
                    directory.delegate(*caregiver, Period { from, until });
                    life.caregivers.name(*caregiver, person, at);
                }
            }
            Self::DelegationEnded { at, caregiver, .. } => {
                if let Some(caregiver) = caregiver.get() {
                    directory.end_delegation(*caregiver);
                    life.caregivers.change(*caregiver, at);
                }
            }
            Self::ServiceConsented { service, purpose, sections, from, until, .. } => {
                directory.consent_to_service(service, purpose, ServiceConsent { sections, period: Period { from, until } });
            }
            Self::ServiceConsentWithdrawn { service, purpose, .. } => directory.withdraw_service_consent(service, purpose),
            Self::DefaultVisibilityChosen { visibility, .. } => directory.choose_default_visibility(visibility),
        }
    }
}

fn emergency(access: EmergencyAccess, choice: Choice) -> String {
    let (what, verb) = match (access, choice) {
        (EmergencyAccess::BreakGlass, Choice::Permitted) => (GLASS, "est de nouveau permis"),
        (EmergencyAccess::BreakGlass, Choice::Refused) => (GLASS, "est refusé par avance"),
        (EmergencyAccess::DispatchCentre, Choice::Permitted) => (DISPATCH, "est de nouveau permis"),
        (EmergencyAccess::DispatchCentre, Choice::Refused) => (DISPATCH, "est refusé par avance"),
        (EmergencyAccess::HiddenDocuments, Choice::Permitted) => (HIDDEN, "est de nouveau permise"),
        (EmergencyAccess::HiddenDocuments, Choice::Refused) => (HIDDEN, "est refusée par avance"),
    };
    format!("{what} {verb}.")
}

const GLASS: &str = "L’accès d’un professionnel en cas de danger (bris de glace)";
const DISPATCH: &str = "L’accès d’un médecin du centre 15 (SAMU) en cas d’appel d’urgence";
const HIDDEN: &str = "La lecture des documents masqués en cas d’urgence";

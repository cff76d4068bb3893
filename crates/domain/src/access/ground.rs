//! The grounds on which access is permitted: a closed list, each with the sentence that the holder reads beside an access.

use serde::{Deserialize, Serialize};

/// Why an access is permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// The holder, in their own space.
    OwnSpace,
    /// A representation that stands.
    Representation,
    /// A delegation to a caregiver that stands.
    CaregiverDelegation,
    /// The author of a document.
    Author,
    /// The attending doctor (article L. 1111-16).
    AttendingDoctor,
    /// A professional whom the holder chose as administrator.
    Administrator,
    /// A grant to the professional by name.
    GrantToProfessional,
    /// A grant to the structure in which the professional acts.
    GrantToStructure,
    /// A grant to the care team.
    GrantToCareTeam,
    /// Membership of the care team, to which the holder consented once (article R. 1111-46).
    CareTeamConsent,
    /// The person is in danger and cannot consent (article L. 1111-17 I).
    BreakGlass,
    /// An emergency call about the person (article L. 1111-17 I).
    DispatchCentre,
    /// A professional's duty to feed the medical record (article L. 1111-15).
    DutyToFeed,
    /// A professional may write to the person first.
    WritesFirst,
    /// The holder's consent to a service of the catalogue (article R. 1111-32).
    ServiceConsent,
    /// Who verifies the service reads the life of a space.
    Audit,
    /// CNAM or the person's insurer looks after a space, and reads its life.
    SpaceManagement,
    /// An agent answers the person, or somebody for them.
    AgentForPerson,
    /// Who runs the service looks at who may read a space, and says why.
    Operation,
    /// A medical record that is older than the space joined it: CNAM brings its documents.
    LegacyRecord,
}

impl Ground {
    /// Every ground.
    pub const ALL: [Self; 20] = [
        Self::OwnSpace,
        Self::Representation,
        Self::CaregiverDelegation,
        Self::Author,
        Self::AttendingDoctor,
        Self::Administrator,
        Self::GrantToProfessional,
        Self::GrantToStructure,
        Self::GrantToCareTeam,
        Self::CareTeamConsent,
        Self::BreakGlass,
        Self::DispatchCentre,
        Self::DutyToFeed,
        Self::WritesFirst,
        Self::ServiceConsent,
        Self::Audit,
        Self::SpaceManagement,
        Self::AgentForPerson,
        Self::Operation,
        Self::LegacyRecord,
    ];

    /// Its name, as events and read models spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OwnSpace => "own_space",
            Self::Representation => "representation",
            Self::CaregiverDelegation => "caregiver_delegation",
            Self::Author => "author",
            Self::AttendingDoctor => "attending_doctor",
            Self::Administrator => "administrator",
            Self::GrantToProfessional => "grant_to_professional",
            Self::GrantToStructure => "grant_to_structure",
            Self::GrantToCareTeam => "grant_to_care_team",
            Self::CareTeamConsent => "care_team_consent",
            Self::BreakGlass => "break_glass",
            Self::DispatchCentre => "dispatch_centre",
            Self::DutyToFeed => "duty_to_feed",
            Self::WritesFirst => "writes_first",
            Self::ServiceConsent => "service_consent",
            Self::Audit => "audit",
            Self::SpaceManagement => "space_management",
            Self::AgentForPerson => "agent_for_person",
            Self::Operation => "operation",
            Self::LegacyRecord => "legacy_record",
        }
    }

    /// What the holder reads.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::OwnSpace => "C’est votre espace.",
            Self::Representation => "Votre représentant agit pour vous.",
            Self::CaregiverDelegation => "Vous avez choisi cette personne comme aidant.",
            Self::Author => "Ce professionnel ou ce service a déposé le document.",
            Self::AttendingDoctor => "C’est votre médecin traitant.",
            Self::Administrator => "Vous avez choisi ce professionnel comme administrateur de votre dossier.",
            Self::GrantToProfessional => "Vous avez autorisé ce professionnel.",
            Self::GrantToStructure => "Vous avez autorisé la structure dans laquelle ce professionnel exerce.",
            Self::GrantToCareTeam => "Vous avez autorisé votre équipe de soins, dont ce professionnel fait partie.",
            Self::CareTeamConsent => "Vous avez donné votre accord à votre équipe de soins, dont ce professionnel fait partie.",
            Self::BreakGlass => {
                "Le professionnel a déclaré que vous étiez en danger et hors d’état de donner votre accord (bris de glace)."
            }
            Self::DispatchCentre => "Un médecin du centre 15 (SAMU) a reçu un appel d’urgence à votre sujet.",
            Self::DutyToFeed => "Tout professionnel de santé qui vous soigne doit alimenter votre dossier médical.",
            Self::WritesFirst => "Un professionnel de santé peut vous écrire en premier.",
            Self::ServiceConsent => "Vous avez donné votre accord à ce service, pour ces données et cet usage.",
            Self::Audit => "Un auditeur contrôle le service. Il lit la vie de votre espace, jamais ce qu’il contient.",
            Self::SpaceManagement => "L’Assurance maladie gère votre espace. Elle en lit la vie, jamais ce qu’il contient.",
            Self::AgentForPerson => "Un agent a traité une demande faite par vous ou pour vous.",
            Self::Operation => "L’exploitant du service a vérifié qui peut lire votre espace, pour la raison qu’il a indiquée.",
            Self::LegacyRecord => "L’Assurance maladie reprend votre ancien dossier médical, qui a rejoint votre espace.",
        }
    }
}

//! The reasons for which access is refused: a closed list, in the order in which they are found, each with its French sentence.

use serde::{Deserialize, Serialize};

/// Why an access is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AccessRefusal {
    /// The purpose is forbidden, even with consent (article L. 1111-18).
    #[error("nobody reads for this purpose, even with consent")]
    ForbiddenPurpose,
    /// This role never reads what a space contains.
    #[error("this role never reads what a space contains")]
    RoleNeverReads,
    /// The space is not open yet.
    #[error("the space is not open")]
    NotOpened,
    /// The person opposed the opening.
    #[error("an opposition stands")]
    OpeningOpposed,
    /// Access to the space is suspended.
    #[error("access to the space is suspended")]
    SpaceSuspended,
    /// The space is closed.
    #[error("the space is closed")]
    SpaceClosed,
    /// The holder died, and the space is closed.
    #[error("the holder died")]
    HolderDied,
    /// The content was destroyed.
    #[error("the content was destroyed")]
    SpaceDestroyed,
    /// A minor does not act as holder.
    #[error("a minor does not act as holder")]
    MinorDoesNotAct,
    /// No representation stands at this instant.
    #[error("no representation stands")]
    NoRepresentation,
    /// No delegation to this caregiver stands at this instant.
    #[error("no delegation to this caregiver stands")]
    NotACaregiver,
    /// A caregiver neither shares, hides, closes nor changes contacts.
    #[error("a caregiver may not do this")]
    CaregiverMayNot,
    /// The holder blocked this professional.
    #[error("the professional is blocked")]
    ProfessionalBlocked,
    /// Only a doctor takes calls for the dispatch centre.
    #[error("only a doctor acts for the dispatch centre")]
    NotADispatchDoctor,
    /// The holder refused break-glass beforehand.
    #[error("the holder refused break-glass beforehand")]
    BreakGlassRefused,
    /// The holder refused access by the dispatch centre beforehand.
    #[error("the holder refused the dispatch centre beforehand")]
    DispatchCentreRefused,
    /// An emergency does not open this section.
    #[error("an emergency does not open this section")]
    OutsideEmergency,
    /// This role may not do this here.
    #[error("this role may not do this here")]
    NotForThisRole,
    /// In the medical record, this is done to one document.
    #[error("one document must be named")]
    DocumentNotNamed,
    /// Nothing authorises this professional or service.
    #[error("nothing authorises this access")]
    NotAuthorised,
    /// The authorisation begins on a later day.
    #[error("the authorisation has not begun")]
    AccessNotBegun,
    /// The last day of the authorisation is over.
    #[error("the authorisation is over")]
    AccessOver,
    /// The authorisation is for other sections or documents.
    #[error("the authorisation is for something else")]
    OutsideScope,
    /// The authorisation is for another purpose.
    #[error("the authorisation is for another purpose")]
    PurposeNotCovered,
    /// Only the author of a document does this.
    #[error("only the author does this")]
    NotTheAuthor,
    /// The document was withdrawn.
    #[error("the document was withdrawn")]
    DocumentWithdrawn,
    /// The document is hidden from representatives (article R. 1111-33).
    #[error("the document is hidden from representatives")]
    HiddenFromRepresentatives,
    /// A professional is to announce it first (article R. 1111-53).
    #[error("the document awaits an announcement")]
    AwaitsAnnouncement,
    /// The holder hid the document.
    #[error("the holder hid the document")]
    HiddenByHolder,
    /// The holder does not show hidden documents in an emergency.
    #[error("the holder does not show hidden documents in an emergency")]
    HiddenInEmergency,
    /// The access matrix does not open this type of document to the profession.
    #[error("the access matrix does not open this type to the profession")]
    NotInMatrix,
}

impl AccessRefusal {
    /// Every refusal.
    pub const ALL: [Self; 31] = [
        Self::ForbiddenPurpose,
        Self::RoleNeverReads,
        Self::NotOpened,
        Self::OpeningOpposed,
        Self::SpaceSuspended,
        Self::SpaceClosed,
        Self::HolderDied,
        Self::SpaceDestroyed,
        Self::MinorDoesNotAct,
        Self::NoRepresentation,
        Self::NotACaregiver,
        Self::CaregiverMayNot,
        Self::ProfessionalBlocked,
        Self::NotADispatchDoctor,
        Self::BreakGlassRefused,
        Self::DispatchCentreRefused,
        Self::OutsideEmergency,
        Self::NotForThisRole,
        Self::DocumentNotNamed,
        Self::NotAuthorised,
        Self::AccessNotBegun,
        Self::AccessOver,
        Self::OutsideScope,
        Self::PurposeNotCovered,
        Self::NotTheAuthor,
        Self::DocumentWithdrawn,
        Self::HiddenFromRepresentatives,
        Self::AwaitsAnnouncement,
        Self::HiddenByHolder,
        Self::HiddenInEmergency,
        Self::NotInMatrix,
    ];

    /// Its name, as events and read models spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ForbiddenPurpose => "forbidden_purpose",
            Self::RoleNeverReads => "role_never_reads",
            Self::NotOpened => "not_opened",
            Self::OpeningOpposed => "opening_opposed",
            Self::SpaceSuspended => "space_suspended",
            Self::SpaceClosed => "space_closed",
            Self::HolderDied => "holder_died",
            Self::SpaceDestroyed => "space_destroyed",
            Self::MinorDoesNotAct => "minor_does_not_act",
            Self::NoRepresentation => "no_representation",
            Self::NotACaregiver => "not_a_caregiver",
            Self::CaregiverMayNot => "caregiver_may_not",
            Self::ProfessionalBlocked => "professional_blocked",
            Self::NotADispatchDoctor => "not_a_dispatch_doctor",
            Self::BreakGlassRefused => "break_glass_refused",
            Self::DispatchCentreRefused => "dispatch_centre_refused",
            Self::OutsideEmergency => "outside_emergency",
            Self::NotForThisRole => "not_for_this_role",
            Self::DocumentNotNamed => "document_not_named",
            Self::NotAuthorised => "not_authorised",
            Self::AccessNotBegun => "access_not_begun",
            Self::AccessOver => "access_over",
            Self::OutsideScope => "outside_scope",
            Self::PurposeNotCovered => "purpose_not_covered",
            Self::NotTheAuthor => "not_the_author",
            Self::DocumentWithdrawn => "document_withdrawn",
            Self::HiddenFromRepresentatives => "hidden_from_representatives",
            Self::AwaitsAnnouncement => "awaits_announcement",
            Self::HiddenByHolder => "hidden_by_holder",
            Self::HiddenInEmergency => "hidden_in_emergency",
            Self::NotInMatrix => "not_in_matrix",
        }
    }

    /// What a citizen reads.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::ForbiddenPurpose => {
                "Personne ne peut consulter vos données pour une assurance, une banque ou un emploi, même avec votre accord."
            }
            Self::RoleNeverReads => "Ce rôle ne donne jamais accès au contenu d’un espace.",
            Self::NotOpened => "L’espace n’est pas encore ouvert.",
            Self::OpeningOpposed => "La personne s’est opposée à l’ouverture de son espace.",
            Self::SpaceSuspended => "L’accès à l’espace est suspendu.",
            Self::SpaceClosed => "L’espace est fermé.",
            Self::HolderDied => "L’espace est fermé depuis le décès de son titulaire.",
            Self::SpaceDestroyed => "Le contenu de l’espace a été détruit.",
            Self::MinorDoesNotAct => "Avant dix-huit ans, c’est un représentant qui agit.",
            Self::NoRepresentation => "Aucune représentation n’est en vigueur à cette date.",
            Self::NotACaregiver => "Aucune délégation à cet aidant n’est en vigueur à cette date.",
            Self::CaregiverMayNot => {
                "Un aidant ne peut ni partager ou masquer des données, ni fermer l’espace, ni changer les coordonnées."
            }
            Self::ProfessionalBlocked => "Ce professionnel a été bloqué par le titulaire.",
            Self::NotADispatchDoctor => "Seul un médecin accède au dossier au titre du centre 15 (SAMU).",
            Self::BreakGlassRefused => "Le titulaire a refusé par avance l’accès en bris de glace.",
            Self::DispatchCentreRefused => "Le titulaire a refusé par avance l’accès du centre 15 (SAMU).",
            Self::OutsideEmergency => "L’urgence ne donne pas accès à cette rubrique.",
            Self::NotForThisRole => "Cet acte n’est pas ouvert à ce rôle.",
            Self::DocumentNotNamed => "Cet acte porte sur un document précis.",
            Self::NotAuthorised => "Aucune autorisation ne permet cet accès.",
            Self::AccessNotBegun => "L’autorisation n’a pas encore commencé.",
            Self::AccessOver => "L’autorisation est arrivée à son terme.",
            Self::OutsideScope => "L’autorisation porte sur d’autres rubriques ou d’autres documents.",
            Self::PurposeNotCovered => "L’autorisation a été donnée pour un autre usage.",
            Self::NotTheAuthor => "Seul l’auteur du document peut faire cela.",
            Self::DocumentWithdrawn => "Le document a été retiré.",
            Self::HiddenFromRepresentatives => "Ce document n’est montré qu’à la personne concernée et à ses soignants.",
            Self::AwaitsAnnouncement => {
                "Ce document vous sera présenté en consultation\u{a0}; il s’affichera au plus tard un mois après son dépôt."
            }
            Self::HiddenByHolder => "Le titulaire a masqué ce document.",
            Self::HiddenInEmergency => "Le titulaire a masqué ce document, même en cas d’urgence.",
            Self::NotInMatrix => "Les règles nationales n’ouvrent pas ce type de document à cette profession.",
        }
    }
}

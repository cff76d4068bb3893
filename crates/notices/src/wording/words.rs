//! The French words that change with the addressee: the holder, the parent of a child, the guardian of an adult, a professional.

use crate::french::short_date;
use crate::recipient::{Audience, Recipient};

/// The words that depend on who is addressed, and for whom.
#[derive(Debug, Clone)]
pub(super) struct Words {
    /// « Bonjour Camille Martin ».
    pub(super) greeting: String,
    /// « votre espace numérique de santé », « l’espace numérique de santé de Camille ».
    pub(super) whose: String,
    /// « votre numéro de sécurité sociale ».
    pub(super) number: String,
    /// What somebody does who does not represent this child.
    pub(super) denial: Option<String>,
    /// « vos données », « les données de Camille ».
    pub(super) protected: String,
    /// The fund that writes, at the head of a sentence.
    pub(super) sender: String,
    /// The same fund, within a sentence.
    pub(super) fund: String,
}

impl Words {
    /// The words for this recipient.
    pub(super) fn of(recipient: &Recipient) -> Self {
        let fund = format!("votre organisme d’assurance maladie ({})", recipient.insurer);
        let sender = format!("Votre organisme d’assurance maladie ({})", recipient.insurer);
        let whose = |holder: &str| format!("l’espace numérique de santé {}", of(holder));
        let number = |holder: &str| format!("le numéro de sécurité sociale {}", of(holder));
        match &recipient.audience {
            Audience::Holder { name } => Self {
                greeting: format!("Bonjour {name}"),
                whose: "votre espace numérique de santé".to_owned(),
                number: "votre numéro de sécurité sociale".to_owned(),
                denial: None,
                protected: "vos données".to_owned(),
                sender,
                fund,
            },
            Audience::ParentOf { name, child } => Self {
                greeting: name.as_ref().map_or_else(|| format!("À qui représente légalement {child}"), |name| format!("Bonjour {name}")),
                whose: whose(child),
                number: number(child),
                denial: Some(format!(
                    "Si vous ne représentez pas légalement {child}, dites-le en ligne ou au 3422, avec le code : l’ouverture sera arrêtée."
                )),
                protected: format!("les données {}", of(child)),
                sender,
                fund,
            },
            Audience::GuardianOf { name, protected } => Self {
                greeting: format!("Bonjour {name}"),
                whose: whose(protected),
                number: number(protected),
                denial: None,
                protected: format!("les données {}", of(protected)),
                sender,
                fund,
            },
            Audience::Professional { patient, born_on } => Self {
                greeting: "Bonjour".to_owned(),
                whose: format!("{}, né(e) le {}", whose(patient), short_date(*born_on)),
                number: number(patient),
                denial: None,
                protected: format!("les données {}", of(patient)),
                sender: format!("L’organisme d’assurance maladie ({})", recipient.insurer),
                fund: format!("l’organisme d’assurance maladie ({})", recipient.insurer),
            },
        }
    }
}

/// « de Camille », « d’Élodie ».
fn of(name: &str) -> String {
    let vowel = |letter: char| "aàâäæeéèêëiîïoôöœuùûü".contains(letter);
    let elides = name.chars().next().and_then(|first| first.to_lowercase().next()).is_some_and(vowel);
    if elides { format!("d’{name}") } else { format!("de {name}") }
}

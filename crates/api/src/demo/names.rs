//! The names that invented persons bear, and the streets they live in.

/// Birth names, common in France.
pub const BIRTH_NAMES: [&str; 72] = [
    "MARTIN", "BERNARD", "THOMAS", "PETIT", "ROBERT", "RICHARD", "DURAND", "DUBOIS", "MOREAU", "LAURENT", "SIMON", "MICHEL", "LEFEBVRE",
    "LEROY", "ROUX", "DAVID", "BERTRAND", "MOREL", "FOURNIER", "GIRARD", "BONNET", "DUPONT", "LAMBERT", "FONTAINE", "ROUSSEAU", "VINCENT",
    "MULLER", "LEFÈVRE", "FAURE", "ANDRÉ", "MERCIER", "BLANC", "GUÉRIN", "BOYER", "GARNIER", "CHEVALIER", "FRANÇOIS", "LEGRAND", "GAUTHIER",
    "GARCIA", "PERRIN", "ROBIN", "CLÉMENT", "MORIN", "NICOLAS", "HENRY", "ROUSSEL", "MATHIEU", "GAUTIER", "MASSON", "MARCHAND", "DUVAL",
    "DENIS", "DUMONT", "MARIE", "LEMAIRE", "NOËL", "MEYER", "DUFOUR", "MEUNIER", "BRUN", "BLANCHARD", "GIRAUD", "JOLY", "RIVIÈRE", "LUCAS",
    "BRUNET", "GAILLARD", "BARBIER", "ARNAUD", "LE GOFF", "D'HONDT",
];

/// First names of women, from the oldest to the youngest generation.
pub const WOMEN: [&str; 48] = [
    "JEANNE", "MARGUERITE", "SUZANNE", "YVONNE", "GERMAINE", "SIMONE", "DENISE", "PAULETTE", "JACQUELINE", "MONIQUE", "NICOLE", "FRANÇOISE",
    "MICHÈLE", "ANNIE", "CHANTAL", "MARTINE", "BRIGITTE", "CATHERINE", "SYLVIE", "NATHALIE", "ISABELLE", "VALÉRIE", "CORINNE", "PATRICIA",
    "SANDRINE", "STÉPHANIE", "CÉLINE", "AURÉLIE", "ÉMILIE", "JULIE", "LAURA", "MARION", "CAMILLE", "PAULINE", "MARINE", "MANON", "LÉA",
    "CHLOÉ", "EMMA", "INÈS", "LOUISE", "ALICE", "JADE", "LINA", "ROSE", "ANNA", "MIA", "AMBRE",
];

/// First names of men, from the oldest to the youngest generation.
pub const MEN: [&str; 48] = [
    "MARCEL", "RENÉ", "ROGER", "LOUIS", "ANDRÉ", "HENRI", "RAYMOND", "ROBERT", "JACQUES", "BERNARD", "CLAUDE", "MICHEL", "JEAN-PIERRE",
    "GÉRARD", "DANIEL", "ALAIN", "PATRICK", "PHILIPPE", "THIERRY", "PASCAL", "ÉRIC", "LAURENT", "CHRISTOPHE", "FRÉDÉRIC", "STÉPHANE",
    "SÉBASTIEN", "NICOLAS", "JULIEN", "ALEXANDRE", "GUILLAUME", "ROMAIN", "KEVIN", "THOMAS", "ANTOINE", "MAXIME", "QUENTIN", "LUCAS", "HUGO",
    "THÉO", "ENZO", "NATHAN", "GABRIEL", "LÉO", "RAPHAËL", "ARTHUR", "JULES", "ADAM", "NOAH",
];

/// Streets, as the fourth line of an address writes them (NF Z10-011).
pub const STREETS: [&str; 24] = [
    "RUE DES LILAS", "RUE VICTOR HUGO", "AVENUE JEAN JAURES", "RUE PASTEUR", "RUE DE LA REPUBLIQUE", "RUE DU MOULIN", "IMPASSE DES ROSIERS",
    "CHEMIN DES VIGNES", "RUE DE L EGLISE", "ALLEE DES TILLEULS", "RUE JULES FERRY", "PLACE DU MARCHE", "RUE DES ECOLES", "RUE DU STADE",
    "AVENUE DE LA GARE", "RUE DE LA FONTAINE", "BOULEVARD DE STRASBOURG", "RUE EMILE ZOLA", "RUE DES JARDINS", "ROUTE DE PARIS",
    "RUE ANATOLE FRANCE", "QUAI DE LA FOSSE", "RUE SAINT MICHEL", "RUE DES ACACIAS",
];

/// The name without accents, as addresses and mailboxes write it.
pub fn unaccented(name: &str) -> String {
    name.chars()
        .map(|letter| match letter {
            'À' | 'Â' | 'Ä' => 'A',
            'Ç' => 'C',
            'É' | 'È' | 'Ê' | 'Ë' => 'E',
            'Î' | 'Ï' => 'I',
            'Ô' | 'Ö' => 'O',
            'Ù' | 'Û' | 'Ü' => 'U',
            '\'' | '-' => ' ',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{BIRTH_NAMES, MEN, WOMEN, unaccented};

    #[test]
    fn addresses_are_written_in_plain_capitals() {
        for name in BIRTH_NAMES.iter().chain(&WOMEN).chain(&MEN) {
            assert!(unaccented(name).chars().all(|letter| letter.is_ascii_uppercase() || letter == ' '), "{name}");
        }
    }
}

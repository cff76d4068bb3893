//! Communes of the three departments of the pilot (Haute-Garonne, Loire-Atlantique, Somme), with their codes.

/// One commune.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Commune {
    /// INSEE code.
    pub insee: &'static str,
    /// Postcode.
    pub postcode: &'static str,
    /// Name as the last line of an address writes it (NF Z10-011).
    pub town: &'static str,
    /// Share of the inhabitants, in thousands.
    pub weight: u64,
}

impl Commune {
    /// The department's number.
    pub(crate) fn department(&self) -> &'static str {
        self.insee.get(..2).unwrap_or_default()
    }

    /// The insurer of most of its inhabitants.
    pub(crate) fn insurer(&self) -> &'static str {
        match self.department() {
            "31" => "CPAM-31",
            "44" => "CPAM-44",
            _ => "CPAM-80",
        }
    }
}

const fn commune(insee: &'static str, postcode: &'static str, town: &'static str, weight: u64) -> Commune {
    Commune { insee, postcode, town, weight }
}

/// The communes where the invented persons are born and live.
pub(crate) const COMMUNES: [Commune; 47] = [
    TOULOUSE,
    commune("31149", "31770", "COLOMIERS", 40),
    commune("31557", "31170", "TOURNEFEUILLE", 29),
    commune("31395", "31600", "MURET", 26),
    commune("31069", "31700", "BLAGNAC", 26),
    commune("31424", "31830", "PLAISANCE DU TOUCH", 20),
    commune("31157", "31270", "CUGNAUX", 20),
    commune("31044", "31130", "BALMA", 17),
    commune("31446", "31520", "RAMONVILLE ST AGNE", 15),
    commune("31561", "31240", "L UNION", 12),
    commune("31483", "31800", "ST GAUDENS", 12),
    commune("31506", "31650", "ST ORENS DE GAMEVILLE", 12),
    commune("31113", "31320", "CASTANET TOLOSAN", 14),
    commune("31187", "31470", "FONSORBES", 12),
    commune("31433", "31120", "PORTET SUR GARONNE", 10),
    commune("31451", "31250", "REVEL", 10),
    commune("44109", "44000", "NANTES", 323),
    commune("44184", "44600", "ST NAZAIRE", 72),
    commune("44162", "44800", "ST HERBLAIN", 49),
    commune("44143", "44400", "REZE", 43),
    commune("44190", "44230", "ST SEBASTIEN SUR LOIRE", 28),
    commune("44114", "44700", "ORVAULT", 27),
    commune("44215", "44120", "VERTOU", 25),
    commune("44047", "44220", "COUERON", 23),
    commune("44026", "44470", "CARQUEFOU", 20),
    commune("44035", "44240", "LA CHAPELLE SUR ERDRE", 20),
    commune("44020", "44340", "BOUGUENAIS", 20),
    commune("44055", "44500", "LA BAULE ESCOUBLAC", 17),
    commune("44069", "44350", "GUERANDE", 16),
    commune("44131", "44210", "PORNIC", 15),
    commune("44036", "44110", "CHATEAUBRIANT", 12),
    commune("44003", "44150", "ANCENIS ST GEREON", 11),
    commune("80021", "80000", "AMIENS", 134),
    commune("80001", "80100", "ABBEVILLE", 23),
    commune("80016", "80300", "ALBERT", 10),
    commune("80620", "80200", "PERONNE", 7),
    commune("80212", "80800", "CORBIE", 6),
    commune("80253", "80600", "DOULLENS", 6),
    commune("80685", "80700", "ROYE", 6),
    commune("80561", "80500", "MONTDIDIER", 6),
    commune("80489", "80330", "LONGUEAU", 6),
    commune("80410", "80400", "HAM", 5),
    commune("80368", "80130", "FRIVILLE ESCARBOTIN", 4),
    commune("80164", "80450", "CAMON", 4),
    commune("80570", "80110", "MOREUIL", 4),
    commune("80725", "80480", "SALOUEL", 4),
    commune("80688", "80120", "RUE", 3),
];

/// The largest of them, and the fallback of every choice.
pub(crate) const TOULOUSE: Commune = commune("31555", "31000", "TOULOUSE", 498);

/// The commune of one inhabitant out of all: larger communes are drawn more often.
pub(crate) fn inhabited(draw: u64) -> Commune {
    let all: u64 = COMMUNES.iter().map(|commune| commune.weight).sum();
    let mut left = draw.checked_rem(all).unwrap_or_default();
    for commune in COMMUNES {
        if left < commune.weight {
            return commune;
        }
        left -= commune.weight;
    }
    TOULOUSE
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::COMMUNES;

    #[test]
    fn every_commune_is_of_the_pilot_and_stands_once() {
        let codes: BTreeSet<&str> = COMMUNES.iter().map(|commune| commune.insee).collect();
        assert_eq!(codes.len(), COMMUNES.len());
        for commune in COMMUNES {
            assert!(["31", "44", "80"].contains(&commune.department()), "{}", commune.town);
            assert_eq!(commune.postcode.get(..2), Some(commune.department()));
        }
    }
}

//! What the claims of Pro Santé Connect make of a professional: number, profession, structure, and how they come in.
//!
//! - a professional without an RPPS is nobody here
//! - of several professions, the one that was chosen at the login counts
//! - a structure that cannot be told is no structure

use ens_domain::access::{AccessMode, Profession, Professional};
use ens_domain::finess::Finess;
use ens_domain::rpps::Rpps;
use ens_domain::sections::consultations::StatedReason;
use serde_json::{Map, Value};

use crate::http::gate::actor::Actor;
use crate::http::gate::claims::stated;
use crate::http::gate::claims::{ClaimsError, Identity};
use crate::http::gate::role::Role;

/// The kinds of national identifier (PSIdNat, Struct_IdNat), which stand as one digit before the number.
const RPPS_KIND: char = '8';
const FINESS_KIND: char = '1';
const SIRET_KIND: char = '3';
/// The table of the codes that `SubjectRole` carries.
const PROFESSIONS: &str = "1.2.250.1.213.1.1.5.5";

/// Who these claims make of the bearer.
///
/// # Errors
/// [`ClaimsError::Lacks`] names the claim that is missing, malformed or ambiguous.
pub(super) fn identity(claims: &Map<String, Value>) -> Result<Identity, ClaimsError> {
    let lacks = |claim| ClaimsError::Lacks { role: Role::Professional.name(), claim };
    let rpps = rpps(claims).ok_or_else(|| lacks("SubjectNameID"))?;
    let profession = profession(claims).ok_or_else(|| lacks("SubjectRole"))?;
    let (mode, reason) = mode(claims);
    let professional = Professional { rpps, profession, structure: structure(claims, profession), mode };
    Ok(Identity { actor: Actor::Professional(professional), reason })
}

fn rpps(claims: &Map<String, Value>) -> Option<Rpps> {
    // The error would repeat what the token holds.
    text(claims, "SubjectNameID")?.strip_prefix(RPPS_KIND)?.parse().ok()
}

/// The profession of the login, else the only one that the professional exercises.
fn profession(claims: &Map<String, Value>) -> Option<Profession> {
    let roles = list(claims.get("SubjectRole"));
    let chosen = roles.iter().filter_map(Value::as_str).filter_map(|role| role.split_once('^')).find(|(_, table)| *table == PROFESSIONS);
    if let Some((code, _)) = chosen {
        // A code of another table is none.
        return code.parse().ok();
    }
    let mut codes = exercices(claims).iter().filter_map(|exercice| text_of(exercice, "codeProfession"));
    let first = codes.next()?;
    // As above.
    codes.all(|code| code == first).then(|| first.parse().ok()).flatten()
}

/// The structure of the login, else the only one in which the professional exercises this profession.
fn structure(claims: &Map<String, Value>, profession: Profession) -> Option<Finess> {
    let of_profession = exercices(claims).iter().filter(|exercice| text_of(exercice, "codeProfession") == Some(profession.as_str()));
    let activities: Vec<&Value> = of_profession.flat_map(|exercice| list(exercice.get("activities"))).collect();
    if let Some(chosen) = text(claims, "SubjectOrganizationID") {
        let finess = chosen.strip_prefix(FINESS_KIND).and_then(finess);
        let siret = chosen.strip_prefix(SIRET_KIND);
        let by_siret = || activities.iter().find(|activity| siret.is_some() && text_of(activity, "numeroSiretSite") == siret);
        return finess.or_else(|| by_siret().and_then(|activity| finess_of(activity)));
    }
    let mut all = activities.iter().filter_map(|activity| finess_of(activity));
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// How they come in, and the reason that they state.
fn mode(claims: &Map<String, Value>) -> (AccessMode, Option<StatedReason>) {
    let reason = text(claims, "Mode_Acces_Raison").and_then(stated);
    let dispatches = text(claims, "Acces_Regulation_Medicale") == Some("VRAI");
    match (dispatches, &reason) {
        (true, _) => (AccessMode::DispatchCentre, reason),
        (false, Some(_)) => (AccessMode::BreakGlass, reason),
        (false, None) => (AccessMode::Ordinary, None),
    }
}

/// The number of the site, else that of the establishment to which it belongs.
fn finess_of(activity: &Value) -> Option<Finess> {
    ["numeroFinessSite", "numeroFinessetablissementJuridique"].iter().find_map(|name| text_of(activity, name).and_then(finess))
}

fn finess(text: &str) -> Option<Finess> {
    // A number that cannot be read is no structure.
    text.parse().ok()
}

fn exercices(claims: &Map<String, Value>) -> &[Value] {
    list(claims.get("SubjectRefPro").and_then(|person| person.get("exercices")))
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A claim in text; an empty one is as good as none.
fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn text_of<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(change: &Value) -> Result<Identity, ClaimsError> {
        let mut claims = json!({
            "SubjectNameID": "810100000008",
            "SubjectRole": ["10^1.2.250.1.213.1.1.5.5"],
            "SubjectOrganizationID": "",
            "SubjectRefPro": { "exercices": [
                { "codeProfession": "10", "activities": [{ "numeroFinessSite": "310000013", "numeroSiretSite": "26310001300014" }] },
            ] },
            "Mode_Acces_Raison": "",
            "Acces_Regulation_Medicale": "FAUX",
        });
        claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        identity(claims.as_object().unwrap())
    }

    fn professional(change: &Value) -> Professional {
        let Actor::Professional(professional) = read(change).unwrap().actor else { panic!("another role") };
        professional
    }

    fn exercice(profession: &str, finess: &[&str]) -> Value {
        let activities: Vec<Value> = finess.iter().map(|number| json!({ "numeroFinessSite": number })).collect();
        json!({ "codeProfession": profession, "activities": activities })
    }

    fn lacks(change: &Value) -> Option<&'static str> {
        match read(change).err()? {
            ClaimsError::Lacks { claim, .. } => Some(claim),
            ClaimsError::UnknownRole => None,
        }
    }

    #[test]
    fn a_professional_without_an_rpps_is_nobody_here() {
        assert_eq!(professional(&json!({})).rpps.as_str(), "10100000008");
        for other in ["010100000", "310100000008", "10100000008", "810100000004", "8101000000080", "8", ""] {
            assert_eq!(lacks(&json!({ "SubjectNameID": other })), Some("SubjectNameID"), "{other}");
        }
        assert_eq!(lacks(&json!({ "SubjectNameID": null })), Some("SubjectNameID"));
        assert_eq!(lacks(&json!({ "SubjectNameID": 810_100_000_008_u64 })), Some("SubjectNameID"));
    }

    #[test]
    fn of_several_professions_the_one_that_was_chosen_at_the_login_counts() {
        let two = json!({ "exercices": [exercice("10", &[]), exercice("60", &[])] });
        let chosen = json!({ "SubjectRole": ["60^1.2.250.1.213.1.1.5.5"], "SubjectRefPro": two });
        assert_eq!(professional(&chosen).profession, Profession::Nurse);
        assert_eq!(lacks(&json!({ "SubjectRole": null, "SubjectRefPro": two })), Some("SubjectRole"));
        assert_eq!(professional(&json!({ "SubjectRole": null })).profession, Profession::Doctor);
        let other_table = json!({ "SubjectRole": ["SM26^1.2.250.1.71.4.2.5", "21^1.2.250.1.213.1.1.5.5"] });
        assert_eq!(professional(&other_table).profession, Profession::Pharmacist);
        for odd in [json!(["XX^1.2.250.1.213.1.1.5.5"]), json!(["^1.2.250.1.213.1.1.5.5"])] {
            assert_eq!(lacks(&json!({ "SubjectRole": odd })), Some("SubjectRole"), "{odd}");
        }
        assert_eq!(lacks(&json!({ "SubjectRole": "10^1.2.250.1.213.1.1.5.5", "SubjectRefPro": null })), Some("SubjectRole"));
    }

    #[test]
    fn a_structure_that_cannot_be_told_is_no_structure() {
        let of = |change: &Value| professional(change).structure.map(|structure| structure.to_string());
        assert_eq!(of(&json!({})).as_deref(), Some("310000013"));
        assert_eq!(of(&json!({ "SubjectOrganizationID": "1750000010" })).as_deref(), Some("750000010"));
        assert_eq!(of(&json!({ "SubjectOrganizationID": "326310001300014" })).as_deref(), Some("310000013"));
        for elsewhere in ["399999999999999", "4101000000080", "1310000014", "1", "3"] {
            assert_eq!(of(&json!({ "SubjectOrganizationID": elsewhere })), None, "{elsewhere}");
        }
        let two = |first: &str, second: &str| json!({ "SubjectRefPro": { "exercices": [exercice("10", &[first, second])] } });
        assert_eq!(of(&two("310000013", "310000013")).as_deref(), Some("310000013"));
        assert_eq!(of(&two("310000013", "750000010")), None);
        let nurse_elsewhere = json!({ "exercices": [exercice("10", &["310000013"]), exercice("60", &["750000010"])] });
        assert_eq!(of(&json!({ "SubjectRefPro": nurse_elsewhere })).as_deref(), Some("310000013"));
    }

    #[test]
    fn an_emergency_is_what_the_claims_state() {
        let of = |change: &Value| {
            let identity = read(change).unwrap();
            (professional(change).mode, identity.reason.map(|reason| reason.as_str().to_owned()))
        };
        assert_eq!(of(&json!({})), (AccessMode::Ordinary, None));
        assert_eq!(of(&json!({ "Mode_Acces_Raison": " " })), (AccessMode::Ordinary, None));
        let stated = Some("inconscient".to_owned());
        assert_eq!(of(&json!({ "Mode_Acces_Raison": "inconscient" })), (AccessMode::BreakGlass, stated.clone()));
        assert_eq!(of(&json!({ "Acces_Regulation_Medicale": "VRAI" })), (AccessMode::DispatchCentre, None));
        let both = json!({ "Acces_Regulation_Medicale": "VRAI", "Mode_Acces_Raison": "inconscient" });
        assert_eq!(of(&both), (AccessMode::DispatchCentre, stated));
        assert_eq!(of(&json!({ "Acces_Regulation_Medicale": "vrai" })), (AccessMode::Ordinary, None));
    }
}

//! Somebody by their civil traits, as bodies name them: a representative, a caregiver, a second parent.

use chrono::NaiveDate;
use ens_domain::calendar::Horizon;
use ens_domain::identity::{Identity, IdentityError, IdentityFields, Sex};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::wire::FieldChecks;
use crate::problem::Problem;

/// Who somebody is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NamedPerson {
    /// The name given at birth.
    pub(super) birth_name: String,
    /// The name borne in daily life, where it differs.
    pub(super) used_name: Option<String>,
    /// All first names.
    pub(super) first_names: Vec<String>,
    /// `female`, `male` or `unknown`.
    #[schema(value_type = String, example = "female")]
    pub(super) sex: Sex,
    /// The day of birth.
    pub(super) born_on: NaiveDate,
    /// The INSEE code of the commune or country of birth.
    #[schema(example = "51215")]
    pub(super) birthplace: String,
}

impl NamedPerson {
    /// The identity, where the traits stand below this field of the body.
    pub(super) fn identity(&self, below: &str, past: Horizon) -> Result<Identity, Problem> {
        let mut fields = FieldChecks::default();
        let birthplace = fields.parse(&format!("{below}/birthplace"), &self.birthplace);
        let born_on = fields.day(&format!("{below}/born_on"), Some(self.born_on), past);
        let fields = fields.finish(birthplace.zip(born_on).map(|(birthplace, born_on)| IdentityFields {
            birth_name: self.birth_name.clone(),
            used_name: self.used_name.clone(),
            first_names: self.first_names.clone(),
            sex: self.sex,
            born_on,
            birthplace,
        }))?;
        Identity::parse(fields).map_err(|fault| {
            let field = match &fault {
                IdentityError::Name(name) => format!("{below}/{name}"),
                IdentityError::FirstNames => format!("{below}/first_names"),
                IdentityError::BornOn => format!("{below}/born_on"),
            };
            Problem::field(&field, &fault)
        })
    }
}

//! What CNAM says of a document that it brings from a medical record older than the space: the author, the first deposit, the number there.

use ens_domain::access::{DocumentAuthor, Reader};
use ens_domain::calendar::{Horizon, paris};
use ens_domain::event::StreamKind;
use ens_domain::finess::Finess;
use ens_domain::guarded::Guarded;
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::rpps::Rpps;
use ens_domain::sections::medical_record::LegacyDocument;
use ens_domain::sections::{Actor, Practitioner};
use ens_store::Store;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::wire::FieldChecks;
use crate::problem::Problem;

use super::measures::instant;

/// The longest number, in bytes.
const LONGEST_NUMBER: usize = 255;

/// Where a document comes from that CNAM brings from an older record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LegacyBody {
    /// The number that the older record gave the document, of 1 to 255 bytes. The same number in the same space is the same document.
    number: String,
    /// `professional` or `holder`.
    #[schema(value_type = String, example = "professional")]
    author_role: AuthorRole,
    /// The RPPS number of the professional.
    author: Option<String>,
    /// The structure (FINESS) in which the professional wrote it.
    author_structure: Option<String>,
    /// When the author put it into the older record: the instant with its offset.
    #[schema(value_type = chrono::DateTime<chrono::Utc>, example = "2019-11-05T08:00:00+01:00")]
    deposited_at: String,
}

/// Who wrote a document of an older record.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AuthorRole {
    Professional,
    Holder,
}

/// The same, parsed.
pub(super) struct Legacy {
    number: String,
    pub(super) document: LegacyDocument,
}

impl LegacyBody {
    /// An instant before the record or in the future is the rule's to refuse.
    pub(super) fn read(&self, horizon: Horizon) -> Result<Legacy, Problem> {
        let mut fields = FieldChecks::default();
        let fits = (1..=LONGEST_NUMBER).contains(&self.number.len());
        fields.check("/legacy/number", if fits { Ok(()) } else { Err("expected 1 to 255 bytes") });
        let deposited_at = fields.check("/legacy/deposited_at", instant(&self.deposited_at));
        let deposited_at = deposited_at.filter(|at| fields.day("/legacy/deposited_at", Some(paris::day_of(*at)), horizon).is_some());
        let author = match self.author_role {
            AuthorRole::Professional => self.professional(&mut fields),
            AuthorRole::Holder => self.holder(&mut fields),
        };
        let document = author.zip(deposited_at).map(|(author, deposited_at)| LegacyDocument { author, deposited_at });
        Ok(Legacy { number: self.number.clone(), document: fields.finish(document)? })
    }

    fn professional(&self, fields: &mut FieldChecks) -> Option<Actor> {
        let number = fields.check("/legacy/author", self.author.as_deref().ok_or("expected the RPPS number of the professional"))?;
        let rpps = fields.parse::<Rpps>("/legacy/author", number)?;
        let structure = fields.parse_optional::<Finess>("/legacy/author_structure", self.author_structure.as_deref());
        Some(Actor::Professional { professional: Guarded::new(Practitioner { rpps, structure }) })
    }

    fn holder(&self, fields: &mut FieldChecks) -> Option<Actor> {
        let named = self.author.is_some() || self.author_structure.is_some();
        fields.check("/legacy/author", if named { Err("a holder has neither number nor structure here") } else { Ok(Actor::Holder) })
    }
}

impl Legacy {
    /// The document that this number names in the space: a repeat finds the one that is there.
    pub(super) fn item(&self, store: &Store, space: SpaceId) -> ItemId {
        store.item_named(space, StreamKind::Document, &self.number)
    }
}

/// Whose document a deposit is, as far as the gate looks at it before the content is stored; nothing for who deposits nothing.
pub(super) fn author_of_deposit(reader: &Reader, legacy: Option<&Legacy>) -> Option<DocumentAuthor> {
    match (reader, legacy) {
        (Reader::Cnam, Some(legacy)) => legacy.document.author.author(),
        (reader, Some(_) | None) => DocumentAuthor::of(reader),
    }
}

//! Who looked: the accesses to a space that were made or refused, newest first, each with its ground or reason in a French sentence.

use std::collections::{HashMap, HashSet};

use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use ens_domain::access::{AccessRefusal, Action, Ground, Profession, Purpose, Reader};
use ens_domain::french;
use ens_domain::sections::consultations::Subject;
use ens_domain::space::terms::Section;
use ens_projections::accesses::{AccessFilter, AccessOutcome, AccessRow, Accesses, accesses};
use ens_store::KeyRing;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::gate::{Access, Declaration, get};
use crate::http::wire::{ENS_POSITION, Page, SpacePath};
use crate::problem::{Problem, Success};

use super::consulting::{Reading, ReadingHeaders};

/// The role of a caregiver, as rows name it.
const CAREGIVER: &str = "caregiver";

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        get("/v1/spaces/{space}/accesses", Access::CONTENT_READERS)
            .operation("list_accesses", "accesses", "Who looked at what in the space, and on which ground, newest first.")
            .params::<SpacePath>()
            .params::<ReadingHeaders>()
            .params::<AccessQuery>()
            .query_param::<u64>("after", "the access that ended the page before, by its number")
            .query_param::<u32>("limit", "1 to 1000, 100 where absent")
            .answers::<AccessesBody>(Success::Done, "a page; `Link` leads to the next. This reading is in it")
            .handled_by(list_accesses),
    ]
}

/// Which accesses.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AccessQuery {
    /// of this reader only: an RPPS number, or the id of a caregiver or a service
    reader: Option<String>,
    /// to this section only, such as `medical_record`
    #[param(value_type = Option<String>)]
    section: Option<Section>,
    /// from this instant on
    from: Option<DateTime<Utc>>,
    /// before this instant
    before: Option<DateTime<Utc>>,
}

/// One access.
#[derive(Serialize, ToSchema)]
pub(super) struct AccessBody {
    /// Its number in the space's part of the log.
    number: u64,
    /// When.
    at: DateTime<Utc>,
    /// `holder`, `representative`, `caregiver`, `professional`, `service` or another role.
    #[schema(example = "professional")]
    role: String,
    /// An RPPS number, or the id of a caregiver or a service; absent where the role says it all.
    #[schema(example = "10003456783")]
    reader: Option<String>,
    /// What a caregiver is called, as the person named them; for the person and who acts for them.
    #[schema(example = "Camille ESSAI")]
    name: Option<String>,
    /// A professional's profession, in French.
    #[schema(example = "Médecin")]
    profession: Option<&'static str>,
    /// The FINESS number of the structure in which the professional acted.
    structure: Option<String>,
    /// `read` or `list`.
    #[schema(value_type = String, example = "read")]
    action: Action,
    /// In which section; nothing where the life of the space was read, its state or its history.
    #[schema(value_type = Option<String>, example = "medical_record")]
    section: Option<Section>,
    /// Which document, if it was one.
    document: Option<Uuid>,
    /// What for.
    #[schema(value_type = String, example = "care")]
    purpose: Purpose,
    /// What a professional stated in an emergency.
    stated_reason: Option<String>,
    /// `made` or `refused`.
    #[schema(value_type = String, example = "made")]
    outcome: AccessOutcome,
    /// The ground, or the reason of the refusal.
    #[schema(example = "grant_to_professional")]
    because: String,
    /// The same as the holder reads it.
    sentence: String,
    /// The version of the access matrix that decided it.
    matrix: String,
}

/// A page of accesses.
#[derive(Serialize, ToSchema)]
pub(super) struct AccessesBody {
    /// Newest first.
    accesses: Vec<AccessBody>,
}

async fn list_accesses(
    State(app): State<App>,
    reading: Reading,
    Query(query): Query<AccessQuery>,
    page: Page<u64>,
) -> Result<Response, Problem> {
    let outcome = reading.consult(&app, Action::List, Subject::Section { section: Section::Authorisations }).await?;
    let position = reading.reflected_in::<Accesses>(&app, &outcome).await?;
    let space = reading.space();
    let filter = AccessFilter { reader: query.reader, section: query.section, from: query.from, before: query.before };
    let rows = accesses(&app.store, space, &filter, page.after, page.limit).await?;
    let next = page.link_to_next(rows.len(), rows.last().map(|row| row.position));
    let keys = app.store.log().key_ring(&[space]).await?;
    let names = caregiver_names(&app, &reading, &rows, &keys).await?;
    let accesses = rows.into_iter().map(|row| body(row, &keys, &names)).collect::<Result<_, Problem>>()?;
    Ok((HeaderMap::from_iter([(ENS_POSITION, position.header())]), next, Json(AccessesBody { accesses })).into_response())
}

/// What the caregivers of these rows are called, by their ids.
async fn caregiver_names(app: &App, reading: &Reading, rows: &[AccessRow], keys: &KeyRing) -> Result<HashMap<String, String>, Problem> {
    let told = matches!(reading.reader, Reader::Holder | Reader::Representative);
    let ids: HashSet<&String> = rows.iter().filter(|row| told && row.role == CAREGIVER).map(|row| &row.reader).collect();
    let mut names = HashMap::new();
    if ids.is_empty() {
        return Ok(names);
    }
    let Some(loaded) = app.store.log().state(reading.space()).await? else { return Ok(names) };
    for id in ids {
        // A row whose reader could not be opened names nobody.
        let person = id.parse().ok().and_then(|caregiver| loaded.space.caregiver(caregiver));
        let person = person.map(|person| keys.open_unless_destroyed(reading.space(), person)).transpose()?.flatten();
        names.extend(person.map(|person| (id.clone(), person.called())));
    }
    Ok(names)
}

fn body(row: AccessRow, keys: &KeyRing, names: &HashMap<String, String>) -> Result<AccessBody, Problem> {
    let stated = row.reason.as_ref().map(|sealed| keys.open_unless_destroyed(row.space, sealed)).transpose()?.flatten();
    let stated_reason = stated.map(|reason| reason.as_str().to_owned());
    let (section, sentence) = (row.section(), sentence(&row));
    let said = |text: String| (!text.is_empty()).then_some(text);
    Ok(AccessBody {
        number: row.position,
        at: row.at,
        role: row.role,
        name: names.get(&row.reader).cloned(),
        reader: said(row.reader),
        // A row without a profession names none.
        profession: Profession::parse(&row.profession).ok().map(Profession::label),
        structure: said(row.structure),
        action: row.action,
        section,
        document: row.document.map(|document| document.uuid()),
        purpose: row.purpose,
        stated_reason,
        outcome: row.outcome,
        because: row.because,
        sentence,
        matrix: row.matrix,
    })
}

/// What the holder reads: what happened, and why.
fn sentence(row: &AccessRow) -> String {
    let what = row.section().map_or_else(
        || "à la vie de l’espace (état et historique)".to_owned(),
        |section| format!("à la rubrique «\u{a0}{}\u{a0}»", french::section(section)),
    );
    match row.outcome {
        AccessOutcome::Made => {
            let why = Ground::ALL.into_iter().find(|ground| ground.name() == row.because).map(Ground::sentence).unwrap_or_default();
            format!("Accès {what}. {why}")
        }
        AccessOutcome::Refused => {
            let why = AccessRefusal::ALL.into_iter().find(|known| known.name() == row.because).map(AccessRefusal::sentence);
            format!("Accès refusé {what}. {}", why.unwrap_or_default())
        }
    }
}

//! The read model `accesses`: one row for each access to a space that was made or refused, newest first, with who it was and why.

use chrono::{DateTime, Utc};
use ens_domain::access::{Action, Purpose, Reader};
use ens_domain::event::{Event, LogEvent, StreamKind};
use ens_domain::guarded::Guarded;
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::personal::Personal;
use ens_domain::sections::consultations::{ConsultationEvent, StatedReason};
use ens_domain::space::terms::Section;
use ens_domain::stream::KeyEffect;
use ens_store::{Arg, Partition, Recorded, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::json_text;
use crate::projection::Projection;
use crate::row::{Row, RowKey, SpaceKey};
use crate::token::{reader_name, token};

/// The accesses to each space.
#[derive(Debug)]
pub struct Accesses;

/// The key of an access: where its event stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccessKey {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// The position of the event.
    pub position: u64,
}

impl RowKey for AccessKey {
    const COLUMNS: &'static [&'static str] = &["partition", "space", "position"];

    fn space(&self) -> SpaceKey {
        SpaceKey { partition: self.partition, space: self.space }
    }
}

/// One access, or one attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessRow {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// The position of the event.
    pub position: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// The reader's role.
    pub role: String,
    /// The reader by number: an RPPS number, the id of a caregiver or a service; empty where the role says it all.
    pub reader: String,
    /// The professional's profession, by its national code; empty for others.
    pub profession: String,
    /// The FINESS number of the structure in which the professional acted; empty where there is none.
    pub structure: String,
    /// What was done.
    pub action: Action,
    /// In which section.
    pub section: Section,
    /// Which document, if it was one.
    pub document: Option<ItemId>,
    /// What for.
    pub purpose: Purpose,
    /// What a professional stated in an emergency, sealed.
    #[serde(with = "json_text")]
    pub reason: Option<Personal<StatedReason>>,
    /// Whether it was permitted.
    pub outcome: AccessOutcome,
    /// The ground, or the reason of the refusal.
    pub because: String,
    /// The version of the access matrix that decided it.
    pub matrix: String,
}

/// Whether an access was permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessOutcome {
    /// It was made.
    Made,
    /// It was refused, and nothing was read.
    Refused,
}

impl Row for AccessRow {
    type Key = AccessKey;

    fn key(&self) -> AccessKey {
        AccessKey { partition: self.partition, space: self.space, position: self.position }
    }
}

impl Projection for Accesses {
    const NAME: &'static str = "accesses";
    const COLUMNS: &'static [&'static str] = &[
        "partition",
        "space",
        "position",
        "at",
        "role",
        "reader",
        "profession",
        "structure",
        "action",
        "section",
        "document",
        "purpose",
        "reason",
        "outcome",
        "because",
        "matrix",
    ];
    const KINDS: &'static [StreamKind] = &[StreamKind::Space, StreamKind::Consultation];
    type Event = Event;
    type Row = AccessRow;

    fn project(seen: &Recorded<&Event>) -> Vec<Change<AccessRow>> {
        // A space that was destroyed, or begins anew, was read by nobody.
        match seen.event.key_effect() {
            KeyEffect::Destroy | KeyEffect::Renew => return vec![Change::Wipe(SpaceKey::of(seen))],
            KeyEffect::Keep => {}
        }
        ConsultationEvent::within(seen.event).map(|event| Change::Put(row(event, SpaceKey::of(seen), seen.position))).into_iter().collect()
    }
}

fn row(event: &ConsultationEvent, SpaceKey { partition, space }: SpaceKey, position: u64) -> AccessRow {
    let (at, by, action, subject, purpose, reason, matrix) = match event {
        ConsultationEvent::AccessMade { at, by, action, subject, purpose, reason, matrix, .. }
        | ConsultationEvent::AccessRefused { at, by, action, subject, purpose, reason, matrix, .. } => {
            (*at, by, *action, *subject, *purpose, reason.clone(), matrix.clone())
        }
    };
    let (outcome, because) = match event {
        ConsultationEvent::AccessMade { ground, .. } => (AccessOutcome::Made, token(ground)),
        ConsultationEvent::AccessRefused { because, .. } => (AccessOutcome::Refused, token(because)),
    };
    let Who { role, reader, profession, structure } = Who::of(by);
    let (section, document) = (subject.section(), subject.document());
    AccessRow {
        partition,
        space,
        position,
        at,
        role,
        reader,
        profession,
        structure,
        action,
        section,
        document,
        purpose,
        reason,
        outcome,
        because,
        matrix,
    }
}

/// Who it was, in the words of a row. All is empty once the space was destroyed, whose rows are wiped further on in the log.
#[derive(Default)]
struct Who {
    role: String,
    reader: String,
    profession: String,
    structure: String,
}

impl Who {
    fn of(by: &Guarded<Reader>) -> Self {
        let Some(reader) = by.get() else { return Self::default() };
        let (role, number) = reader_name(reader);
        let (profession, structure) = match reader {
            Reader::Professional(professional) => {
                let structure = professional.structure.as_ref().map(ToString::to_string);
                (professional.profession.to_string(), structure.unwrap_or_default())
            }
            Reader::Holder
            | Reader::Representative
            | Reader::Caregiver { .. }
            | Reader::Service { .. }
            | Reader::Cnam
            | Reader::Insurer { .. }
            | Reader::Support { .. }
            | Reader::Auditor
            | Reader::Admin => (String::new(), String::new()),
        };
        Self { role: role.to_owned(), reader: number, profession, structure }
    }
}

/// Which accesses to show.
#[derive(Debug, Clone, Default)]
pub struct AccessFilter {
    /// Of this reader only, by number.
    pub reader: Option<String>,
    /// To this section only.
    pub section: Option<Section>,
    /// From this instant on.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub before: Option<DateTime<Utc>>,
}

/// The accesses to one space, newest first, before a position.
///
/// # Errors
/// The store could not be read.
pub async fn accesses(
    store: &Store,
    space: SpaceId,
    filter: &AccessFilter,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<AccessRow>, StoreError> {
    let partition = store.partition_of(space);
    let before = before.map_or(i64::MAX, |position| i64::try_from(position).unwrap_or(i64::MAX));
    let mut args = vec![Arg::Uuid(space.uuid()), Arg::Int(before), Arg::Int(i64::from(limit))];
    let mut conditions = String::new();
    let mut also = |condition: &str, arg: Option<Arg>| {
        if let Some(arg) = arg {
            args.push(arg);
            conditions.push_str(&format!(" AND {condition} ${}", args.len()));
        }
    };
    also("reader =", filter.reader.clone().map(Arg::Text));
    also("section =", filter.section.map(|section| Arg::Text(token(&section))));
    also("at >=", filter.from.map(Arg::Instant));
    also("at <", filter.before.map(Arg::Instant));
    let columns = Accesses::COLUMNS.join(", ");
    let sql = format!(
        "SELECT {columns} FROM accesses WHERE partition = {partition} AND space = $1 AND position < $2{conditions} \
         ORDER BY position DESC LIMIT $3"
    );
    store.read_models().select(&sql, &args).await
}

/// Somebody who had read a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct PastReader {
    /// In which role.
    pub role: String,
    /// By number; empty where the role says it all.
    pub reader: String,
}

/// Everybody who read one document, each once.
///
/// # Errors
/// The store could not be read.
pub async fn readers_of(store: &Store, space: SpaceId, document: ItemId) -> Result<Vec<PastReader>, StoreError> {
    let partition = store.partition_of(space);
    let sql = format!(
        "SELECT DISTINCT role, reader FROM accesses \
         WHERE partition = {partition} AND space = $1 AND document = $2 AND outcome = 'made' ORDER BY role, reader"
    );
    store.read_models().select(&sql, &[Arg::Uuid(space.uuid()), Arg::Uuid(document.uuid())]).await
}

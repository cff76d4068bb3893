//! Who may see all or part of a space, since when and until when, and which professionals are blocked.

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::access::{Grantee, Scope};
use ens_domain::guarded::Guarded;
use ens_domain::ids::{GrantId, SpaceId};
use ens_domain::rpps::Rpps;
use ens_domain::space::SpaceEvent;
use ens_domain::space::terms::Section;
use ens_domain::space::{AccessEvent, DestructionEvent};
use ens_store::{Arg, Partition, Recorded, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::projection::Projection;
use crate::row::{Row, RowKey, SpaceKey};
use crate::token::{role, token};

/// Who may see all or part of a space, and who is blocked.
#[derive(Debug)]
pub struct Grants;

/// What an entry of the list says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A professional is let in.
    Professional,
    /// Every professional of a structure is let in.
    Structure,
    /// Every member of the care team is let in.
    CareTeam,
    /// A professional is blocked.
    Blocked,
}

/// Whether an entry still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryState {
    /// It counts.
    Standing,
    /// The holder took it back.
    Revoked,
    /// It came to its end.
    Expired,
    /// It ended for good when the professional was blocked.
    EndedByBlock,
}

/// The name of an entry: the grant's id, or the number of the professional who is blocked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntryKey {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// The grant's id, or `blocked-` and the RPPS number.
    pub entry: String,
}

impl RowKey for EntryKey {
    const COLUMNS: &'static [&'static str] = &["partition", "space", "entry"];

    fn space(&self) -> SpaceKey {
        SpaceKey { partition: self.partition, space: self.space }
    }
}

/// One entry of the list of a space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantEntry {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// The grant's id, or `blocked-` and the RPPS number.
    pub entry: String,
    /// What the entry says.
    pub kind: EntryKind,
    /// The RPPS or FINESS number.
    pub subject: String,
    /// `all`, or what is open, separated by commas: sections, or classes of documents as `class-10`; empty where the professional is blocked.
    pub scope: String,
    /// What for; empty where the professional is blocked.
    pub purpose: String,
    /// Since when it stands here.
    pub since: DateTime<Utc>,
    /// The first day on which it counts.
    pub starts_on: Option<NaiveDate>,
    /// The last day, if there is one.
    pub until: Option<NaiveDate>,
    /// Whether it still counts.
    pub state: EntryState,
    /// Since when it no longer counts.
    pub ended_at: Option<DateTime<Utc>>,
    /// The party who gave it, by role.
    pub given_by: String,
}

impl GrantEntry {
    /// The sections that this entry opens; every one where it opens all.
    pub fn sections(&self) -> Vec<Section> {
        if self.scope == "all" {
            return Section::ALL.to_vec();
        }
        Section::ALL.into_iter().filter(|section| self.scope.split(',').any(|word| word == token(section))).collect()
    }
}

impl GrantEntry {
    /// The codes of the classes of documents that this entry opens, where it opens some only.
    pub fn document_classes(&self) -> Vec<String> {
        self.scope.split(',').filter_map(|word| word.strip_prefix("class-")).map(str::to_owned).collect()
    }
}

impl Row for GrantEntry {
    type Key = EntryKey;

    fn key(&self) -> EntryKey {
        EntryKey { partition: self.partition, space: self.space, entry: self.entry.clone() }
    }
}

impl Projection for Grants {
    const NAME: &'static str = "grants";
    const COLUMNS: &'static [&'static str] = &[
        "partition",
        "space",
        "entry",
        "kind",
        "subject",
        "scope",
        "purpose",
        "since",
        "starts_on",
        "until",
        "state",
        "ended_at",
        "given_by",
    ];
    type Event = SpaceEvent;
    type Row = GrantEntry;

    fn project(seen: &Recorded<&SpaceEvent>) -> Vec<Change<GrantEntry>> {
        match seen.event {
            SpaceEvent::Access(AccessEvent::AccessGranted { at, by, grant, to, scope, purpose, from, until }) => {
                let (kind, subject) = grantee(to);
                vec![Change::Put(GrantEntry {
                    kind,
                    subject,
                    scope: scope_text(scope),
                    purpose: token(purpose),
                    starts_on: Some(*from),
                    until: *until,
                    given_by: role(by),
                    ..entry(grant_key(seen, *grant), *at)
                })]
            }
            SpaceEvent::Access(AccessEvent::AccessRevoked { at, grant, .. }) => {
                vec![ended(grant_key(seen, *grant), *at, EntryState::Revoked)]
            }
            SpaceEvent::Access(AccessEvent::AccessExpired { at, grant }) => vec![ended(grant_key(seen, *grant), *at, EntryState::Expired)],
            SpaceEvent::Access(AccessEvent::ProfessionalBlocked { at, by, professional, ended: grants }) => {
                let blocked = professional.get().map(|professional| {
                    let key = block_key(seen, professional);
                    Change::Put(GrantEntry { subject: professional.to_string(), given_by: role(by), ..entry(key, *at) })
                });
                let over = grants.iter().map(|grant| ended(grant_key(seen, *grant), *at, EntryState::EndedByBlock));
                over.chain(blocked).collect()
            }
            SpaceEvent::Access(AccessEvent::ProfessionalUnblocked { professional, .. }) => {
                professional.get().map(|professional| Change::Remove(block_key(seen, professional))).into_iter().collect()
            }
            SpaceEvent::Destruction(DestructionEvent::Destroyed { .. } | DestructionEvent::SpaceRenewed { .. }) => {
                vec![Change::Wipe(SpaceKey::of(seen))]
            }
            SpaceEvent::Destruction(DestructionEvent::DestructionRequested { .. } | DestructionEvent::DestructionCancelled { .. })
            | SpaceEvent::Admission(_)
            | SpaceEvent::Notice(_)
            | SpaceEvent::Code(_)
            | SpaceEvent::Opposition(_)
            | SpaceEvent::Opening(_)
            | SpaceEvent::Directory(_)
            | SpaceEvent::Information(_)
            | SpaceEvent::Representation(_)
            | SpaceEvent::Suspension(_)
            | SpaceEvent::Closing(_) => Vec::new(),
        }
    }
}

/// A bare entry of that name; what it says is filled in by the caller.
fn entry(key: EntryKey, since: DateTime<Utc>) -> GrantEntry {
    GrantEntry {
        partition: key.partition,
        space: key.space,
        entry: key.entry,
        kind: EntryKind::Blocked,
        subject: String::new(),
        scope: String::new(),
        purpose: String::new(),
        since,
        starts_on: None,
        until: None,
        state: EntryState::Standing,
        ended_at: None,
        given_by: String::new(),
    }
}

fn ended(key: EntryKey, at: DateTime<Utc>, state: EntryState) -> Change<GrantEntry> {
    Change::amend(key, move |row: &mut GrantEntry| {
        row.state = state;
        row.ended_at = Some(at);
    })
}

fn grant_key(seen: &Recorded<&SpaceEvent>, grant: GrantId) -> EntryKey {
    let SpaceKey { partition, space } = SpaceKey::of(seen);
    EntryKey { partition, space, entry: grant.to_string() }
}

fn block_key(seen: &Recorded<&SpaceEvent>, professional: &Rpps) -> EntryKey {
    let SpaceKey { partition, space } = SpaceKey::of(seen);
    EntryKey { partition, space, entry: format!("blocked-{professional}") }
}

/// Whom an entry lets in. It stays sealed once the space was destroyed, whose rows are wiped further on in the log.
fn grantee(to: &Guarded<Grantee>) -> (EntryKind, String) {
    match to.get() {
        Some(Grantee::Professional { rpps }) => (EntryKind::Professional, rpps.to_string()),
        Some(Grantee::Structure { finess }) => (EntryKind::Structure, finess.to_string()),
        Some(Grantee::CareTeam) => (EntryKind::CareTeam, String::new()),
        None => (EntryKind::Professional, String::new()),
    }
}

fn scope_text(scope: &Scope) -> String {
    match scope {
        Scope::All => "all".to_owned(),
        Scope::Sections { sections } => sections.iter().map(token).collect::<Vec<_>>().join(","),
        Scope::DocumentClasses { classes } => classes.iter().map(|class| format!("class-{}", class.code())).collect::<Vec<_>>().join(","),
    }
}

/// The list of one space, oldest entry first.
///
/// # Errors
/// The store could not be read.
pub async fn grants(store: &Store, space: SpaceId) -> Result<Vec<GrantEntry>, StoreError> {
    let partition = store.partition_of(space);
    let sql =
        format!("SELECT {} FROM grants WHERE partition = {partition} AND space = $1 ORDER BY since, entry", Grants::COLUMNS.join(", "));
    store.read_models().select(&sql, &[Arg::Uuid(space.uuid())]).await
}

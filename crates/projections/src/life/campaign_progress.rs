//! How far the campaign is: one row a space, counted by department, insurer, channel, state and day.
//!
//! - the states add up to the number of spaces

use chrono::NaiveDate;
use ens_domain::calendar::paris;
use ens_domain::ids::SpaceId;
use ens_domain::organism::{Department, InsurerCode};
use ens_domain::space::SpaceEvent;
use ens_domain::space::terms::{Channel, Stage};
use ens_domain::space::{AdmissionEvent, DestructionEvent, NoticeEvent, OpeningEvent};
use ens_store::{Arg, Partition, Recorded, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::projection::Projection;
use crate::row::{Row, SpaceKey};
use crate::token::token;

/// How far the campaign is.
#[derive(Debug)]
pub struct CampaignProgress;

/// What the campaign counts of one space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceProgress {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// Where the person lives.
    pub department: Department,
    /// The fund that the person belongs to.
    pub insurer: InsurerCode,
    /// How the last notice went, or is to go; nothing where nobody can be told.
    pub channel: Option<Channel>,
    /// Where the space is in its life.
    pub state: Stage,
    /// Since which day, in Paris.
    pub day: NaiveDate,
}

impl Row for SpaceProgress {
    type Key = SpaceKey;

    fn key(&self) -> SpaceKey {
        SpaceKey { partition: self.partition, space: self.space }
    }
}

impl Projection for CampaignProgress {
    const NAME: &'static str = "campaign_progress";
    const COLUMNS: &'static [&'static str] = &["partition", "space", "department", "insurer", "channel", "state", "day"];
    type Event = SpaceEvent;
    type Row = SpaceProgress;

    fn project(seen: &Recorded<&SpaceEvent>) -> Vec<Change<SpaceProgress>> {
        let moved = |channel: Option<Channel>| moved(seen, channel);
        match seen.event {
            SpaceEvent::Admission(AdmissionEvent::SpaceCreated { admission, notice_by, .. }) => {
                let SpaceKey { partition, space } = SpaceKey::of(seen);
                vec![Change::Put(SpaceProgress {
                    partition,
                    space,
                    department: admission.department.clone(),
                    insurer: admission.insurer.clone(),
                    channel: *notice_by,
                    state: seen.event.stage().unwrap_or(Stage::Created),
                    day: paris::day_of(seen.event.at()),
                })]
            }
            SpaceEvent::Destruction(DestructionEvent::SpaceRenewed { admission, .. }) => {
                let (department, insurer) = (admission.department.clone(), admission.insurer.clone());
                let mut changes = moved(None);
                changes.push(Change::amend(SpaceKey::of(seen), move |row: &mut SpaceProgress| {
                    row.department = department;
                    row.insurer = insurer;
                }));
                changes
            }
            SpaceEvent::Notice(NoticeEvent::NotifiedByEmail { .. }) => moved(Some(Channel::Email)),
            SpaceEvent::Notice(NoticeEvent::NotifiedByPost { .. }) => moved(Some(Channel::Post)),
            SpaceEvent::Admission(AdmissionEvent::ContactsDeclared { notice_by: channel, .. })
            | SpaceEvent::Notice(NoticeEvent::NotificationFailed { retry_by: channel, .. })
            | SpaceEvent::Opening(OpeningEvent::OpeningUnblocked { notice_by: channel, .. }) => moved(*channel),
            SpaceEvent::Notice(NoticeEvent::FoundUnreachable { .. } | NoticeEvent::DeliveryRecorded { .. })
            | SpaceEvent::Opening(
                OpeningEvent::OpeningBlocked { .. } | OpeningEvent::OpenedByCnam { .. } | OpeningEvent::Activated { .. },
            )
            | SpaceEvent::Destruction(DestructionEvent::Destroyed { .. })
            | SpaceEvent::Opposition(_)
            | SpaceEvent::Suspension(_)
            | SpaceEvent::Closing(_) => moved(None),
            SpaceEvent::Admission(AdmissionEvent::InsReplaced { .. })
            | SpaceEvent::Opening(OpeningEvent::LegacyRecordJoined { .. })
            | SpaceEvent::Destruction(DestructionEvent::DestructionRequested { .. } | DestructionEvent::DestructionCancelled { .. })
            | SpaceEvent::Code(_)
            | SpaceEvent::Access(_)
            | SpaceEvent::Directory(_)
            | SpaceEvent::Information(_)
            | SpaceEvent::Representation(_) => Vec::new(),
        }
    }
}

/// The space is in the stage that the event says, since its day if that is another one; a channel given replaces the one before.
fn moved(seen: &Recorded<&SpaceEvent>, channel: Option<Channel>) -> Vec<Change<SpaceProgress>> {
    let (stage, day) = (seen.event.stage(), paris::day_of(seen.event.at()));
    vec![Change::amend(SpaceKey::of(seen), move |row: &mut SpaceProgress| {
        row.channel = channel.or(row.channel);
        if let Some(stage) = stage.filter(|stage| *stage != row.state) {
            row.state = stage;
            row.day = day;
        }
    })]
}

/// What a count of the campaign is broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// By department.
    Department,
    /// By fund.
    Insurer,
    /// By channel of the notice.
    Channel,
    /// By state.
    State,
    /// By the day on which the state was entered.
    Day,
}

impl Dimension {
    /// Every dimension, in the order of the columns.
    pub const ALL: [Self; 5] = [Self::Department, Self::Insurer, Self::Channel, Self::State, Self::Day];

    const fn column(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::Insurer => "insurer",
            Self::Channel => "channel",
            Self::State => "state",
            Self::Day => "day",
        }
    }
}

/// What a count of the campaign is narrowed to; nothing given narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProgressFilter {
    /// One department only.
    pub department: Option<Department>,
    /// One fund only.
    pub insurer: Option<InsurerCode>,
    /// One channel only.
    pub channel: Option<Channel>,
    /// One state only.
    pub state: Option<Stage>,
    /// States entered on this day or later.
    pub from: Option<NaiveDate>,
    /// States entered on this day or before.
    pub to: Option<NaiveDate>,
}

/// One line of the count; a dimension that was not asked for is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressCount {
    /// The department, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    /// The fund, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insurer: Option<InsurerCode>,
    /// The channel, if asked for and if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The state, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Stage>,
    /// The day, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<NaiveDate>,
    /// How many spaces.
    pub spaces: u64,
}

/// Counts the spaces by these dimensions, narrowed by this filter; the lines add up to the number of spaces that pass it.
///
/// # Errors
/// The store could not be read.
pub async fn campaign_progress(store: &Store, by: &[Dimension], filter: &ProgressFilter) -> Result<Vec<ProgressCount>, StoreError> {
    let columns: Vec<&str> = Dimension::ALL.into_iter().filter(|dimension| by.contains(dimension)).map(Dimension::column).collect();
    let (condition, args) = narrowed(filter);
    let count = "count(*) AS spaces FROM campaign_progress";
    let sql = if columns.is_empty() {
        format!("SELECT {count}{condition}")
    } else {
        let columns = columns.join(", ");
        format!("SELECT {columns}, {count}{condition} GROUP BY {columns} ORDER BY {columns}")
    };
    store.read_models().select(&sql, &args).await
}

fn narrowed(filter: &ProgressFilter) -> (String, Vec<Arg>) {
    let asked = [
        ("department =", filter.department.as_ref().map(|department| Arg::Text(department.to_string()))),
        ("insurer =", filter.insurer.as_ref().map(|insurer| Arg::Text(insurer.to_string()))),
        ("channel =", filter.channel.map(|channel| Arg::Text(token(&channel)))),
        ("state =", filter.state.map(|state| Arg::Text(token(&state)))),
        ("day >=", filter.from.map(Arg::Date)),
        ("day <=", filter.to.map(Arg::Date)),
    ];
    let (mut conditions, mut args) = (Vec::new(), Vec::new());
    for (condition, arg) in asked {
        if let Some(arg) = arg {
            args.push(arg);
            conditions.push(format!("{condition} ${}", args.len()));
        }
    }
    let condition = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    (condition, args)
}

//! The numbers of the rules, as data: today's policy decides, and what it decided is written into the event.

use std::sync::{Arc, LazyLock};

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::access::grant::Grantee;
use crate::access::matrix::AccessMatrix;

/// Parsed once: policies are cloned often.
static BUILT_IN: LazyLock<Arc<AccessMatrix>> = LazyLock::new(|| Arc::new(AccessMatrix::built_in()));

/// How long, how many, how old. The defaults are the law's where it says, the practice's elsewhere (`rules.md`, section 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Days in which a person may oppose, the day of receipt not counted (article R. 1111-28: six weeks).
    pub window_days: u16,
    /// Days for which a provisional code stays valid after the receipt of its message.
    pub code_days: u16,
    /// Days from posting to the presumed receipt of a letter whose delivery nobody recorded.
    pub postal_allowance_days: u16,
    /// Wrong codes that lock a code.
    pub wrong_codes_allowed: u8,
    /// Seconds that a reissue on request waits after the last code.
    pub reissue_wait_seconds: u32,
    /// Days in which the closing of a suspended space may be opposed (article R. 1111-36: six weeks).
    pub suspension_days: u16,
    /// Years for which a closed space is archived (article R. 1111-36: ten years).
    pub archive_years: u16,
    /// Months in which an express request destroys a closed space (article R. 1111-36: at most three).
    pub destruction_months: u16,
    /// Years at which every representation of a minor ends.
    pub majority_years: u16,
    /// Days in which the second parent of a minor may accept an invitation.
    pub invitation_days: u16,
    /// Years that a day of somebody's past (a birth, a death, the first day of a medical record) may lie back. Nobody has lived for 123
    /// years; 150 leave room for a record that is wrong by a generation, and refuse a year that was mistyped.
    pub past_years: u16,
    /// Years ahead at which a grant may end at the latest. A grant that is to last for the holder's life names no end, or one within 150
    /// years; what lies further is a slip, and would be a day that nobody who works with it today can test.
    pub grant_years: u16,
    /// Days for which a grant that names no last day runs.
    pub grant_days: GrantDays,
    /// Days after which the holder is invited to the consultation that a document awaits (article R. 1111-53: two weeks).
    pub announcement_invitation_days: u16,
    /// Which professions read which types of document (order of 26 October 2023). Read from a file of its own, not with the numbers.
    #[serde(skip)]
    pub matrix: Arc<AccessMatrix>,
}

/// For how many days a grant runs that names no last day, by whom it lets in; nothing where it runs until it is revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GrantDays {
    /// One professional. Germany's record, the nearest to ours, gives a practice 90 days.
    pub professional: Option<u16>,
    /// A structure.
    pub structure: Option<u16>,
    /// The care team.
    pub care_team: Option<u16>,
}

impl GrantDays {
    /// The last day of a grant that begins on `from`, its first day counted; nothing where it has none, or the calendar none so late.
    pub fn last_day(&self, to: &Grantee, from: NaiveDate) -> Option<NaiveDate> {
        let days = match to {
            Grantee::Professional { .. } => self.professional,
            Grantee::Structure { .. } => self.structure,
            Grantee::CareTeam => self.care_team,
        };
        from.checked_add_days(Days::new(u64::from(days?).saturating_sub(1)))
    }
}

impl Default for GrantDays {
    fn default() -> Self {
        Self { professional: Some(90), structure: Some(90), care_team: None }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            window_days: 42,
            code_days: 42,
            postal_allowance_days: 7,
            wrong_codes_allowed: 5,
            reissue_wait_seconds: 30,
            suspension_days: 42,
            archive_years: 10,
            destruction_months: 3,
            majority_years: 18,
            invitation_days: 30,
            past_years: 150,
            grant_years: 150,
            grant_days: GrantDays::default(),
            announcement_invitation_days: 14,
            matrix: Arc::clone(&BUILT_IN),
        }
    }
}

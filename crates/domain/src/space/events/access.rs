//! Events of the directory of grants: given, ended, and professionals blocked.

use serde::{Deserialize, Serialize};

use crate::ids::GrantId;
use crate::party::Grantee;
use crate::party::Party;
use crate::rpps::Rpps;
use crate::space::terms::Scope;
use crate::space::terms::Stage;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;

use super::names::event_names;

/// Who may see all or part of the space.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum AccessEvent {
    /// The holder let somebody see all or part of the space, until the end of `until` if given.
    AccessGranted { at: DateTime<Utc>, by: Party, grant: GrantId, to: Grantee, scope: Scope, until: Option<NaiveDate> },
    /// The holder took an authorisation back.
    AccessRevoked { at: DateTime<Utc>, by: Party, grant: GrantId },
    /// An authorisation came to its end.
    AccessExpired { at: DateTime<Utc>, grant: GrantId },
    /// The holder blocked a professional, whose authorisations `ended` for good.
    ProfessionalBlocked { at: DateTime<Utc>, by: Party, professional: Rpps, ended: Vec<GrantId> },
    /// The holder unblocked a professional; old authorisations do not come back.
    ProfessionalUnblocked { at: DateTime<Utc>, by: Party, professional: Rpps },
}

event_names!(AccessEvent { AccessGranted, AccessRevoked, AccessExpired, ProfessionalBlocked, ProfessionalUnblocked });

impl AccessEvent {
    /// The stage after this event: none of them moves the space.
    pub const fn stage(&self) -> Option<Stage> {
        None
    }
}

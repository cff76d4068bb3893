//! Events of the directory of grants: given, ended, and professionals blocked.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::access::grant::{Grant, Grantee, Period, Scope};
use crate::access::purpose::Purpose;
use crate::french::{by_party, counted, date, to_scope};
use crate::guarded::Guarded;
use crate::ids::GrantId;
use crate::party::Party;
use crate::personal::PersonalData;
use crate::rpps::Rpps;
use crate::space::life::Life;
use crate::space::terms::Stage;

use super::names::event_names;

/// Who is let in says who treats the person.
impl PersonalData for Grantee {
    const KIND: &'static str = "grantee";
}

/// Who may see all or part of the space.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum AccessEvent {
    /// Somebody was let see all or part of the space, for one purpose, from a day to the end of `until` if given; by the holder, or by a
    /// professional who took the person's consent for a colleague (article L. 1111-17 II).
    AccessGranted {
        at: DateTime<Utc>,
        by: Party,
        grant: GrantId,
        to: Guarded<Grantee>,
        scope: Scope,
        purpose: Purpose,
        from: NaiveDate,
        until: Option<NaiveDate>,
    },
    /// The holder took an authorisation back.
    AccessRevoked { at: DateTime<Utc>, by: Party, grant: GrantId },
    /// An authorisation came to its end.
    AccessExpired { at: DateTime<Utc>, grant: GrantId },
    /// The holder blocked a professional, whose authorisations `ended` for good.
    ProfessionalBlocked { at: DateTime<Utc>, by: Party, professional: Guarded<Rpps>, ended: Vec<GrantId> },
    /// The holder unblocked a professional; old authorisations do not come back.
    ProfessionalUnblocked { at: DateTime<Utc>, by: Party, professional: Guarded<Rpps> },
}

event_names!(AccessEvent { AccessGranted, AccessRevoked, AccessExpired, ProfessionalBlocked, ProfessionalUnblocked });

impl AccessEvent {
    /// The stage after this event: none of them moves the space.
    pub const fn stage(&self) -> Option<Stage> {
        None
    }

    /// The event, as its holder reads it.
    pub fn sentence(&self) -> String {
        match self {
            Self::AccessGranted { by, scope, until, .. } => granted(by, scope, *until),
            Self::AccessRevoked { by, .. } => format!("Un accès donné auparavant a été retiré {}.", by_party(by)),
            Self::AccessExpired { .. } => "Un accès donné auparavant a pris fin à la date prévue.".to_owned(),
            Self::ProfessionalBlocked { ended, .. } => blocked(ended.len()),
            Self::ProfessionalUnblocked { .. } => {
                "Un professionnel de santé n’est plus bloqué. Les accès donnés auparavant ne reviennent pas.".to_owned()
            }
        }
    }

    /// What the event changes. Who is still sealed, in a space that was destroyed, changes nothing.
    pub(crate) fn apply(self, life: &mut Life) {
        let directory = &mut life.directory;
        match self {
            Self::AccessGranted { grant, to, scope, purpose, from, until, .. } => {
                let period = Period { from, until };
                to.get().cloned().into_iter().for_each(|to| directory.grant(grant, Grant { to, scope: scope.clone(), purpose, period }));
            }
            Self::AccessRevoked { grant, .. } | Self::AccessExpired { grant, .. } => directory.end(grant),
            Self::ProfessionalBlocked { professional, ended, .. } => {
                ended.into_iter().for_each(|grant| directory.end(grant));
                professional.get().into_iter().for_each(|professional| directory.block(professional));
            }
            Self::ProfessionalUnblocked { professional, .. } => {
                professional.get().into_iter().for_each(|professional| directory.unblock(professional));
            }
        }
    }
}

fn granted(by: &Party, scope: &Scope, until: Option<NaiveDate>) -> String {
    let end = until.map_or_else(|| "sans date de fin".to_owned(), |day| format!("jusqu’au {} inclus", date(day)));
    format!("Un accès {} a été donné {}, {end}.", to_scope(scope), by_party(by))
}

fn blocked(ended: usize) -> String {
    let grants =
        if ended == 0 { String::new() } else { format!(" {} fin pour toujours.", counted(ended, "accès a pris", "accès ont pris")) };
    format!("Un professionnel de santé a été bloqué.{grants}")
}

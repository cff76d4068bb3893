//! Events of the directory of grants: given, ended, and professionals blocked.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::french::{NO_BREAK_SPACE, by_party, counted, date, to_scope};
use crate::ids::GrantId;
use crate::party::{Grantee, Party};
use crate::rpps::Rpps;
use crate::space::life::{Grant, Life};
use crate::space::terms::{Scope, Stage};

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

    /// The event, as its holder reads it.
    pub fn sentence(&self) -> String {
        match self {
            Self::AccessGranted { to, scope, until, .. } => granted(to, scope, *until),
            Self::AccessRevoked { by, .. } => format!("Un accès donné auparavant a été retiré {}.", by_party(by)),
            Self::AccessExpired { .. } => "Un accès donné auparavant a pris fin à la date prévue.".to_owned(),
            Self::ProfessionalBlocked { professional, ended, .. } => blocked(professional, ended.len()),
            Self::ProfessionalUnblocked { professional, .. } => format!(
                "Le professionnel de santé RPPS{NO_BREAK_SPACE}{professional} n’est plus bloqué. Les accès donnés auparavant ne reviennent pas."
            ),
        }
    }

    /// What the event changes.
    pub(crate) fn apply(self, life: &mut Life) {
        let grants = &mut life.grants;
        match self {
            Self::AccessGranted { grant, to, scope, until, .. } => grants.give(grant, Grant { to, scope, until }),
            Self::AccessRevoked { grant, .. } | Self::AccessExpired { grant, .. } => grants.end(grant),
            Self::ProfessionalBlocked { professional, ended, .. } => {
                grants.block(professional);
                ended.into_iter().for_each(|grant| grants.end(grant));
            }
            Self::ProfessionalUnblocked { professional, .. } => grants.unblock(&professional),
        }
    }
}

fn granted(to: &Grantee, scope: &Scope, until: Option<NaiveDate>) -> String {
    let whom = match to {
        Grantee::Professional { rpps } => format!("au professionnel de santé RPPS{NO_BREAK_SPACE}{rpps}"),
        Grantee::Structure { finess } => format!("à la structure FINESS{NO_BREAK_SPACE}{finess}"),
    };
    let end = until.map_or_else(|| "sans date de fin".to_owned(), |day| format!("jusqu’au {} inclus", date(day)));
    format!("Un accès {} a été donné {whom}, {end}.", to_scope(scope))
}

fn blocked(professional: &Rpps, ended: usize) -> String {
    let grants =
        if ended == 0 { String::new() } else { format!(" {} fin pour toujours.", counted(ended, "accès a pris", "accès ont pris")) };
    format!("Le professionnel de santé RPPS{NO_BREAK_SPACE}{professional} a été bloqué.{grants}")
}

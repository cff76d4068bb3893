//! What the gate let through: the instant, who acted and on which ground, which every event of a section says.

use chrono::{DateTime, Utc};

use crate::access::{self, AccessRefusal, AccessRequest, Ground};
use crate::policy::Policy;
use crate::space::HealthSpace;

use super::actor::Actor;

/// What the gate let through.
#[derive(Debug)]
pub(super) struct Permitted {
    pub(super) at: DateTime<Utc>,
    pub(super) by: Actor,
    pub(super) ground: Ground,
}

impl Permitted {
    /// Asks the gate.
    ///
    /// # Errors
    /// Its refusal.
    pub(super) fn by_gate(request: &AccessRequest<'_>, space: &HealthSpace, policy: &Policy) -> Result<Self, AccessRefusal> {
        let ground = access::decide(request, space, &policy.matrix)?;
        Ok(Self { at: request.at, by: Actor::of(request.reader)?, ground })
    }
}

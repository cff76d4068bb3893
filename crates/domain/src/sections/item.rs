//! What every item of a section has in common: it is decided together with the life of its space.

use cqrs_es::Aggregate;

use crate::policy::Policy;
use crate::space::HealthSpace;

/// What a decision about an item looks at besides the item: the life of its space, and the policy now in force.
#[derive(Debug, Clone, Default)]
pub struct Circumstances {
    /// The space that the item belongs to, as it stands at the position of the decision.
    pub space: HealthSpace,
    /// The policy.
    pub policy: Policy,
}

/// Something that a space contains: a stream of its own, decided together with the life of its space.
pub trait Item: Aggregate<Services = Circumstances> {
    /// What happens if this is asked: the events to record, none where it is so already, or the rule that says no.
    ///
    /// # Errors
    /// The first rule that refuses.
    fn decide(&self, command: Self::Command, space: &HealthSpace, policy: &Policy) -> Result<Vec<Self::Event>, Self::Error>;
}

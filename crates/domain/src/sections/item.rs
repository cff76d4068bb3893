//! What every item of a section has in common: it is decided together with the life of its space.

use cqrs_es::Aggregate;

use crate::access::document::DocumentFacts;
use crate::access::matrix::AccessMatrix;
use crate::ids::ItemId;
use crate::policy::Policy;
use crate::space::HealthSpace;

/// What a decision about an item looks at besides the item, held together: what stock cqrs-es hands to an aggregate.
#[derive(Debug, Clone, Default)]
pub struct Circumstances {
    /// The space that the item belongs to, as it stands at the position of the decision.
    pub space: HealthSpace,
    /// The document that the command is about, as it stands there too.
    pub document: Option<DocumentFacts>,
    /// The policy.
    pub policy: Policy,
}

/// The same, borrowed: the life of the space, the document that the command is about, if any, and the policy now in force. All of it is as
/// it stands at one position of the log.
#[derive(Debug, Clone, Copy)]
pub struct DecisionContext<'a> {
    /// The space that the item belongs to.
    pub space: &'a HealthSpace,
    /// What the gate looks at of the document that the command is about.
    pub document: Option<&'a DocumentFacts>,
    /// The policy.
    pub policy: &'a Policy,
}

impl Circumstances {
    /// The same, borrowed.
    pub const fn context(&self) -> DecisionContext<'_> {
        DecisionContext { space: &self.space, document: self.document.as_ref(), policy: &self.policy }
    }
}

impl<'a> DecisionContext<'a> {
    /// The access matrix in force.
    pub fn matrix(&self) -> &'a AccessMatrix {
        &self.policy.matrix
    }
}

/// Makes an item an aggregate of cqrs-es: its name in the log, its types, and the two functions that every item writes alike. The state
/// brings `fn after(&mut self, event)`.
macro_rules! aggregate_of_item {
    ($state:ty, $kind:literal, $command:ty, $event:ty, $refusal:ty) => {
        impl ::cqrs_es::Aggregate for $state {
            const TYPE: &'static str = $kind;
            type Command = $command;
            type Event = $event;
            type Error = $refusal;
            type Services = $crate::sections::Circumstances;

            async fn handle(
                &mut self,
                command: $command,
                circumstances: &$crate::sections::Circumstances,
                sink: &::cqrs_es::event_sink::EventSink<Self>,
            ) -> Result<(), $refusal> {
                for event in $crate::sections::Item::decide(self, command, &circumstances.context())? {
                    sink.write(event, self).await;
                }
                Ok(())
            }

            fn apply(&mut self, event: $event) {
                self.after(event);
            }
        }
    };
}
pub(super) use aggregate_of_item;

/// Something that a space contains: a stream of its own, decided together with the life of its space.
pub trait Item: Aggregate<Services = Circumstances> {
    /// What happens if this is asked: the events to record, none where it is so already, or the rule that says no.
    ///
    /// # Errors
    /// The first rule that refuses.
    fn decide(&self, command: Self::Command, context: &DecisionContext<'_>) -> Result<Vec<Self::Event>, Self::Error>;

    /// The document that the decision looks at besides the item, if any.
    fn document(_: &Self::Command) -> Option<ItemId> {
        None
    }

    /// The refusal that the event records, which whoever asked must hear although something was written.
    fn refusal(_: &Self::Event) -> Option<Self::Error> {
        None
    }
}

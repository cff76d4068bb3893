//! Given, when, then: one line each, over the test framework of cqrs-es and the default policy.

use cqrs_es::Aggregate;
use cqrs_es::test::{AggregateResultValidator, TestFramework};

use crate::policy::Policy;
use crate::space::{HealthSpace, SpaceCommand, SpaceEvent, SpaceRefusal};

/// What has happened so far.
pub(super) struct Given(Vec<SpaceEvent>);

/// What came of the command.
pub(super) struct Then(AggregateResultValidator<HealthSpace>);

pub(super) fn given(events: impl IntoIterator<Item = SpaceEvent>) -> Given {
    Given(events.into_iter().collect())
}

pub(super) fn given_nothing() -> Given {
    given([])
}

/// The space that these events made.
pub(super) fn space_after(events: impl IntoIterator<Item = SpaceEvent>) -> HealthSpace {
    let mut space = HealthSpace::default();
    events.into_iter().for_each(|event| space.apply(event));
    space
}

impl Given {
    pub(super) fn and(mut self, more: impl IntoIterator<Item = SpaceEvent>) -> Self {
        self.0.extend(more);
        self
    }

    pub(super) fn when(self, command: impl Into<SpaceCommand>) -> Then {
        self.when_under(Policy::default(), command)
    }

    pub(super) fn when_under(self, policy: Policy, command: impl Into<SpaceCommand>) -> Then {
        Then(TestFramework::with(policy).given(self.0).when(command.into()))
    }
}

impl Then {
    pub(super) fn then(self, events: impl IntoIterator<Item = SpaceEvent>) {
        self.0.then_expect_events(events.into_iter().collect());
    }

    pub(super) fn then_refused(self, refusal: SpaceRefusal) {
        self.0.then_expect_error(refusal);
    }

    pub(super) fn then_quiet(self) {
        self.then([]);
    }
}

//! What an error of the store, or a command that it rejects, is for a client.

use ens_store::{Rejection, StoreError};

use super::details::Problem;
use super::types::ProblemType;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let problem_type = match &error {
            StoreError::Overloaded => ProblemType::OVERLOADED,
            StoreError::Unreachable(_)
            | StoreError::OutcomeUnknown
            | StoreError::Database { .. }
            | StoreError::Contended { .. }
            | StoreError::Overtaken
            | StoreError::Contents(_)
            | StoreError::Clock(_) => ProblemType::UNAVAILABLE,
            StoreError::Address
            | StoreError::Migration(_)
            | StoreError::Broken { .. }
            | StoreError::Decode(_)
            | StoreError::Open(_)
            | StoreError::Malformed(_)
            | StoreError::Unstorable(_)
            | StoreError::NoContents
            | StoreError::ContentMissing
            | StoreError::NoRandomness => ProblemType::INTERNAL,
        };
        Self::new(problem_type).logged(error)
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Refused(refusal) => Self::from(refusal),
            Rejection::Stale { expected, actual } => Self::new(ProblemType::STALE_VERSION)
                .detail(format!("the space is at version {actual}, not {expected}"))
                .member("current_version", actual),
            Rejection::KeyReused => Self::new(ProblemType::KEY_REUSED),
            Rejection::NoSuchSpace => Self::new(ProblemType::NOT_FOUND),
            Rejection::Store(error) => Self::from(error),
        }
    }
}

//! One question to the gate with all that its answer depends on: request, space, matrix, and the day it is in Paris.

use chrono::NaiveDate;

use crate::calendar::paris;

use super::action::Action;
use super::directory::Directory;
use super::document::{DocumentFacts, DocumentState};
use super::grant::Need;
use super::matrix::AccessMatrix;
use super::refusal::AccessRefusal;
use super::request::{AccessRequest, Target};
use super::view::SpaceView;

/// What a decision looks at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) request: &'a AccessRequest<'a>,
    pub(super) view: &'a SpaceView<'a>,
    pub(super) matrix: &'a AccessMatrix,
    pub(super) today: NaiveDate,
}

impl<'a> Question<'a> {
    pub(super) fn new(request: &'a AccessRequest<'a>, view: &'a SpaceView<'a>, matrix: &'a AccessMatrix) -> Self {
        Self { request, view, matrix, today: paris::day_of(request.at) }
    }

    pub(super) const fn action(&self) -> Action {
        self.request.action
    }

    pub(super) const fn directory(&self) -> &'a Directory {
        self.view.directory
    }

    /// The document that is asked for, if one is.
    pub(super) const fn document(&self) -> Option<&'a DocumentFacts> {
        match self.request.target {
            Target::Section(_) => None,
            Target::Document(document) => Some(document),
        }
    }

    pub(super) fn need(&self) -> Need {
        let class = self.document().map(DocumentFacts::class);
        Need { section: self.request.target.section(), class, purpose: self.request.purpose, day: self.today }
    }

    /// The purpose is the care of the person.
    pub(super) const fn is_for_care(&self) -> Result<(), AccessRefusal> {
        if self.request.purpose.is_care() { Ok(()) } else { Err(AccessRefusal::PurposeNotCovered) }
    }

    /// The document still counts, or this act ends it: doing that twice is for the section to answer.
    pub(super) fn still_counts(&self, document: &DocumentFacts) -> Result<(), AccessRefusal> {
        let ends = matches!(self.action(), Action::Withdraw | Action::MoveOut | Action::Delete);
        let gone = document.state == DocumentState::Withdrawn && !ends;
        if gone { Err(AccessRefusal::DocumentWithdrawn) } else { Ok(()) }
    }
}

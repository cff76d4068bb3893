//! Given a document's past and a space, when somebody asks, then these events or this refusal: one line each.

use crate::access::Reader;
use crate::sections::Circumstances;
use crate::sections::Item;
use crate::sections::medical_record::{Document, DocumentCommand, DocumentEvent, DocumentRefusal, DocumentRequest, NewDocument};
use crate::space::HealthSpace;
use crate::space::tests::a_shared_space;
use crate::stream::NamedEvent;

use super::persons::{asked, doctor, own_document, report};

/// What a document has been through, in the space that the doctor was let into.
pub(super) struct Given {
    document: Document,
    space: HealthSpace,
}

/// What came of a command.
#[derive(Debug)]
pub(super) struct Then(pub(super) Result<Vec<DocumentEvent>, DocumentRefusal>);

pub(super) fn given_nothing() -> Given {
    given_nothing_in(a_shared_space())
}

pub(super) fn given_nothing_in(space: HealthSpace) -> Given {
    Given { document: Document::default(), space }
}

/// A document that the doctor deposited.
pub(super) fn given_a_report() -> Given {
    given_deposit(doctor(), report(1))
}

/// A document that the holder deposited.
pub(super) fn given_an_own_document() -> Given {
    given_deposit(Reader::Holder, own_document(1))
}

pub(super) fn given_deposit(by: Reader, new: NewDocument) -> Given {
    given_nothing().and(by, DocumentRequest::Deposit(new))
}

impl Given {
    /// Something more was asked, and granted.
    pub(super) fn and(self, by: Reader, request: DocumentRequest) -> Self {
        self.and_asked(asked(by, request))
    }

    pub(super) fn and_asked(mut self, command: DocumentCommand) -> Self {
        let events = self
            .document
            .decide(command, &Circumstances { space: self.space.clone(), ..Default::default() }.context())
            .expect("what a story tells is granted");
        events.into_iter().for_each(|event| self.document.after(event));
        self
    }

    pub(super) fn document(&self) -> &Document {
        &self.document
    }

    pub(super) fn in_space(self, space: HealthSpace) -> Self {
        Self { space, ..self }
    }

    pub(super) fn when(&self, by: Reader, request: DocumentRequest) -> Then {
        self.when_asked(asked(by, request))
    }

    pub(super) fn when_asked(&self, command: DocumentCommand) -> Then {
        Then(self.document.decide(command, &Circumstances { space: self.space.clone(), ..Default::default() }.context()))
    }
}

impl Then {
    /// Exactly one event, of this name.
    pub(super) fn then(self, name: &str) -> DocumentEvent {
        let events = self.0.expect(name);
        assert_eq!(events.iter().map(NamedEvent::name).collect::<Vec<_>>(), [name]);
        events.into_iter().next().unwrap()
    }

    pub(super) fn then_quiet(self) {
        assert_eq!(self.0, Ok(Vec::new()));
    }

    pub(super) fn then_refused(self, refusal: impl Into<DocumentRefusal>) {
        assert_eq!(self.0, Err(refusal.into()));
    }
}

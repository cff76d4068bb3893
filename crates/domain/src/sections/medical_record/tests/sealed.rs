//! A document whose guarded values nobody opened, as it is read without keys: nothing is decided on it.

use cqrs_es::Aggregate;
use serde_json::Value;

use crate::access::{AccessRefusal, Reader};
use crate::sections::Circumstances;
use crate::sections::Item;
use crate::sections::medical_record::{Document, DocumentCommand, DocumentEvent, DocumentRefusal, DocumentRequest};
use crate::space::tests::a_shared_space;

use super::grammar::given_nothing;
use super::persons::{asked, doctor, report, stranger};

/// The report as it stands in the log.
fn sealed_report() -> Document {
    let event = given_nothing().when(doctor(), DocumentRequest::Deposit(report(1))).then("DocumentDeposited");
    let mut stored = serde_json::to_value(event).unwrap();
    seal(&mut stored);
    let mut document = Document::default();
    document.apply(serde_json::from_value::<DocumentEvent>(stored).unwrap());
    document
}

/// Puts a seal in the place of each value that says that it is clear.
fn seal(value: &mut Value) {
    match value {
        Value::Object(fields) if fields.contains_key("$clear") => {
            fields.remove("$clear");
            let marker = if fields.remove("guarded").is_some() { "$guarded" } else { "$sealed" };
            fields.insert(marker.to_owned(), Value::from("v1.abc"));
        }
        Value::Object(fields) => fields.values_mut().for_each(seal),
        Value::Array(values) => values.iter_mut().for_each(seal),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn decided(command: DocumentCommand) -> Result<Vec<DocumentEvent>, DocumentRefusal> {
    sealed_report().decide(command, &Circumstances { space: a_shared_space(), ..Default::default() }.context())
}

#[test]
fn nothing_is_decided_on_what_is_sealed() {
    assert_eq!(sealed_report().facts(), None);
    for request in [DocumentRequest::Hide, DocumentRequest::Delete, DocumentRequest::Pin] {
        assert_eq!(decided(asked(Reader::Holder, request.clone())), Err(DocumentRefusal::DocumentSealed));
        assert_eq!(decided(asked(stranger(), request)), Err(AccessRefusal::NotAuthorised.into()));
    }
    assert_eq!(decided(asked(doctor(), DocumentRequest::Deposit(report(1)))), Err(DocumentRefusal::DocumentIdTaken));
}

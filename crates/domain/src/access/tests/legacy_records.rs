//! What CNAM may do: bring the documents of a record that is older than the space, and nothing else.

use crate::access::{AccessRefusal, Action, Announcement, Availability, DocumentAuthor, DocumentFacts, Ground, Purpose, Reader};
use crate::space::terms::Section;

use super::scene::{Scene, a_document, by, hidden, kept_from_representatives, strangers};

/// CNAM brings another doctor's report into a space that an older record joined.
fn brings() -> Scene {
    Scene { legacy_record: true, purpose: Purpose::Administration, ..Scene::of(Reader::Cnam) }.to(Action::Deposit).asking(a_document())
}

#[test]
fn cnam_brings_documents_of_a_record_that_joined_the_space_and_does_nothing_else() {
    let awaiting = DocumentFacts { announcement: Announcement::Awaited, ..a_document() };
    for document in [a_document(), by(DocumentAuthor::Holder), hidden(a_document()), kept_from_representatives(a_document()), awaiting] {
        assert_eq!(brings().asking(document.clone()).decided(), Ok(Ground::LegacyRecord));
        for action in Action::ALL.into_iter().filter(|action| *action != Action::Deposit) {
            assert_eq!(brings().asking(document.clone()).to(action).decided(), Err(AccessRefusal::RoleNeverReads), "{action:?}");
        }
    }
    for section in Section::ALL {
        let whole = Scene { document: None, ..brings() }.within(section);
        assert_eq!(whole.decided(), Err(AccessRefusal::RoleNeverReads), "{section:?}");
    }
}

#[test]
fn cnam_brings_nothing_before_a_record_joined() {
    assert_eq!(Scene { legacy_record: false, ..brings() }.decided(), Err(AccessRefusal::NotAuthorised));
    for availability in Availability::ALL {
        let decided = Scene { availability, ..brings() }.decided();
        assert_eq!(decided, availability.in_service().map(|()| Ground::LegacyRecord), "{availability:?}");
    }
    for purpose in Purpose::ALL {
        assert_eq!(Scene { purpose, ..brings() }.decided().is_ok(), purpose == Purpose::Administration, "{purpose:?}");
    }
}

#[test]
fn a_record_that_joined_opens_nothing_to_the_other_roles() {
    for reader in strangers().into_iter().filter(|reader| *reader != Reader::Cnam) {
        assert_eq!(Scene { reader, ..brings() }.decided(), Err(AccessRefusal::RoleNeverReads));
    }
}

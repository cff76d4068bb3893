//! What is done with a document that is there: hidden and shown, announced, put aside, pinned, deleted.
//!
//! - hiding and showing can be repeated and undone at any time
//! - a document is announced once and only where it awaited it
//! - the holders side deletes its own documents only

use crate::access::{Action, Announcement, Visibility};
use crate::sections::permitted::Permitted;

use super::asked::Asked;
use super::events::DocumentEvent;
use super::refusal::DocumentRefusal;
use super::state::{Document, Pin, Standing};

type Decided = Result<Vec<DocumentEvent>, DocumentRefusal>;

pub(super) fn hide(asked: &Asked<'_>, document: &Document) -> Decided {
    let (deposited, Permitted { at, by, ground }) = asked.of(Action::Hide, document)?;
    Ok(match deposited.visibility {
        Visibility::Shown => vec![DocumentEvent::DocumentHidden { at, by, ground }],
        Visibility::Hidden => Vec::new(),
    })
}

pub(super) fn show(asked: &Asked<'_>, document: &Document) -> Decided {
    let (deposited, Permitted { at, by, ground }) = asked.of(Action::Show, document)?;
    Ok(match deposited.visibility {
        Visibility::Shown => Vec::new(),
        Visibility::Hidden => vec![DocumentEvent::DocumentShown { at, by, ground }],
    })
}

pub(super) fn hide_from_representatives(asked: &Asked<'_>, document: &Document) -> Decided {
    let (deposited, Permitted { at, by, ground }) = asked.of(Action::HideFromRepresentatives, document)?;
    Ok(match deposited.to_representatives {
        Visibility::Shown => vec![DocumentEvent::HiddenFromRepresentatives { at, by, ground }],
        Visibility::Hidden => Vec::new(),
    })
}

pub(super) fn show_to_representatives(asked: &Asked<'_>, document: &Document) -> Decided {
    let (deposited, Permitted { at, by, ground }) = asked.of(Action::ShowToRepresentatives, document)?;
    Ok(match deposited.to_representatives {
        Visibility::Shown => Vec::new(),
        Visibility::Hidden => vec![DocumentEvent::ShownToRepresentatives { at, by, ground }],
    })
}

pub(super) fn announce(asked: &Asked<'_>, document: &Document) -> Decided {
    let (deposited, Permitted { at, by, ground }) = asked.of(Action::Announce, document)?;
    match deposited.announcement {
        Announcement::Awaited => Ok(vec![DocumentEvent::DocumentAnnounced { at, by, ground }]),
        Announcement::Made => Ok(Vec::new()),
        Announcement::NotAsked => Err(DocumentRefusal::NothingToAnnounce),
    }
}

pub(super) fn archive(asked: &Asked<'_>, document: &Document) -> Decided {
    let (deposited, Permitted { at, by, ground }) = asked.of(Action::Archive, document)?;
    let archived = deposited.standing == Standing::Archived;
    Ok(if archived { Vec::new() } else { vec![DocumentEvent::DocumentArchived { at, by, ground }] })
}

pub(super) fn unarchive(asked: &Asked<'_>, document: &Document) -> Decided {
    let (deposited, Permitted { at, by, ground }) = asked.of(Action::Unarchive, document)?;
    let archived = deposited.standing == Standing::Archived;
    Ok(if archived { vec![DocumentEvent::DocumentUnarchived { at, by, ground }] } else { Vec::new() })
}

pub(super) fn pin(asked: &Asked<'_>, document: &Document) -> Decided {
    let (deposited, Permitted { at, by, ground }) = asked.of(Action::Pin, document)?;
    Ok(match deposited.pin {
        Pin::Unpinned => vec![DocumentEvent::DocumentPinned { at, by, ground }],
        Pin::Pinned => Vec::new(),
    })
}

pub(super) fn unpin(asked: &Asked<'_>, document: &Document) -> Decided {
    let (deposited, Permitted { at, by, ground }) = asked.of(Action::Unpin, document)?;
    Ok(match deposited.pin {
        Pin::Unpinned => Vec::new(),
        Pin::Pinned => vec![DocumentEvent::DocumentUnpinned { at, by, ground }],
    })
}

pub(super) fn delete(asked: &Asked<'_>, document: &Document) -> Decided {
    let (deposited, Permitted { at, by, ground }) = asked.of(Action::Delete, document)?;
    match deposited.standing {
        Standing::Current | Standing::Archived => Ok(vec![DocumentEvent::DocumentDeleted { at, by, ground }]),
        Standing::Deleted => Ok(Vec::new()),
        Standing::Withdrawn => Err(DocumentRefusal::DocumentWithdrawn),
        Standing::MovedOut => Err(DocumentRefusal::DocumentMovedOut),
    }
}

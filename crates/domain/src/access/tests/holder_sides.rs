//! The rules of the holder, of representatives and of caregivers, and of those who never read.

use crate::access::{AccessRefusal, Action, Availability, DocumentAuthor, Ground, Period, Purpose, Reader};
use crate::space::terms::Section;

use super::scene::{Scene, a_document, awaiting, by, caregiver, day, hidden, kept_from_representatives, strangers};

fn holder() -> Scene {
    Scene { purpose: Purpose::PersonalUse, ..Scene::of(Reader::Holder) }
}

fn representative() -> Scene {
    Scene { represented: true, minor: true, ..Scene::of(Reader::Representative) }
}

fn delegated() -> Scene {
    let period = Period { from: day("2026-06-10"), until: Some(day("2026-06-20")) };
    Scene::of(Reader::Caregiver { caregiver: caregiver() }).with(|directory| directory.delegate(caregiver(), period))
}

#[test]
fn a_holder_reads_everything_and_decides_who_else_does() {
    for section in Section::ALL {
        assert_eq!(holder().within(section).decided(), Ok(Ground::OwnSpace), "{section:?}");
    }
    assert_eq!(holder().asking(hidden(kept_from_representatives(a_document()))).decided(), Ok(Ground::OwnSpace));
    for action in [Action::Share, Action::BlockProfessional, Action::ChangeContacts, Action::Close, Action::Hide, Action::Show] {
        assert_eq!(holder().to(action).decided(), Ok(Ground::OwnSpace), "{action:?}");
        assert_eq!(representative().to(action).decided(), Ok(Ground::Representation), "{action:?}");
    }
}

#[test]
fn a_minor_does_not_act_as_holder() {
    for action in Action::ALL {
        let scene = Scene { minor: true, ..holder() }.to(action);
        assert_eq!(scene.decided(), Err(AccessRefusal::MinorDoesNotAct), "{action:?}");
    }
}

#[test]
fn a_representative_acts_while_a_representation_stands() {
    assert_eq!(representative().decided(), Ok(Ground::Representation));
    let over = Scene { represented: false, ..representative() };
    assert_eq!(over.decided(), Err(AccessRefusal::NoRepresentation));
    assert_eq!(Scene { minor: false, ..over }.decided(), Err(AccessRefusal::NoRepresentation));
}

#[test]
fn a_caregiver_acts_from_the_first_day_of_a_delegation_to_its_last() {
    assert_eq!(delegated().on("2026-06-09 23:59").decided(), Err(AccessRefusal::NotACaregiver));
    assert_eq!(delegated().on("2026-06-10 00:00").decided(), Ok(Ground::CaregiverDelegation));
    assert_eq!(delegated().on("2026-06-20 23:59").decided(), Ok(Ground::CaregiverDelegation));
    assert_eq!(delegated().on("2026-06-21 00:00").decided(), Err(AccessRefusal::NotACaregiver));
    let revoked = delegated().with(|directory| directory.end_delegation(caregiver()));
    assert_eq!(revoked.decided(), Err(AccessRefusal::NotACaregiver));
}

#[test]
fn a_caregiver_reads_and_enters_data_and_neither_shares_nor_hides_nor_closes_nor_changes_contacts() {
    for section in Section::ALL {
        assert!(delegated().within(section).decided().is_ok(), "{section:?}");
    }
    let own = delegated().asking(by(DocumentAuthor::Caregiver { caregiver: caregiver() }));
    for action in [Action::Read, Action::List, Action::Deposit, Action::Replace, Action::Delete, Action::Archive, Action::Pin] {
        assert_eq!(own.clone().to(action).decided(), Ok(Ground::CaregiverDelegation), "{action:?}");
    }
    let never = [Action::Share, Action::Hide, Action::Show, Action::BlockProfessional, Action::Close, Action::ChangeContacts];
    for action in never {
        assert_eq!(delegated().to(action).decided(), Err(AccessRefusal::CaregiverMayNot), "{action:?}");
        assert_eq!(own.clone().to(action).decided(), Err(AccessRefusal::CaregiverMayNot), "{action:?}");
    }
    assert_eq!(delegated().asking(hidden(a_document())).decided(), Err(AccessRefusal::HiddenByHolder));
    let entered = hidden(by(DocumentAuthor::Caregiver { caregiver: caregiver() }));
    assert!(delegated().asking(entered).decided().is_ok(), "what they entered themselves");
}

#[test]
fn what_awaits_an_announcement_is_shown_to_nobody_on_the_holders_side_before_its_day() {
    for scene in [holder(), representative(), delegated()] {
        for action in [Action::Read, Action::List, Action::Pin, Action::Archive] {
            let refused = scene.clone().asking(awaiting(a_document())).to(action);
            assert_eq!(refused.decided(), Err(AccessRefusal::AwaitsAnnouncement), "{action:?}");
            assert!(scene.clone().asking(a_document()).to(action).decided().is_ok(), "{action:?}");
        }
    }
    // Deposited on 1 June.
    let waits = |instant| holder().asking(awaiting(a_document())).on(instant).decided();
    assert_eq!(waits("2026-06-30 23:59"), Err(AccessRefusal::AwaitsAnnouncement));
    assert_eq!(waits("2026-07-01 00:00"), Ok(Ground::OwnSpace));
}

#[test]
fn what_is_hidden_from_representatives_is_shown_to_the_holder_alone() {
    let secret = kept_from_representatives(a_document());
    for scene in [representative(), delegated()] {
        assert_eq!(scene.asking(secret.clone()).decided(), Err(AccessRefusal::HiddenFromRepresentatives));
    }
    assert_eq!(holder().asking(secret).decided(), Ok(Ground::OwnSpace));
    assert_eq!(representative().asking(hidden(a_document())).decided(), Ok(Ground::Representation), "hidden from professionals only");
}

#[test]
fn the_holder_alters_what_their_side_deposited_and_nothing_else() {
    let alters = [Action::Deposit, Action::Replace, Action::CorrectMetadata, Action::Withdraw, Action::Delete];
    for action in alters {
        assert_eq!(holder().asking(a_document()).to(action).decided(), Err(AccessRefusal::NotTheAuthor), "{action:?}");
        for author in [DocumentAuthor::Holder, DocumentAuthor::Representative, DocumentAuthor::Caregiver { caregiver: caregiver() }] {
            assert_eq!(holder().asking(by(author)).to(action).decided(), Ok(Ground::OwnSpace), "{action:?}");
        }
        let fed = |section: Section| holder().within(section).to(action).decided();
        assert_eq!(fed(Section::Measures), Ok(Ground::OwnSpace));
        assert_eq!(fed(Section::Reimbursements), Err(AccessRefusal::NotForThisRole));
    }
    for action in [Action::MoveOut, Action::Announce, Action::HideFromRepresentatives, Action::ShowToRepresentatives] {
        assert_eq!(holder().asking(by(DocumentAuthor::Holder)).to(action).decided(), Err(AccessRefusal::NotForThisRole), "{action:?}");
    }
}

#[test]
fn a_closed_space_is_read_by_the_holder_and_a_representative() {
    let closed = |scene: Scene| Scene { availability: Availability::Closed, ..scene };
    assert_eq!(closed(holder()).decided(), Ok(Ground::OwnSpace));
    assert_eq!(closed(representative()).decided(), Ok(Ground::Representation));
    assert_eq!(closed(delegated()).decided(), Err(AccessRefusal::SpaceClosed));
    for action in Action::ALL.into_iter().filter(|action| !action.is_reading()) {
        assert_eq!(closed(holder()).to(action).decided(), Err(AccessRefusal::SpaceClosed), "{action:?}");
    }
    for availability in Availability::ALL {
        let open = matches!(availability, Availability::InService | Availability::Closed);
        assert_eq!(Scene { availability, ..holder() }.decided().is_ok(), open, "{availability:?}");
    }
}

#[test]
fn insurer_cnam_support_auditor_and_admin_read_nothing() {
    for reader in strangers() {
        for section in Section::ALL {
            for action in Action::ALL {
                let scene = Scene::of(reader.clone()).within(section).to(action);
                assert_eq!(scene.decided(), Err(AccessRefusal::RoleNeverReads));
            }
        }
        assert_eq!(Scene::of(reader).asking(a_document()).decided(), Err(AccessRefusal::RoleNeverReads));
    }
}

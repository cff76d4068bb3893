//! Who may see a space: given, taken back, run out, blocked, and gone with the content.

use ens_domain::access::{Grantee, Purpose, Scope};
use ens_domain::guarded::Guarded;
use ens_domain::party::Party;
use ens_domain::rpps::Rpps;
use ens_domain::space::SpaceEvent;
use ens_domain::space::terms::{ClosingGround, DestructionGround, Section};
use ens_domain::space::{AccessEvent, DestructionEvent};

use super::{at, closed, day, given, grant, open_space};
use crate::life::grants::{EntryKind, EntryState, GrantEntry, Grants};

fn doctor() -> Rpps {
    Rpps::from_first10("1000000000").unwrap()
}

fn granted(number: u128, scope: Scope) -> SpaceEvent {
    let to = Grantee::Professional { rpps: doctor() };
    SpaceEvent::Access(AccessEvent::AccessGranted {
        at: at(day(5, 1)),
        by: Party::Holder,
        grant: grant(number),
        to: Guarded::new(to),
        scope,
        purpose: Purpose::Care,
        from: day(5, 1),
        until: Some(day(5, 31)),
    })
}

fn after(events: impl IntoIterator<Item = SpaceEvent>) -> super::Given {
    given(open_space().into_iter().chain(events))
}

fn entry(row: &GrantEntry) -> (EntryKind, EntryState) {
    (row.kind, row.state)
}

#[test]
fn a_grant_stands_with_its_scope_and_its_end() {
    let sections = Scope::Sections { sections: [Section::Agenda, Section::MedicalRecord].into() };
    let list = after([granted(1, sections)]);
    list.then::<Grants, _>(entry, [(EntryKind::Professional, EntryState::Standing)]);
    list.then::<Grants, _>(|row| (row.scope.clone(), row.until), [("medical_record,agenda".to_owned(), Some(day(5, 31)))]);
    list.then::<Grants, _>(GrantEntry::sections, [vec![Section::MedicalRecord, Section::Agenda]]);
    after([granted(1, Scope::All)]).then::<Grants, _>(|row| row.sections().len(), [9]);
}

#[test]
fn a_grant_that_ended_stays_on_the_list_as_ended() {
    let revoked = SpaceEvent::Access(AccessEvent::AccessRevoked { at: at(day(5, 2)), by: Party::Holder, grant: grant(1) });
    let expired = SpaceEvent::Access(AccessEvent::AccessExpired { at: at(day(6, 1)), grant: grant(2) });
    after([granted(1, Scope::All), granted(2, Scope::All), revoked, expired])
        .then::<Grants, _>(|row| row.state, [EntryState::Revoked, EntryState::Expired]);
}

#[test]
fn blocking_ends_the_grants_and_unblocking_does_not_bring_them_back() {
    let blocked = SpaceEvent::Access(AccessEvent::ProfessionalBlocked {
        at: at(day(5, 3)),
        by: Party::Holder,
        professional: Guarded::new(doctor()),
        ended: vec![grant(1)],
    });
    let unblocked = SpaceEvent::Access(AccessEvent::ProfessionalUnblocked {
        at: at(day(5, 4)),
        by: Party::Holder,
        professional: Guarded::new(doctor()),
    });
    after([granted(1, Scope::All), blocked.clone()])
        .then::<Grants, _>(entry, [(EntryKind::Professional, EntryState::EndedByBlock), (EntryKind::Blocked, EntryState::Standing)]);
    after([granted(1, Scope::All), blocked, unblocked]).then::<Grants, _>(entry, [(EntryKind::Professional, EntryState::EndedByBlock)]);
}

#[test]
fn nothing_is_left_of_the_list_once_the_content_is_destroyed() {
    let destroyed = SpaceEvent::Destruction(DestructionEvent::Destroyed { at: at(day(9, 1)), ground: DestructionGround::Request });
    after([granted(1, Scope::All), closed(ClosingGround::Request), destroyed]).then::<Grants, _>(entry, []);
}

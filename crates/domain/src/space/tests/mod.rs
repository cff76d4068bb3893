//! The rules of a space's life, one test a rule and named by it: for every command allowed, refused and quiet.

mod access;
mod admission;
mod closing;
mod codes;
mod destruction;
mod directory;
mod grammar;
mod information;
mod invitations;
mod legacy_records;
mod machine;
mod notice;
mod opening;
mod opposition;
mod order;
mod persons;
mod reading;
mod refusals;
mod representation;
mod requests;
mod stories;
mod suspension;
mod window_table;

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;

use crate::policy::Policy;
use crate::rpps::Rpps;

use super::{HealthSpace, SpaceCommand, SpaceEvent};

/// A space whose holder signed up, for the rules of what a space contains.
pub(crate) fn an_active_space() -> HealthSpace {
    grammar::space_after(stories::active())
}

/// A space whose opening was opposed.
pub(crate) fn an_opposed_space() -> HealthSpace {
    grammar::space_after(stories::opposed())
}

/// An active space that let the professional `a_doctor(1)` in for everything, on 1 June 2026.
pub(crate) fn a_shared_space() -> HealthSpace {
    after(an_active_space(), requests::grant(stories::LATER, 1, None))
}

/// The same, with that professional blocked afterwards.
pub(crate) fn a_space_that_blocks() -> HealthSpace {
    after(a_shared_space(), requests::block(stories::LATER, 1))
}

/// A space whose content was destroyed.
pub(crate) fn a_destroyed_space() -> HealthSpace {
    grammar::space_after(stories::destroyed())
}

/// A space that was opposed from 20 March 2026 until 1 June 2026, then opened, and shared with `a_doctor(1)`.
pub(crate) fn a_space_that_was_opposed() -> HealthSpace {
    after(after(an_opposed_space(), requests::withdraw_at_desk(stories::LATER)), requests::grant(stories::LATER, 1, None))
}

/// The open space of a child who comes of age on 15 September 2026, and has a representative until then.
pub(crate) fn a_childs_space() -> HealthSpace {
    grammar::space_after(stories::open_child())
}

/// A space that `a_doctor(1)` was let into, and that a medical record of 5 November 2019 joined.
pub(crate) fn a_space_with_a_legacy_record() -> HealthSpace {
    after(a_shared_space(), requests::join_legacy(stories::LATER, "2019-11-05"))
}

/// The same, of a person who opposed from 20 March until 1 June 2026.
pub(crate) fn a_space_with_a_legacy_record_that_was_opposed() -> HealthSpace {
    after(a_space_that_was_opposed(), requests::join_legacy(stories::LATER, "2019-11-05"))
}

/// The space after one more request.
fn after(mut space: HealthSpace, request: impl Into<SpaceCommand>) -> HealthSpace {
    let decided = space.decide(request.into(), &Policy::default()).unwrap();
    decided.into_iter().for_each(|event| space.apply(event));
    space
}

/// A space in each place of its life in which nothing is put into it, by the name of the place.
pub(crate) fn spaces_out_of_service() -> Vec<(&'static str, HealthSpace)> {
    let space = |story: Vec<SpaceEvent>| grammar::space_after(story);
    vec![
        ("none", HealthSpace::default()),
        ("created", space(stories::created())),
        ("notified", space(stories::notified())),
        ("unreachable", space(stories::unreachable())),
        ("blocked", space(stories::blocked())),
        ("opposed", space(stories::opposed())),
        ("suspended", space(stories::suspended())),
        ("closed", space(stories::closed())),
        ("to be destroyed", space(stories::doomed())),
        ("destroyed", space(stories::destroyed())),
        ("closed by death", space(stories::dead_and_closed())),
        ("ended by death", space(stories::ended())),
    ]
}

/// An invented professional.
pub(crate) fn a_doctor(number: u32) -> Rpps {
    persons::doctor(number)
}

/// Spaces at every place of their life, each under the name of its story.
pub(crate) fn spaces_of_every_stage() -> [(&'static str, HealthSpace); 11] {
    let after = grammar::space_after;
    [
        ("created", after(stories::created())),
        ("notified", after(stories::notified())),
        ("unreachable", after(stories::unreachable())),
        ("blocked", after(stories::blocked())),
        ("ended", after(stories::ended())),
        ("opposed", after(stories::opposed())),
        ("open", after(stories::open())),
        ("suspended", after(stories::suspended())),
        ("closed", after(stories::closed())),
        ("dead", after(stories::dead_and_closed())),
        ("destroyed", after(stories::destroyed())),
    ]
}

/// The open space of a child with a representative; the eighteenth birthday is [`persons::child`]'s.
pub(crate) fn an_open_childs_space() -> HealthSpace {
    grammar::space_after(stories::open_child())
}

/// An instant on a Paris clock, such as `2026-03-02 10:00`.
pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    persons::at(text)
}

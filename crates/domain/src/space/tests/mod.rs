//! The rules of a space's life, one test a rule and named by it: for every command allowed, refused and quiet.

mod access;
mod admission;
mod closing;
mod codes;
mod destruction;
mod grammar;
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

use super::HealthSpace;

/// A space whose holder signed up, for the rules of what a space contains.
pub(crate) fn an_active_space() -> HealthSpace {
    grammar::space_after(stories::active())
}

/// A space whose opening was opposed.
pub(crate) fn an_opposed_space() -> HealthSpace {
    grammar::space_after(stories::opposed())
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

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

/// An instant on a Paris clock, such as `2026-03-02 10:00`.
pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    persons::at(text)
}

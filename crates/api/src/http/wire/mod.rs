//! How requests are read and answers written: bodies, conditions, positions, pages, idempotency keys, limits.

pub(crate) use answer::{Done, PositionHeaders, WriteAnswer, position_headers};
pub(crate) use conditions::IfNoneMatch;
pub(crate) use idempotency::{RequestContent, read as idempotency_key, under_key};
pub(crate) use json::{FieldChecks, parse as parse_json};
pub(crate) use limits::limited;
pub(crate) use paging::Page;
pub(crate) use parameters::{ChangeHeaders, CreationHeaders, ReadHeaders, SpacePath};
pub(crate) use position::{ENS_POSITION, Freshness, Position};
pub(crate) use request::{BodyRequest, EmptyBody, ItemChange, SpaceChange, SpaceTarget, execute, is_member, read_body};
pub(crate) use streamed::answer_lines;
pub(crate) use trace_of_minute::trace_of_minute;

mod answer;
mod conditions;
mod idempotency;
mod json;
mod limits;
mod paging;
mod parameters;
mod position;
mod request;
mod streamed;
mod trace_of_minute;

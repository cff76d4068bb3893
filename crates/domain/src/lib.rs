//! The rules of a French digital health space (*espace numérique de santé*): what may happen to one, when, by whom, and what
//! is then written down.
//!
//! Pure: nothing here knows the time, draws randomness, reads the environment, opens a file or a socket. Instants, randomness, keys and
//! policy come in with the call, so every decision can be replayed.
//!
//! A value ([`ins`], [`rpps`], [`address`] …) is parsed once, and right from then on; what belongs to a person travels as
//! [`personal::Personal`], which no rule looks into, or as
//! [`guarded::Guarded`] where a rule must compare it.

pub mod access;
pub mod address;
pub mod calendar;
pub mod code;
pub mod email;
pub mod event;
pub mod finess;
pub mod french;
pub mod guarded;
pub mod identity;
pub mod ids;
pub mod ins;
mod luhn;
pub mod organism;
mod parsed;
pub mod party;
pub mod personal;
pub mod phone;
pub mod policy;
pub mod rpps;
pub mod sections;
pub mod space;
pub mod stream;

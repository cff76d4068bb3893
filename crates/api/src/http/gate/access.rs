//! Who may take a route.

use super::role::Role;
use super::role::Role::{Admin, Auditor, Caregiver, Cnam, Holder, Insurer, Professional, Representative, Service, Support};

/// Who may take a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody: nothing of a person is told or changed.
    Anyone,
    /// Anybody, with a provisional code as the proof of who they are; so many requests a second from one address.
    WithCode,
    /// A token of one of these roles; a holder or a representative for their own spaces only, an insurer for its members only.
    Roles(&'static [Role]),
}

impl Access {
    /// CNAM alone.
    pub const CNAM: Self = Self::Roles(&[Cnam]);
    /// Auditors alone.
    pub const AUDITORS: Self = Self::Roles(&[Auditor]);
    /// Those who read the life of a space: nothing in it says who the person is.
    pub const READERS: Self = Self::Roles(&[Holder, Representative, Cnam, Insurer, Support, Auditor]);
    /// The holder and who acts for the holder.
    pub const HOLDER_SIDE: Self = Self::Roles(&[Holder, Representative]);
    /// The holder of a space alone.
    pub const HOLDERS: Self = Self::Roles(&[Holder]);
    /// Those who act for others alone.
    pub const REPRESENTATIVES: Self = Self::Roles(&[Representative]);
    /// Professionals, as far as the gate of the domain lets them.
    pub const PROFESSIONALS: Self = Self::Roles(&[Professional]);
    /// Those who may read or write what a space contains, as far as the gate of the domain lets them.
    pub const CONTENT_READERS: Self = Self::Roles(&[Holder, Representative, Caregiver, Professional, Service]);
    /// They, and CNAM, which brings the documents of a medical record that is older than the space.
    pub const DEPOSITORS: Self = Self::Roles(&[Holder, Representative, Caregiver, Professional, Service, Cnam]);
    /// They, or somebody whom the holder lets help.
    pub const HOLDER_SIDE_OR_CAREGIVER: Self = Self::Roles(&[Holder, Representative, Caregiver]);
    /// The holder's side, or a support agent for them.
    pub const HOLDER_SIDE_OR_SUPPORT: Self = Self::Roles(&[Holder, Representative, Support]);
    /// They, or an agent.
    pub const HOLDER_SIDE_OR_AGENTS: Self = Self::Roles(&[Holder, Representative, Insurer, Support]);
    /// Those who may declare contacts: all who know the person or are the person.
    pub const DECLARANTS: Self = Self::Roles(&[Holder, Representative, Cnam, Insurer, Support]);
    /// Agents who prove identities at a desk, by letter or by phone.
    pub const AGENTS: Self = Self::Roles(&[Insurer, Support]);
    /// Those who keep the persons' data.
    pub const REGISTRARS: Self = Self::Roles(&[Cnam, Insurer, Support]);
    /// The machines that report what became of messages.
    pub const REPORTERS: Self = Self::Roles(&[Cnam, Admin]);
    /// Those who follow the campaign in numbers.
    pub const OBSERVERS: Self = Self::Roles(&[Cnam, Insurer, Auditor, Admin]);
    /// Those who plan the openings.
    pub const PLANNERS: Self = Self::Roles(&[Cnam, Admin]);
}

//! What is known of a person when their space is created, or created anew: identity, contacts, insurer, department.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::address::PostalAddress;
use crate::email::EmailAddress;
use crate::identity::Identity;
use crate::ins::Ins;
use crate::organism::{Department, InsurerCode};
use crate::personal::Personal;
use crate::phone::PhoneNumber;

use super::terms::Channel;

/// What CNAM and the insurer know of a person when the space is created, or created anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Admission {
    /// The national health identity (INS).
    pub ins: Personal<Ins>,
    /// The civil traits that go with it.
    pub identity: Personal<Identity>,
    /// What the insurer holds to reach the person.
    pub contacts: Contacts,
    /// The fund the person belongs to.
    pub insurer: InsurerCode,
    /// Where the person lives, for the campaign's counts.
    pub department: Department,
    /// The eighteenth birthday of a minor; the day on which every representation of a minor ends.
    pub comes_of_age_on: Option<NaiveDate>,
    /// Since when the person has had a medical record (DMP) older than the space.
    pub medical_record_since: Option<NaiveDate>,
}

/// The contacts declared to the insurer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Contacts {
    /// Where the notice goes first.
    pub email: Option<Personal<EmailAddress>>,
    /// Where it goes without e-mail, or where the e-mail fails.
    pub address: Option<Personal<PostalAddress>>,
    /// Shown to agents, never used for a notice.
    pub phone: Option<Personal<PhoneNumber>>,
}

impl Contacts {
    /// How the first notice goes: by e-mail to the declared address, else by post (article R. 1111-28).
    pub const fn first_channel(&self) -> Option<Channel> {
        match (&self.email, &self.address) {
            (Some(_), _) => Some(Channel::Email),
            (None, Some(_)) => Some(Channel::Post),
            (None, None) => None,
        }
    }

    /// Whether a contact is known to which a message can go this way.
    pub(super) const fn has(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.email.is_some(),
            Channel::Post => self.address.is_some(),
        }
    }
}

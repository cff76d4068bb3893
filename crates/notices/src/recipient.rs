//! Who a message goes to: the holder or their representative, with the address for one channel. Unsealed to write one message.

use std::fmt;

use chrono::NaiveDate;
use ens_domain::address::PostalAddress;
use ens_domain::email::EmailAddress;
use ens_domain::identity::Identity;
use ens_domain::ids::SpaceId;
use ens_domain::organism::InsurerCode;
use ens_domain::personal::Personal;
use ens_domain::space::HealthSpace;
use ens_domain::space::terms::{Channel, RepresentationKind};
use ens_store::{KeyRing, OpenError};

/// The person addressed, and for whom.
#[derive(Clone, PartialEq, Eq)]
pub enum Audience {
    /// The person whose space it is.
    Holder {
        /// How they are called.
        name: String,
    },
    /// Who represents a minor; unnamed where the insurer declared nobody.
    ParentOf {
        /// How they are called.
        name: Option<String>,
        /// How the child is called.
        child: String,
    },
    /// The person in charge of a protected adult's measure.
    GuardianOf {
        /// How they are called.
        name: String,
        /// How the protected person is called.
        protected: String,
    },
    /// A health professional, told of somebody whom they treat or had read of.
    Professional {
        /// How that person is called.
        patient: String,
        /// When that person was born: many bear the same name.
        born_on: NaiveDate,
    },
}

/// One message's recipient, in clear: never logged, never kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Who is addressed.
    pub audience: Audience,
    /// Where the message goes, by the channel that it was unsealed for.
    pub destination: Destination,
    /// The fund that sends the message.
    pub insurer: InsurerCode,
}

/// Where a message goes.
#[derive(Clone, PartialEq, Eq)]
pub enum Destination {
    /// To a mailbox.
    Mailbox(EmailAddress),
    /// To a letter box.
    LetterBox(PostalAddress),
    /// The contact for this channel is not declared any more.
    Nowhere,
}

impl fmt::Debug for Recipient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Recipient(…)")
    }
}

impl Recipient {
    /// The name in the address block of a letter.
    pub fn envelope_name(&self) -> String {
        match &self.audience {
            Audience::Holder { name } | Audience::ParentOf { name: Some(name), .. } | Audience::GuardianOf { name, .. } => name.clone(),
            Audience::ParentOf { name: None, child } => format!("Famille {child}"),
            Audience::Professional { .. } => String::new(),
        }
    }

    /// Unseals what one message by this channel needs, and no more.
    ///
    /// # Errors
    /// The space is destroyed, or a seal does not open.
    pub fn open(sealed: &SealedRecipient<'_>, channel: Channel) -> Result<Self, OpenError> {
        let insurer = sealed.state.insurer().ok_or(OpenError::Destroyed)?.clone();
        Ok(Self { audience: sealed.audience()?, destination: sealed.destination(channel)?, insurer })
    }

    /// A professional who is told of the person, by this mailbox; nowhere while none is known.
    ///
    /// # Errors
    /// As [`Recipient::open`].
    pub fn professional(sealed: &SealedRecipient<'_>, mailbox: Option<&EmailAddress>) -> Result<Self, OpenError> {
        let insurer = sealed.state.insurer().ok_or(OpenError::Destroyed)?.clone();
        let identity = sealed.keys.open(sealed.space, sealed.state.identity().ok_or(OpenError::Destroyed)?)?;
        let audience = Audience::Professional { patient: identity.called(), born_on: identity.born_on() };
        Ok(Self { audience, destination: mailbox.cloned().map_or(Destination::Nowhere, Destination::Mailbox), insurer })
    }
}

/// A space whose recipient is still sealed, with the keys that unseal it.
#[derive(Debug)]
pub struct SealedRecipient<'a> {
    /// Which space.
    pub space: SpaceId,
    /// The space.
    pub state: &'a HealthSpace,
    /// Its keys.
    pub keys: &'a KeyRing,
    /// The day on which the message is sent, in Paris: who is a child depends on it.
    pub today: NaiveDate,
}

impl SealedRecipient<'_> {
    /// A representative is addressed in the holder's place; a child's notice goes to a grown-up even where none was declared.
    fn audience(&self) -> Result<Audience, OpenError> {
        let holder = self.called(self.state.identity().ok_or(OpenError::Destroyed)?)?;
        let acting = self.state.representatives().find(|(_, one)| one.ends_on.is_none_or(|end| self.today < end));
        let Some((_, representation)) = acting else {
            let is_child = self.state.comes_of_age_on().is_some_and(|birthday| self.today < birthday);
            return Ok(if is_child { Audience::ParentOf { name: None, child: holder } } else { Audience::Holder { name: holder } });
        };
        let name = self.called(&representation.representative)?;
        Ok(match representation.kind {
            RepresentationKind::Minor => Audience::ParentOf { name: Some(name), child: holder },
            RepresentationKind::ProtectedAdult => Audience::GuardianOf { name, protected: holder },
        })
    }

    fn called(&self, identity: &Personal<Identity>) -> Result<String, OpenError> {
        self.keys.open(self.space, identity).map(|identity| identity.called())
    }

    fn destination(&self, channel: Channel) -> Result<Destination, OpenError> {
        let contacts = self.state.contacts().ok_or(OpenError::Destroyed)?;
        Ok(match channel {
            Channel::Email => match &contacts.email {
                Some(email) => Destination::Mailbox(self.keys.open(self.space, email)?),
                None => Destination::Nowhere,
            },
            Channel::Post => match &contacts.address {
                Some(address) => Destination::LetterBox(self.keys.open(self.space, address)?),
                None => Destination::Nowhere,
            },
        })
    }
}

//! The ids that are given once: time-ordered UUIDs (version 7), built from a given instant and given randomness.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

/// An id that is not a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057")]
pub struct NotAnId;

macro_rules! time_ordered_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id for this instant, from ten bytes of randomness.
            pub fn at(at: DateTime<Utc>, randomness: [u8; 10]) -> Self {
                let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
                Self(Builder::from_unix_timestamp_millis(millis, &randomness).into_uuid())
            }

            /// The id as a UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self).map_err(|_| NotAnId)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

time_ordered_id! {
    /// One person's space, for ever; says nothing about the person.
    SpaceId
}
time_ordered_id! {
    /// One thing that a space contains: a document, a measure, a conversation. Where a partner names it, the store makes its id of the name.
    ItemId
}
time_ordered_id! {
    /// One content: the bytes of a document or an attachment, as they were deposited once. New bytes have a new id.
    ContentId
}
time_ordered_id! {
    /// One message to a person (e-mail or letter); stable over every retry, so a receiver can tell a repeat.
    MessageId
}
time_ordered_id! {
    /// One authorisation given by the holder.
    GrantId
}
time_ordered_id! {
    /// One representation of a minor or a protected adult.
    RepresentationId
}
time_ordered_id! {
    /// One caregiver (*aidant*), by the id of their own space: the same person in every space in which they help, whatever INS they get.
    CaregiverId
}
time_ordered_id! {
    /// Somebody who is invited to represent a minor, by the id of their own space.
    InviteeId
}
time_ordered_id! {
    /// One invitation to represent a minor as the second parent.
    InvitationId
}
time_ordered_id! {
    /// One service of the national catalogue.
    ServiceId
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_version_7() {
        let at = DateTime::from_timestamp_millis(1_660_000_000_123).unwrap();
        let id = SpaceId::at(at, [9; 10]);
        assert_eq!((id.uuid().get_version_num(), id.uuid().get_variant()), (7, uuid::Variant::RFC4122));
        assert_eq!(id.uuid().get_timestamp().unwrap().to_unix(), (1_660_000_000, 123_000_000));
    }

    #[test]
    fn an_id_travels_as_its_text() {
        let id = MessageId::at(DateTime::UNIX_EPOCH, [9; 10]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
        assert_eq!("not-an-id".parse::<GrantId>(), Err(NotAnId));
    }

    proptest! {
        #[test]
        fn a_later_id_sorts_after_an_earlier_one(earlier in 0i64..4_000_000_000_000, gap in 1i64..1_000_000, first: [u8; 10], second: [u8; 10]) {
            let at = |millis| DateTime::from_timestamp_millis(millis).unwrap();
            let (first, second) = (SpaceId::at(at(earlier), first), SpaceId::at(at(earlier + gap), second));
            prop_assert!(first < second && first.to_string() < second.to_string());
        }
    }
}

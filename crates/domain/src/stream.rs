//! Streams: what names one in the log, and what every event of one says whatever it is about.
//!
//! The life of a space is the stream `SPACE`; each thing that the space contains is a stream of its own, `SPACE/ITEM`.
//! - a stream's id travels as its text
//! - an event of a group comes back by its stored name

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use crate::ids::{ItemId, NotAnId, SpaceId};

/// What an event does to the key under which the personal data of its space is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyEffect {
    /// Nothing.
    Keep,
    /// It destroys it: nobody can read the personal data of the space any more.
    Destroy,
    /// It lets a new one be made after a destruction.
    Renew,
}

/// Which stream of the log, whatever its kind: the space's own, or an item's in it. Its text is `aggregate_id` in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    space: SpaceId,
    item: Option<ItemId>,
}

impl StreamId {
    /// The stream of a space's life.
    pub const fn of_space(space: SpaceId) -> Self {
        Self { space, item: None }
    }

    /// The stream of an item that the space contains.
    pub const fn of_item(space: SpaceId, item: ItemId) -> Self {
        Self { space, item: Some(item) }
    }

    /// The space that the stream belongs to.
    pub const fn space(self) -> SpaceId {
        self.space
    }

    /// The item, unless it is the space's own stream.
    pub const fn item(self) -> Option<ItemId> {
        self.item
    }
}

impl From<SpaceId> for StreamId {
    fn from(space: SpaceId) -> Self {
        Self::of_space(space)
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.item {
            None => self.space.fmt(formatter),
            Some(item) => write!(formatter, "{}/{item}", self.space),
        }
    }
}

impl FromStr for StreamId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        match text.split_once('/') {
            None => Ok(Self::of_space(text.parse()?)),
            Some((space, item)) => Ok(Self::of_item(space.parse()?, item.parse()?)),
        }
    }
}

/// A group of events, each stored under its own name.
pub trait NamedEvent {
    /// The stored names, in the order of the contract.
    const NAMES: &'static [&'static str];

    /// The name of this event.
    fn name(&self) -> &'static str;

    /// When it happened.
    fn at(&self) -> DateTime<Utc>;
}

/// The entry of a JSON object whose key was read already, and found among known names.
pub(crate) struct Entry<A> {
    pub(crate) name: &'static str,
    key: Option<&'static str>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> Entry<A> {
    /// Reads the first key of `map`, which must be one of `names`.
    pub(crate) fn first_of(mut map: A, names: &[&'static [&'static str]]) -> Result<Self, A::Error> {
        let name = map.next_key_seed(OneOf(names))?.ok_or_else(|| A::Error::custom("an event without a name"))?;
        Ok(Self { name, key: Some(name), rest: map })
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entry<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.key.take() {
            Some(name) => seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some),
            None => self.rest.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.rest.next_value_seed(seed)
    }
}

/// Reads a key as one of these names.
struct OneOf<'a>(&'a [&'static [&'static str]]);

impl<'de> DeserializeSeed<'de> for OneOf<'_> {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<&'static str, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for OneOf<'_> {
    type Value = &'static str;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of an event")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<&'static str, E> {
        // What was read may be anything, so the message does not repeat it.
        self.0.iter().copied().flatten().copied().find(|known| *known == name).ok_or_else(|| E::custom("an unknown event"))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::space::{CodeEvent, SpaceEvent};

    #[test]
    fn a_streams_id_travels_as_its_text() {
        let (space, item) = (SpaceId::from(Uuid::from_u128(1)), ItemId::from(Uuid::from_u128(2)));
        for (id, text) in [
            (StreamId::of_space(space), "00000000-0000-0000-0000-000000000001"),
            (StreamId::of_item(space, item), "00000000-0000-0000-0000-000000000001/00000000-0000-0000-0000-000000000002"),
        ] {
            assert_eq!((id.to_string().as_str(), text.parse()), (text, Ok(id)));
            assert_eq!((id.space(), StreamId::from(id.space()).item()), (space, None));
        }
        for other in ["", "x", "00000000-0000-0000-0000-000000000001/", "00000000-0000-0000-0000-000000000001/x/y"] {
            assert_eq!(other.parse::<StreamId>(), Err(NotAnId), "{other}");
        }
    }

    #[test]
    fn an_event_of_a_group_comes_back_by_its_stored_name() {
        let event = SpaceEvent::from(CodeEvent::CodeLocked { at: DateTime::UNIX_EPOCH });
        let stored = serde_json::to_value(&event).unwrap();
        assert_eq!(stored.as_object().unwrap().keys().collect::<Vec<_>>(), ["CodeLocked"]);
        assert_eq!(serde_json::from_value::<SpaceEvent>(stored).unwrap(), event);
        assert!(serde_json::from_str::<SpaceEvent>(r#"{"Teleported":{}}"#).is_err());
    }
}

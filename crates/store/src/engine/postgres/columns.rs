//! A row of binary columns, read by serde as the same row in JSON would be: an object, ids and days and instants as text.
//!
//! - a row of columns reads as the same row in JSON

use serde::de::value::{BorrowedStrDeserializer, Error};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc};
use uuid::Uuid;

use crate::ground::StoreError;

/// A row of binary columns.
pub(crate) struct Columns(Row);

impl Columns {
    /// The row, and the space that it is of.
    pub(super) fn of(row: Row) -> Result<(Uuid, Self), StoreError> {
        let space = row.try_get("space").map_err(|_| StoreError::Malformed("a space of a row is not an id"))?;
        Ok((space, Self(row)))
    }

    /// The row as an `R`, whose fields have the names of the columns.
    pub(crate) fn read<R: DeserializeOwned>(&self) -> Result<R, StoreError> {
        // The message can repeat what was read, so it goes no further.
        R::deserialize(Cells { row: &self.0, next: 0 }).map_err(|_| StoreError::Malformed("a row has another shape than asked for"))
    }
}

/// The cells of a row from one on.
struct Cells<'de> {
    row: &'de Row,
    next: usize,
}

impl<'de> Deserializer<'de> for Cells<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Cells<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.row.columns().get(self.next).map(|column| seed.deserialize(BorrowedStrDeserializer::new(column.name()))).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let index = self.next;
        self.next += 1;
        seed.deserialize(Cell { row: self.row, index })
    }
}

/// One value of a row.
struct Cell<'de> {
    row: &'de Row,
    index: usize,
}

impl<'de> Cell<'de> {
    fn raw(&self) -> Result<(&'de Type, Option<&'de [u8]>), Error> {
        let raw: Option<Raw<'de>> = self.row.try_get(self.index).map_err(Error::custom)?;
        let column = self.row.columns().get(self.index).ok_or_else(|| Error::custom("a column is missing"))?;
        Ok((column.type_(), raw.map(|raw| raw.0)))
    }
}

fn get<'de, T: FromSql<'de>>(kind: &Type, raw: &'de [u8]) -> Result<T, Error> {
    T::from_sql(kind, raw).map_err(Error::custom)
}

/// A value of any type as it came.
struct Raw<'de>(&'de [u8]);

impl<'de> FromSql<'de> for Raw<'de> {
    fn from_sql(_: &Type, raw: &'de [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Text of at most so many bytes, written without a detour over the heap: a row has many of them.
#[derive(Default)]
struct Short {
    bytes: [u8; 32],
    length: usize,
}

impl Short {
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    /// A number in so many digits, the lowest if it has more.
    fn digits(mut self, number: u32, digits: u32) -> Self {
        for power in (0..digits).rev() {
            let digit = number / 10_u32.pow(power) % 10;
            self.push(b'0' + u8::try_from(digit).unwrap_or_default());
        }
        self
    }

    fn mark(mut self, mark: u8) -> Self {
        self.push(mark);
        self
    }

    /// As ISO 8601 writes it; a year that has not four digits is none that a row holds.
    fn day(self, day: NaiveDate) -> Result<Self, Error> {
        // A year that does not fit is answered with the error of this column.
        let year = u32::try_from(day.year()).ok().filter(|year| *year <= 9999).ok_or_else(|| Error::custom("a day out of reach"))?;
        Ok(self.digits(year, 4).mark(b'-').digits(day.month(), 2).mark(b'-').digits(day.day(), 2))
    }

    fn instant(self, at: NaiveDateTime) -> Result<Self, Error> {
        let day = self.day(at.date())?.mark(b'T').digits(at.hour(), 2).mark(b':').digits(at.minute(), 2).mark(b':').digits(at.second(), 2);
        Ok(day.mark(b'.').digits(at.nanosecond() / 1_000, 6).mark(b'Z'))
    }

    fn text(&self) -> &str {
        // Only digits and ASCII marks were written.
        self.bytes.get(..self.length).and_then(|written| std::str::from_utf8(written).ok()).unwrap_or_default()
    }
}

impl<'de> Deserializer<'de> for Cell<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.raw()? {
            (_, None) => visitor.visit_unit(),
            (kind, Some(raw)) => visit(kind, raw, visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.raw()? {
            (_, None) => visitor.visit_none(),
            (_, Some(_)) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (kind, raw) = self.raw()?;
        let word = get(kind, raw.ok_or_else(|| Error::custom("a word is missing"))?)?;
        let word: BorrowedStrDeserializer<'de, Error> = BorrowedStrDeserializer::new(word);
        word.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

/// What a column of this type holds, as JSON would say it.
fn visit<'de, V: Visitor<'de>>(kind: &Type, raw: &'de [u8], visitor: V) -> Result<V::Value, Error> {
    match *kind {
        Type::INT2 => visitor.visit_i64(get::<i16>(kind, raw)?.into()),
        Type::INT4 => visitor.visit_i64(get::<i32>(kind, raw)?.into()),
        Type::INT8 => visitor.visit_i64(get(kind, raw)?),
        Type::TEXT => visitor.visit_borrowed_str(get(kind, raw)?),
        Type::UUID => visitor.visit_str(get::<Uuid>(kind, raw)?.hyphenated().encode_lower(&mut Uuid::encode_buffer())),
        Type::DATE => visitor.visit_str(Short::default().day(get(kind, raw)?)?.text()),
        Type::TIMESTAMPTZ => visitor.visit_str(Short::default().instant(get::<DateTime<Utc>>(kind, raw)?.naive_utc())?.text()),
        _ => Err(Error::custom("a column has a type that no read model has")),
    }
}

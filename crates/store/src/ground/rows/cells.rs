//! The serde side of taking a row apart: a struct or a map whose values are words, numbers or nothing.

use std::fmt::{self, Display, Write as _};

use serde::ser::{Error, Impossible, Serialize, SerializeMap, SerializeStruct, Serializer};

use super::fitting;

/// Where one value stands in the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Null,
    Number,
    Text,
}

/// A value that a flat row cannot hold.
#[derive(Debug)]
pub(super) struct NotFlat;

impl Display for NotFlat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a row is flat")
    }
}

impl std::error::Error for NotFlat {}

impl Error for NotFlat {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

/// Takes one row apart.
pub(super) struct RowCells<'a> {
    columns: &'static [&'static str],
    text: &'a mut String,
    /// One a column.
    cells: &'a mut [Cell],
    /// The column that comes next where the row keeps the table's order.
    next: usize,
    named: Option<usize>,
}

impl<'a> RowCells<'a> {
    pub(super) const fn new(columns: &'static [&'static str], text: &'a mut String, cells: &'a mut [Cell]) -> Self {
        Self { columns, text, cells, next: 0, named: None }
    }

    fn find(&self, name: &str) -> Result<usize, NotFlat> {
        if self.columns.get(self.next) == Some(&name) {
            return Ok(self.next);
        }
        self.columns.iter().position(|column| *column == name).ok_or(NotFlat)
    }

    fn fill(&mut self, column: usize, value: &(impl Serialize + ?Sized)) -> Result<(), NotFlat> {
        self.next = column + 1;
        let start = self.text.len();
        let kind = value.serialize(CellText(self.text))?;
        let cell = self.cells.get_mut(column).ok_or(NotFlat)?;
        *cell = Cell { start, end: self.text.len(), kind };
        Ok(())
    }
}

impl SerializeStruct for RowCells<'_> {
    type Ok = ();
    type Error = NotFlat;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), NotFlat> {
        let column = self.find(name)?;
        self.fill(column, value)
    }

    fn end(self) -> Result<(), NotFlat> {
        Ok(())
    }
}

impl SerializeMap for RowCells<'_> {
    type Ok = ();
    type Error = NotFlat;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), NotFlat> {
        let mut text = String::new();
        name.serialize(CellText(&mut text))?;
        self.named = Some(self.find(&text)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotFlat> {
        let column = self.named.take().ok_or(NotFlat)?;
        self.fill(column, value)
    }

    fn end(self) -> Result<(), NotFlat> {
        Ok(())
    }
}

/// What a serde serializer refuses here, one line each.
macro_rules! refused {
    ($($name:ident($($argument:ty),*) -> $answer:ty;)*) => {
        $(fn $name(self, $(_: $argument),*) -> Result<$answer, NotFlat> {
            Err(NotFlat)
        })*
    };
}

type Never<Ok> = Impossible<Ok, NotFlat>;

impl<'a> Serializer for RowCells<'a> {
    type Ok = ();
    type Error = NotFlat;
    type SerializeSeq = Never<()>;
    type SerializeTuple = Never<()>;
    type SerializeTupleStruct = Never<()>;
    type SerializeTupleVariant = Never<()>;
    type SerializeMap = RowCells<'a>;
    type SerializeStruct = RowCells<'a>;
    type SerializeStructVariant = Never<()>;

    fn serialize_map(self, _: Option<usize>) -> Result<Self, NotFlat> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, NotFlat> {
        Ok(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotFlat> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), NotFlat> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, _: &'static str, _: &T) -> Result<(), NotFlat> {
        Err(NotFlat)
    }

    refused! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Never<()>;
        serialize_tuple(usize) -> Never<()>;
        serialize_tuple_struct(&'static str, usize) -> Never<()>;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never<()>;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never<()>;
    }
}

/// Writes one value at the end of a text, and answers with its kind.
struct CellText<'a>(&'a mut String);

impl CellText<'_> {
    fn number(self, number: impl Display) -> Result<Kind, NotFlat> {
        write!(self.0, "{number}").map_err(|_| NotFlat)?;
        Ok(Kind::Number)
    }
}

macro_rules! numbers {
    ($($name:ident($number:ty);)*) => {
        $(fn $name(self, number: $number) -> Result<Kind, NotFlat> {
            self.number(number)
        })*
    };
}

impl Serializer for CellText<'_> {
    type Ok = Kind;
    type Error = NotFlat;
    type SerializeSeq = Never<Kind>;
    type SerializeTuple = Never<Kind>;
    type SerializeTupleStruct = Never<Kind>;
    type SerializeTupleVariant = Never<Kind>;
    type SerializeMap = Never<Kind>;
    type SerializeStruct = Never<Kind>;
    type SerializeStructVariant = Never<Kind>;

    numbers! {
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_f32(f32);
        serialize_f64(f64);
    }

    fn serialize_u64(self, number: u64) -> Result<Kind, NotFlat> {
        self.number(fitting::number(number))
    }

    fn serialize_str(self, value: &str) -> Result<Kind, NotFlat> {
        self.0.push_str(&fitting::text(value));
        Ok(Kind::Text)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<Kind, NotFlat> {
        let start = self.0.len();
        write!(self.0, "{value}").map_err(|_| NotFlat)?;
        // Days and instants come this way; ids, words and texts as strings.
        if let Some(fitted) = self.0.get(start..).and_then(fitting::time) {
            self.0.truncate(start);
            self.0.push_str(&fitted);
        }
        Ok(Kind::Text)
    }

    fn serialize_char(self, value: char) -> Result<Kind, NotFlat> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_none(self) -> Result<Kind, NotFlat> {
        Ok(Kind::Null)
    }

    fn serialize_unit(self) -> Result<Kind, NotFlat> {
        Ok(Kind::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Kind, NotFlat> {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, word: &'static str) -> Result<Kind, NotFlat> {
        self.serialize_str(word)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Kind, NotFlat> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, _: &'static str, _: &T) -> Result<Kind, NotFlat> {
        Err(NotFlat)
    }

    refused! {
        serialize_bool(bool) -> Kind;
        serialize_bytes(&[u8]) -> Kind;
        serialize_unit_struct(&'static str) -> Kind;
        serialize_map(Option<usize>) -> Never<Kind>;
        serialize_struct(&'static str, usize) -> Never<Kind>;
        serialize_seq(Option<usize>) -> Never<Kind>;
        serialize_tuple(usize) -> Never<Kind>;
        serialize_tuple_struct(&'static str, usize) -> Never<Kind>;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never<Kind>;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never<Kind>;
    }
}

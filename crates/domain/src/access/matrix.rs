//! The access matrix (*matrice d'habilitation*): which types of document each profession may read, as dated and versioned data.
//!
//! - what the matrix does not open stays closed
//! - a row that names a type beats one that names all
//! - a wrong row is refused with its number and what to mend
//! - the built in matrix can be read

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::document_type::DocumentType;
use super::profession::Profession;

/// The known part of the order of 26 October 2023; each row names its source.
const BUILT_IN: &str = include_str!("matrix_2023-10-26.json");
/// In a row, every type of document.
const EVERY_TYPE: &str = "*";

/// Which types of document each profession may read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "MatrixText", into = "MatrixText")]
pub struct AccessMatrix {
    text: MatrixText,
    readable: BTreeMap<Profession, BTreeSet<DocumentType>>,
}

/// A matrix as it is written down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MatrixText {
    version: String,
    #[serde(deserialize_with = "day")]
    effective_on: NaiveDate,
    source: String,
    rows: Vec<MatrixRow>,
}

fn day<'de, D: Deserializer<'de>>(value: D) -> Result<NaiveDate, D::Error> {
    let text = String::deserialize(value)?;
    text.parse().map_err(|_| D::Error::custom(format_args!("effective_on {text:?} is no day: write it as 2023-10-30")))
}

/// One row of a matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatrixRow {
    /// The national code of a profession.
    pub profession: String,
    /// The codes of types of document, or `*` alone for every type.
    pub types: Vec<String>,
    /// Whether the profession reads them.
    pub readable: bool,
    /// Where that is written.
    pub source: String,
}

/// Why a text is no matrix; rows are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "a variant's message says what its fields are")]
pub enum MatrixError {
    /// The text is not JSON of this form.
    #[error("not an access matrix: {problem}")]
    Form { problem: String },
    /// A decision could not name it.
    #[error("the matrix has no version: give one, such as 2023-10-26")]
    NoVersion,
    /// A row is about nobody.
    #[error("row {row}: no profession has the code {code:?}: use one of TRE_G15, such as 10 for doctors")]
    UnknownProfession { row: usize, code: String },
    /// A row is about nothing.
    #[error("row {row}: no type of document has the code {code:?}: use one of JDV_J07, or * alone for every type")]
    UnknownType { row: usize, code: String },
    /// A row says nothing.
    #[error("row {row}: no type of document is named: name some, or * alone for every type")]
    NoTypes { row: usize },
    /// The same is said twice, and whoever changes one of the two would miss the other.
    #[error("{about} stands in row {first} and again in row {second}: keep it in one of them")]
    Twice { first: usize, second: usize, about: String },
    /// Two rows of the same force disagree.
    #[error("rows {first} and {second} contradict each other about {about}: keep one of them")]
    Contradiction { first: usize, second: usize, about: String },
}

/// What a row says of one profession and one type, and which row it is.
#[derive(Clone, Copy)]
struct Said {
    row: usize,
    readable: bool,
}

/// What the rows say of one profession.
#[derive(Default)]
struct Column {
    of_every_type: Option<Said>,
    of_types: BTreeMap<DocumentType, Said>,
}

impl AccessMatrix {
    /// Reads a matrix from JSON: `version`, `effective_on`, `source` and `rows`.
    ///
    /// # Errors
    /// The first [`MatrixError`], with the row and what to mend.
    pub fn parse(json: &str) -> Result<Self, MatrixError> {
        let text: MatrixText = serde_json::from_str(json).map_err(|error| MatrixError::Form { problem: error.to_string() })?;
        Self::try_from(text)
    }

    /// The matrix of the repository. A test reads it; if it could not be read it would open nothing.
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).unwrap_or_default()
    }

    /// The version that decisions name.
    pub fn version(&self) -> &str {
        &self.text.version
    }

    /// The day from which its order is in force.
    pub const fn effective_on(&self) -> NaiveDate {
        self.text.effective_on
    }

    /// The order that it follows.
    pub fn source(&self) -> &str {
        &self.text.source
    }

    /// Its rows, as they are written.
    pub fn rows(&self) -> &[MatrixRow] {
        &self.text.rows
    }

    /// Whether this profession reads documents of this type.
    pub fn opens(&self, profession: Profession, document_type: DocumentType) -> bool {
        self.readable.get(&profession).is_some_and(|types| types.contains(&document_type))
    }
}

impl TryFrom<MatrixText> for AccessMatrix {
    type Error = MatrixError;

    fn try_from(text: MatrixText) -> Result<Self, MatrixError> {
        if text.version.trim().is_empty() {
            return Err(MatrixError::NoVersion);
        }
        let mut columns: BTreeMap<Profession, Column> = BTreeMap::new();
        for (row, written) in (1..).zip(&text.rows) {
            let profession = Profession::parse(&written.profession)
                .map_err(|_| MatrixError::UnknownProfession { row, code: written.profession.clone() })?;
            columns.entry(profession).or_default().take_in(row, written)?;
        }
        let readable = columns.into_iter().map(|(profession, column)| (profession, column.readable())).collect();
        Ok(Self { text, readable })
    }
}

impl From<AccessMatrix> for MatrixText {
    fn from(matrix: AccessMatrix) -> Self {
        matrix.text
    }
}

impl Column {
    fn take_in(&mut self, row: usize, written: &MatrixRow) -> Result<(), MatrixError> {
        let said = Said { row, readable: written.readable };
        match written.types.as_slice() {
            [] => return Err(MatrixError::NoTypes { row }),
            [every] if every == EVERY_TYPE => return agree(&mut self.of_every_type, said, "every type"),
            _ => {}
        }
        for code in &written.types {
            let known = DocumentType::parse(code).map_err(|_| MatrixError::UnknownType { row, code: code.clone() })?;
            let mut before = self.of_types.get(&known).copied();
            agree(&mut before, said, code)?;
            self.of_types.extend(before.map(|said| (known, said)));
        }
        Ok(())
    }

    fn readable(&self) -> BTreeSet<DocumentType> {
        let said = |known: &DocumentType| self.of_types.get(known).or(self.of_every_type.as_ref());
        DocumentType::all().filter(|known| said(known).is_some_and(|said| said.readable)).collect()
    }
}

/// Notes what a row says, unless an earlier one said otherwise.
fn agree(before: &mut Option<Said>, said: Said, about: &str) -> Result<(), MatrixError> {
    match before {
        Some(earlier) if earlier.readable != said.readable => {
            Err(MatrixError::Contradiction { first: earlier.row, second: said.row, about: about.to_owned() })
        }
        Some(earlier) => Err(MatrixError::Twice { first: earlier.row, second: said.row, about: about.to_owned() }),
        None => {
            *before = Some(said);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(rows: &str) -> Result<AccessMatrix, MatrixError> {
        AccessMatrix::parse(&format!(r#"{{"version":"1","effective_on":"2024-01-01","source":"invented","rows":[{rows}]}}"#))
    }

    fn row(profession: &str, types: &str, readable: &str) -> String {
        format!(r#"{{"profession":"{profession}","types":[{types}],"readable":{readable},"source":"invented"}}"#)
    }

    fn known(code: &str) -> DocumentType {
        DocumentType::parse(code).unwrap()
    }

    #[test]
    fn what_the_matrix_does_not_open_stays_closed() {
        let read = matrix(&row("60", r#""11502-2""#, "true")).unwrap();
        for profession in Profession::ALL {
            for document_type in DocumentType::all() {
                let expected = profession == Profession::Nurse && document_type == known("11502-2");
                assert_eq!(read.opens(profession, document_type), expected, "{profession:?} {document_type}");
            }
        }
    }

    #[test]
    fn a_row_that_names_a_type_beats_one_that_names_all() {
        let all = row("10", r#""*""#, "true");
        let one = row("10", r#""ATTEST-RESID""#, "false");
        for rows in [format!("{all},{one}"), format!("{one},{all}")] {
            let read = matrix(&rows).unwrap();
            let closed: Vec<DocumentType> = DocumentType::all().filter(|one| !read.opens(Profession::Doctor, *one)).collect();
            assert_eq!(closed, [known("ATTEST-RESID")]);
        }
    }

    #[test]
    fn a_wrong_row_is_refused_with_its_number_and_what_to_mend() {
        let good = row("10", r#""11502-2""#, "true");
        let refused = |second: &str| matrix(&format!("{good},{second}")).unwrap_err();
        let cases = [
            (row("99", r#""*""#, "true"), "row 2: no profession has the code \"99\": use one of TRE_G15, such as 10 for doctors"),
            (row("10", r#""x""#, "true"), "row 2: no type of document has the code \"x\": use one of JDV_J07, or * alone for every type"),
            (
                row("10", r#""*","11502-2""#, "true"),
                "row 2: no type of document has the code \"*\": use one of JDV_J07, or * alone for every type",
            ),
            (row("10", "", "true"), "row 2: no type of document is named: name some, or * alone for every type"),
            (row("10", r#""11502-2""#, "false"), "rows 1 and 2 contradict each other about 11502-2: keep one of them"),
        ];
        for (second, said) in cases {
            assert_eq!(refused(&second).to_string(), said);
        }
        let twice = [row("60", r#""*""#, "true"), row("60", r#""*""#, "false")].join(",");
        assert_eq!(matrix(&twice).unwrap_err().to_string(), "rows 1 and 2 contradict each other about every type: keep one of them");
        assert_eq!(refused(&good).to_string(), "11502-2 stands in row 1 and again in row 2: keep it in one of them");
        let doubled = matrix(&row("10", r#""11502-2","11502-2""#, "true")).unwrap_err().to_string();
        assert_eq!(doubled, "11502-2 stands in row 1 and again in row 1: keep it in one of them");
        let undated = r#"{"version":"2","effective_on":"30/10/2023","source":"","rows":[]}"#;
        let undated = AccessMatrix::parse(undated).unwrap_err().to_string();
        assert!(undated.starts_with("not an access matrix: effective_on \"30/10/2023\" is no day: write it as 2023-10-30"), "{undated}");
        let unversioned = AccessMatrix::parse(r#"{"effective_on":"2024-01-01","source":"","rows":[]}"#).unwrap_err().to_string();
        assert!(unversioned.contains("missing field `version`"), "{unversioned}");
        let form = matrix(r#"{"profession":"10"}"#).unwrap_err().to_string();
        assert!(form.starts_with("not an access matrix: missing field `types` at line 1"), "{form}");
        let nameless = r#"{"version":" ","effective_on":"2024-01-01","source":"","rows":[]}"#;
        assert_eq!(AccessMatrix::parse(nameless), Err(MatrixError::NoVersion));
    }

    #[test]
    fn the_built_in_matrix_can_be_read() {
        let built_in = AccessMatrix::parse(BUILT_IN).unwrap();
        assert_eq!(built_in, AccessMatrix::built_in());
        assert_eq!((built_in.version(), built_in.effective_on().to_string().as_str()), ("2023-10-26", "2023-10-30"));
        assert!(built_in.source().contains("26 octobre 2023") && built_in.rows().iter().all(|row| row.source.len() > 10));
        let readers = |code: &str| Profession::ALL.into_iter().filter(|one| built_in.opens(*one, known(code))).collect::<Vec<_>>();
        assert_eq!(readers("ATTEST-RESID"), []);
        assert_eq!(readers("68599-0"), [Profession::Doctor], "psychiatric synthesis");
        assert_eq!(readers("11502-2"), [Profession::Doctor, Profession::Nurse], "biology");
    }

    #[test]
    fn a_matrix_travels_as_it_is_written() {
        let built_in = AccessMatrix::built_in();
        let json = serde_json::to_string(&built_in).unwrap();
        assert_eq!(serde_json::from_str::<AccessMatrix>(&json).unwrap(), built_in);
        assert!(serde_json::from_str::<AccessMatrix>(&json.replace("\"10\"", "\"99\"")).is_err());
    }
}

//! One line of a carrier's report: NDJSON or CSV, read into a reference, a status and a day.

use chrono::NaiveDate;
use serde::Deserialize;

use super::report::StatusField;
use crate::reference::{MessageRef, NotAReference};

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterStatus {
    /// It left.
    Posted,
    /// Its delivery was recorded.
    Delivered,
    /// It came back.
    Returned,
}

impl LetterStatus {
    const ALL: [Self; 3] = [Self::Posted, Self::Delivered, Self::Returned];

    /// The word in the carrier's report.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::Delivered => "delivered",
            Self::Returned => "returned",
        }
    }
}

/// One status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reported {
    pub(super) reference: MessageRef,
    pub(super) status: LetterStatus,
    pub(super) date: NaiveDate,
}

/// A line of NDJSON; fields that a carrier adds for itself are left alone.
#[derive(Deserialize)]
struct Json {
    reference: Option<String>,
    status: Option<String>,
    date: Option<String>,
}

/// Where the three columns stand in a CSV; a header line says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    reference: usize,
    status: usize,
    date: usize,
}

impl Default for Columns {
    fn default() -> Self {
        Self { reference: 0, status: 1, date: 2 }
    }
}

type Wrong = (StatusField, String);

impl Columns {
    /// Reads a line; a blank one and a header hold no status.
    pub(super) fn read(&mut self, line: &str) -> Result<Option<Reported>, Wrong> {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            return Ok(None);
        }
        if line.starts_with('{') {
            let Json { reference, status, date } =
                serde_json::from_str(line).map_err(|_| (StatusField::Line, "not a JSON object of texts".to_owned()))?;
            return reported(reference.as_deref(), status.as_deref(), date.as_deref()).map(Some);
        }
        let cells: Vec<&str> = line.split([',', ';', '\t']).map(|cell| cell.trim().trim_matches('"')).collect();
        if let Some(moved) = Self::of_header(&cells) {
            *self = moved;
            return Ok(None);
        }
        let cell = |place: usize| cells.get(place).copied();
        reported(cell(self.reference), cell(self.status), cell(self.date)).map(Some)
    }

    fn of_header(cells: &[&str]) -> Option<Self> {
        let place = |name: &str| cells.iter().position(|cell| cell.eq_ignore_ascii_case(name));
        Some(Self { reference: place("reference")?, status: place("status")?, date: place("date")? })
    }
}

fn reported(reference: Option<&str>, status: Option<&str>, date: Option<&str>) -> Result<Reported, Wrong> {
    let given = |field: StatusField, value: Option<&str>| {
        value.filter(|value| !value.is_empty()).map(str::to_owned).ok_or((field, "missing".to_owned()))
    };
    let reference = given(StatusField::Reference, reference)?;
    let reference = reference.parse().map_err(|wrong: NotAReference| (StatusField::Reference, wrong.to_string()))?;
    let word = given(StatusField::Status, status)?;
    let status = LetterStatus::ALL.into_iter().find(|status| status.word().eq_ignore_ascii_case(&word));
    let status = status.ok_or_else(|| (StatusField::Status, "expected posted, delivered or returned".to_owned()))?;
    let date = given(StatusField::Date, date)?;
    let date = date.parse().map_err(|_| (StatusField::Date, "expected a day such as 2026-03-12".to_owned()))?;
    Ok(Reported { reference, status, date })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(line: &str) -> Result<Option<(LetterStatus, String)>, StatusField> {
        let read = Columns::default().read(line);
        read.map(|found| found.map(|found| (found.status, found.date.to_string()))).map_err(|(field, _)| field)
    }

    #[test]
    fn both_notations_say_the_same() {
        let posted = Ok(Some((LetterStatus::Posted, "2026-03-12".to_owned())));
        let reference = reference();
        assert_eq!(fields(&format!(r#"{{"reference":"{reference}","status":"posted","date":"2026-03-12","pages":2}}"#)), posted);
        assert_eq!(fields(&format!("{reference},posted,2026-03-12")), posted);
        assert_eq!(fields(&format!("\"{reference}\";\"POSTED\";\"2026-03-12\"\r")), posted);
    }

    #[test]
    fn a_header_moves_the_columns() {
        let mut columns = Columns::default();
        assert_eq!(columns.read("Date;Reference;Poids;Status"), Ok(None));
        let read = columns.read(&format!("2026-03-12;{};20;returned", reference()));
        assert_eq!(read.map(|found| found.map(|found| found.status)), Ok(Some(LetterStatus::Returned)));
    }

    #[test]
    fn a_bad_line_names_the_field() {
        let reference = reference();
        assert_eq!(fields("abc,posted,2026-03-12"), Err(StatusField::Reference));
        assert_eq!(fields(&format!("{reference},lost,2026-03-12")), Err(StatusField::Status));
        assert_eq!(fields(&format!("{reference},posted,12/03/2026")), Err(StatusField::Date));
        assert_eq!(fields(&format!("{reference},posted")), Err(StatusField::Date));
        assert_eq!(fields("{broken"), Err(StatusField::Line));
        assert_eq!(fields("  "), Ok(None));
    }

    fn reference() -> MessageRef {
        let at = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
        MessageRef { space: ens_domain::ids::SpaceId::at(at, [7; 10]), message: ens_domain::ids::MessageId::at(at, [9; 10]) }
    }
}

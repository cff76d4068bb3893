//! Importing a stream of insured persons, one JSON object a line: each gets a space.
//!
//! line --read--> person --admitted--> reserved (INS digest -> space id) --executed--> created, or known already
//! - each bad line is named, and stops nothing
//! - the same file again changes nothing
//! - the same person twice in one file changes nothing
//! - an interrupted run goes on by running again
//!
//! Memory holds one batch, whatever the size of the stream.

use std::io;

use ens_store::StoreError;
use tokio::io::AsyncBufRead;

use crate::app::App;

use super::batch::{Batch, Verdict};
use super::fields::BadField;
use super::lines::{InputLine, InputLines, LONGEST_LINE};

/// Lines that are decided and appended together.
const BATCH: usize = 500;

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ImportReport {
    /// Lines that held something.
    pub lines: u64,
    /// Persons who got a space.
    pub created: u64,
    /// Persons who had one already: nothing changed.
    pub known: u64,
    /// Lines that were refused.
    pub rejected: u64,
}

/// A line that was refused.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: u64,
    /// Which field, such as `ins.matricule`; `line` where the fault is not in one field.
    pub field: String,
    /// What to mend; never the value.
    pub reason: String,
}

/// Why an import broke off. What was created stays; running it again goes on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The stream broke.
    #[error("the input broke off after line {line}: {source}")]
    Input {
        /// The last line that was read.
        line: u64,
        /// What the system said.
        source: io::Error,
    },
    /// The store is out of reach.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Imports every line of the stream; `on_bad_line` hears of each that is refused.
///
/// # Errors
/// [`ImportError`] where the input or the store breaks; running again then goes on.
pub async fn import<R, F>(app: &App, input: R, mut on_bad_line: F) -> Result<ImportReport, ImportError>
where
    R: AsyncBufRead + Unpin + Send,
    F: FnMut(BadLine) + Send,
{
    import_watched(app, input, |line, verdict| {
        if let Verdict::Refused(fault) = verdict {
            on_bad_line(BadLine { line, field: fault.field.clone(), reason: fault.reason.clone() });
        }
    })
    .await
}

/// Imports every line of the stream; `watch` hears what became of each, in order.
///
/// # Errors
/// As [`import`].
pub async fn import_watched<R, F>(app: &App, input: R, mut watch: F) -> Result<ImportReport, ImportError>
where
    R: AsyncBufRead + Unpin + Send,
    F: FnMut(u64, &Verdict) + Send,
{
    let mut lines = InputLines::of(input);
    let mut report = ImportReport::default();
    let mut last = 0;
    loop {
        let mut batch = Batch::default();
        let mut ended = false;
        while batch.len() < BATCH {
            let Some((number, line)) = lines.next().await.map_err(|source| ImportError::Input { line: last, source })? else {
                ended = true;
                break;
            };
            last = number;
            take(&mut batch, number, line);
        }
        for (number, verdict) in batch.execute(app).await? {
            report.count(&verdict);
            watch(number, &verdict);
        }
        if ended {
            return Ok(report);
        }
    }
}

fn take(batch: &mut Batch, number: u64, line: InputLine) {
    match line {
        InputLine::Text(text) if text.trim().is_empty() => {}
        InputLine::Text(text) => batch.push(number, text.parse()),
        InputLine::TooLong => batch.push(number, Err(BadField::line(format_args!("longer than {LONGEST_LINE} bytes")))),
        InputLine::NotText => batch.push(number, Err(BadField::line("not UTF-8"))),
    }
}

impl ImportReport {
    const fn count(&mut self, verdict: &Verdict) {
        self.lines += 1;
        match verdict {
            Verdict::Created(_) => self.created += 1,
            Verdict::Known(_) => self.known += 1,
            Verdict::Refused(_) => self.rejected += 1,
        }
    }
}

//! What became of letters, as the carrier reports it: posted, delivered or returned, line by line.
//!
//! file --lines--> checked --batches--> `RecordLetterPosted` | `RecordLetterDelivered` | `RecordLetterReturned`
//! - a bad line stops nothing, and is reported with its number, its field and the reason
//! - the same report twice changes nothing

use chrono::NaiveDate;
use ens_domain::calendar::paris;
use ens_domain::space::commands::{RecordLetterDelivered, RecordLetterPosted, RecordLetterReturned};
use ens_store::{CommandEnvelope, Outcome, Rejection, StoreError};
use serde::Serialize;
use tokio::io::AsyncBufRead;

pub use folder::{StatusFolder, WatchError};

use self::line::{Layout, LetterStatus, Reported};
use self::reader::{Line, Lines};
use crate::app::App;

mod folder;
mod line;
mod reader;

/// Lines recorded together.
const BATCH: usize = 500;

/// What an import of statuses came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct StatusReport {
    /// Lines read, blank ones and headers left out.
    pub lines: u64,
    /// Statuses that told a space something new.
    pub recorded: u64,
    /// Statuses that the space knew, or that concern a message it no longer waits for.
    pub quiet: u64,
    /// Bad lines.
    pub rejected: u64,
}

/// The part of a line that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusField {
    /// The line as a whole.
    Line,
    /// The message's reference.
    Reference,
    /// What became of the letter.
    Status,
    /// The day.
    Date,
}

/// A line that was not recorded. It never repeats what the line held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadStatus {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong in it.
    pub field: StatusField,
    /// Why.
    pub reason: String,
}

/// What broke an import off; everything recorded before stays, and the file may be imported again.
#[derive(Debug, thiserror::Error)]
pub enum StatusImportError {
    /// The file.
    #[error("the statuses cannot be read")]
    Read(#[from] std::io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Records what the carrier reports, from NDJSON (`{"reference","status","date"}`) or CSV with these three columns, in bounded memory.
///
/// # Errors
/// The input cannot be read, or the store cannot take it: import it again.
pub async fn import_statuses(
    app: &App,
    input: impl AsyncBufRead + Unpin + Send,
    mut on_bad_line: impl FnMut(BadStatus) + Send,
) -> Result<StatusReport, StatusImportError> {
    let (mut lines, mut layout, mut report) = (Lines::new(input), Layout::default(), StatusReport::default());
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(Line { number, text }) = lines.next().await? {
        let read = text.and_then(|text| layout.read(&text)).and_then(|found| found.map(|found| in_reach(app, found)).transpose());
        match read {
            Ok(None) => {}
            Ok(Some(reported)) => batch.push((number, reported)),
            Err((field, reason)) => {
                report.lines += 1;
                report.rejected += 1;
                on_bad_line(BadStatus { line: number, field, reason });
            }
        }
        if batch.len() == BATCH {
            record(app, &mut batch, &mut report, &mut on_bad_line).await?;
        }
    }
    record(app, &mut batch, &mut report, &mut on_bad_line).await?;
    Ok(report)
}

fn in_reach(app: &App, reported: Reported) -> Result<Reported, (StatusField, String)> {
    let today = paris::day_of(app.now());
    if reported.date > today {
        return Err((StatusField::Date, format!("after today, {today}")));
    }
    app.past().admit(reported.date).map_err(|outside| (StatusField::Date, outside.to_string()))?;
    Ok(reported)
}

async fn record(
    app: &App,
    batch: &mut Vec<(u64, Reported)>,
    report: &mut StatusReport,
    on_bad_line: &mut (impl FnMut(BadStatus) + Send),
) -> Result<(), StatusImportError> {
    let orders = batch.iter().map(|(_, reported)| order(app, reported)).collect();
    let answers = app.store.commands().execute_all(orders, &app.policy).await;
    for ((number, _), answer) in batch.drain(..).zip(answers) {
        report.lines += 1;
        match told(answer)? {
            Told::Recorded => report.recorded += 1,
            Told::Quiet => report.quiet += 1,
            Told::Refused(field, reason) => {
                report.rejected += 1;
                on_bad_line(BadStatus { line: number, field, reason });
            }
        }
    }
    Ok(())
}

fn order(app: &App, reported: &Reported) -> CommandEnvelope {
    let (at, message) = (app.now(), reported.reference.message);
    let on: NaiveDate = reported.date;
    let space = reported.reference.space;
    let order = match reported.status {
        LetterStatus::Posted => CommandEnvelope::new(space, RecordLetterPosted { at, message, posted_on: on }),
        LetterStatus::Delivered => CommandEnvelope::new(space, RecordLetterDelivered { at, message, delivered_on: on }),
        LetterStatus::Returned => CommandEnvelope::new(space, RecordLetterReturned { at, message }),
    };
    order.completing(message)
}

enum Told {
    Recorded,
    Quiet,
    Refused(StatusField, String),
}

fn told(answer: Result<Outcome, Rejection>) -> Result<Told, StoreError> {
    match answer {
        Ok(outcome) if outcome.is_quiet() => Ok(Told::Quiet),
        Ok(_) => Ok(Told::Recorded),
        Err(Rejection::NoSuchSpace) => Ok(Told::Refused(StatusField::Reference, "no letter of ours bears it".to_owned())),
        Err(Rejection::Refused(refusal)) => Ok(Told::Refused(StatusField::Status, refusal.to_string())),
        Err(rejection @ (Rejection::Stale { .. } | Rejection::KeyReused)) => Ok(Told::Refused(StatusField::Line, rejection.to_string())),
        Err(Rejection::Store(error)) => Err(error),
    }
}

//! Importing a carrier's report on letters: posted, delivered or returned, line by line.
//!
//! file --lines--> checked --batches--> `RecordLetterPosted` | `RecordLetterDelivered` | `RecordLetterReturned`
//! - a bad line stops nothing, and is reported with its number, its field and the reason
//! - the same report twice changes nothing

use chrono::NaiveDate;
use ens_domain::calendar::paris;
use ens_domain::space::commands::{RecordLetterDelivered, RecordLetterPosted, RecordLetterReturned};
use ens_store::{CommandContext, CommandEnvelope, Outcome, Rejection, StoreError};
use tokio::io::AsyncBufRead;

use super::line::{Columns, LetterStatus, Reported};
use super::lines::{NumberedLine, NumberedLines};
use super::report::{BadStatus, StatusField, StatusImportError, StatusReport};

/// Lines recorded together.
const BATCH: usize = 500;

/// Records what the carrier reports, from NDJSON (`{"reference","status","date"}`) or CSV with these three columns, in bounded memory.
///
/// # Errors
/// The input cannot be read, or the store cannot take it: import it again.
pub async fn import_statuses(
    context: &CommandContext,
    input: impl AsyncBufRead + Unpin + Send,
    mut on_bad_line: impl FnMut(BadStatus) + Send,
) -> Result<StatusReport, StatusImportError> {
    let (mut lines, mut columns, mut report) = (NumberedLines::new(input), Columns::default(), StatusReport::default());
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(NumberedLine { number, text }) = lines.next().await? {
        let read = text.and_then(|text| columns.read(&text)).and_then(|found| found.map(|found| in_reach(context, found)).transpose());
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
            record(context, &mut batch, &mut report, &mut on_bad_line).await?;
        }
    }
    record(context, &mut batch, &mut report, &mut on_bad_line).await?;
    Ok(report)
}

fn in_reach(context: &CommandContext, reported: Reported) -> Result<Reported, (StatusField, String)> {
    let today = paris::day_of(context.now());
    if reported.date > today {
        return Err((StatusField::Date, format!("after today, {today}")));
    }
    context.past().admit(reported.date).map_err(|outside| (StatusField::Date, outside.to_string()))?;
    Ok(reported)
}

async fn record(
    context: &CommandContext,
    batch: &mut Vec<(u64, Reported)>,
    report: &mut StatusReport,
    on_bad_line: &mut (impl FnMut(BadStatus) + Send),
) -> Result<(), StatusImportError> {
    let envelopes = batch.iter().map(|(_, reported)| envelope(context, reported)).collect();
    let answers = context.store.commands().execute_all(envelopes, &context.policy).await;
    for ((number, _), answer) in batch.drain(..).zip(answers) {
        report.lines += 1;
        match recorded(answer)? {
            Recorded::Now => report.recorded += 1,
            Recorded::Before => report.quiet += 1,
            Recorded::Refused(field, reason) => {
                report.rejected += 1;
                on_bad_line(BadStatus { line: number, field, reason });
            }
        }
    }
    Ok(())
}

fn envelope(context: &CommandContext, reported: &Reported) -> CommandEnvelope {
    let (at, message) = (context.now(), reported.reference.message);
    let on: NaiveDate = reported.date;
    let space = reported.reference.space;
    let envelope = match reported.status {
        LetterStatus::Posted => CommandEnvelope::new(space, RecordLetterPosted { at, message, posted_on: on }),
        LetterStatus::Delivered => CommandEnvelope::new(space, RecordLetterDelivered { at, message, delivered_on: on }),
        LetterStatus::Returned => CommandEnvelope::new(space, RecordLetterReturned { at, message }),
    };
    envelope.completing(message)
}

/// What a space made of a status.
enum Recorded {
    Now,
    Before,
    Refused(StatusField, String),
}

fn recorded(answer: Result<Outcome, Rejection>) -> Result<Recorded, StoreError> {
    match answer {
        Ok(outcome) if outcome.is_quiet() => Ok(Recorded::Before),
        Ok(_) => Ok(Recorded::Now),
        Err(Rejection::NoSuchSpace) => Ok(Recorded::Refused(StatusField::Reference, "no letter of ours bears it".to_owned())),
        Err(Rejection::Refused(refusal)) => Ok(Recorded::Refused(StatusField::Status, refusal.to_string())),
        Err(rejection @ (Rejection::Stale { .. } | Rejection::KeyReused)) => {
            Ok(Recorded::Refused(StatusField::Line, rejection.to_string()))
        }
        Err(Rejection::Store(error)) => Err(error),
    }
}

//! `ens import`: the insurers' file, line by line; bad lines to the error output, the counts to the output.

use crate::cli::ImportArgs;
use crate::config::Settings;
use crate::import::{self, BadLine};

use super::failure::Failure;
use super::store::{app, open};
use super::streams::{input, print};

/// Imports the file, and prints what became of it. Bad lines are no failure: they stop nothing.
pub(super) async fn run(settings: Settings, args: ImportArgs) -> Result<(), Failure> {
    let app = app(open(&settings).await?, settings);
    let input = input(&args.file).await?;
    let tell = if args.json { tell_json } else { tell_text };
    let report = import::import(&app, input, |bad| tell(&bad)).await?;
    if args.json {
        print(&serde_json::to_string(&report).unwrap_or_default())?;
    } else {
        print(&format!("{} lines: {} spaces created", report.lines, report.created))?;
        print(&format!("{} known already, nothing changed; {} refused", report.known, report.rejected))?;
    }
    app.store.close().await;
    Ok(())
}

fn tell_text(bad: &BadLine) {
    eprintln!("line {}: {}: {}", bad.line, bad.field, bad.reason);
}

fn tell_json(bad: &BadLine) {
    println!("{}", serde_json::to_string(bad).unwrap_or_default());
}

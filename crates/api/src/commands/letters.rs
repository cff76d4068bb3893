//! `ens letters`: what became of letters, as the carrier's file says it.

use ens_notices::letters::{BadStatus, import_statuses};

use crate::cli::LettersArgs;
use crate::config::Settings;

use super::failure::Failure;
use super::store::{app, open_existing};
use super::streams::{input, print};

/// Records the file; bad lines go to the error output and stop nothing.
pub(super) async fn run(settings: Settings, args: LettersArgs) -> Result<(), Failure> {
    let app = app(open_existing(&settings).await?, settings);
    let input = input(&args.file).await?;
    let told = |bad: BadStatus| eprintln!("line {}: {:?}: {}", bad.line, bad.field, bad.reason);
    let report = import_statuses(&app, input, told).await?;
    print(&format!("{} lines: {} recorded", report.lines, report.recorded))?;
    print(&format!("{} known already, nothing changed; {} refused", report.quiet, report.rejected))?;
    app.store.close().await;
    Ok(())
}

//! The folder into which a carrier puts its reports: each is imported when it is complete, then moved to `done`.
//!
//! statuses/NAME.{ndjson,csv} --imported--> statuses/done/NAME (+ NAME.rejected.ndjson with the bad lines)
//! If an import breaks off, the report is imported again, which changes nothing that was recorded. One process imports at a time.
//! - a folder of reports is imported and put away

use std::ffi::OsStr;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use ens_store::CommandContext;
use tokio::fs;
use tokio::io::BufReader;

use super::import::import_statuses;
use super::report::{BadStatus, StatusImportError, StatusReport};

/// Bad lines kept in the list beside a report; the rest is counted only.
const LISTED: usize = 10_000;

/// A folder watched for reports.
#[derive(Debug, Clone)]
pub struct StatusFolder {
    folder: PathBuf,
}

/// What keeps a report from being imported.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The folder.
    #[error("the folder of the letters' statuses cannot be used")]
    Folder(#[from] std::io::Error),
    /// A report.
    #[error(transparent)]
    Import(#[from] StatusImportError),
    /// The list of bad lines.
    #[error("the list of bad lines cannot be written")]
    List(#[from] serde_json::Error),
}

impl StatusFolder {
    /// Watches this folder, which is made at the first look.
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Imports every complete report found, in the order of their names. A carrier writes under another ending and renames.
    ///
    /// # Errors
    /// A [`WatchError`]; what was not moved to `done` is imported again at the next look.
    pub async fn import_new(&self, context: &CommandContext) -> Result<Vec<StatusReport>, WatchError> {
        let done = self.folder.join("done");
        fs::create_dir_all(&done).await?;
        let Some(_lock) = self.lock()? else { return Ok(Vec::new()) };
        let mut reports = Vec::new();
        for name in self.complete_reports().await? {
            reports.push(self.import(context, &name, &done).await?);
        }
        Ok(reports)
    }

    /// Held until dropped, by this process or by a crash of it.
    fn lock(&self) -> Result<Option<File>, std::io::Error> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(self.folder.join(".lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    async fn complete_reports(&self) -> Result<Vec<PathBuf>, std::io::Error> {
        let mut found = Vec::new();
        let mut entries = fs::read_dir(&self.folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            let name = PathBuf::from(entry.file_name());
            let ending = name.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
            if matches!(ending.as_deref(), Some("ndjson" | "csv")) && entry.file_type().await?.is_file() {
                found.push(name);
            }
        }
        found.sort();
        Ok(found)
    }

    async fn import(&self, context: &CommandContext, name: &Path, done: &Path) -> Result<StatusReport, WatchError> {
        let path = self.folder.join(name);
        let mut bad: Vec<BadStatus> = Vec::new();
        let input = BufReader::new(fs::File::open(&path).await?);
        let report = import_statuses(context, input, |line| {
            if bad.len() < LISTED {
                bad.push(line)
            }
        })
        .await?;
        if !bad.is_empty() {
            let lines: Vec<String> = bad.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
            fs::write(done.join(format!("{}.rejected.ndjson", name.display())), lines.join("\n") + "\n").await?;
        }
        fs::rename(&path, done.join(name)).await?;
        tracing::info!(lines = report.lines, recorded = report.recorded, rejected = report.rejected, "letter statuses imported");
        Ok(report)
    }
}

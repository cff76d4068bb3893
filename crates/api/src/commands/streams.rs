//! What a command reads and prints: a file or the standard input, lines to the standard output.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use tokio::io::AsyncBufRead;

use super::failure::Failure;

/// Bytes that are read from a file at once.
const READ: usize = 64 * 1024;

/// A file to read, or the standard input where the file is `-`.
pub(super) async fn input(path: &Path) -> Result<Box<dyn AsyncBufRead + Unpin + Send>, Failure> {
    let opened = if path == Path::new("-") { standard_input() } else { tokio::fs::File::open(path).await };
    let file = opened.map_err(|source| Failure::File { path: path.to_owned(), source })?;
    Ok(Box::new(tokio::io::BufReader::with_capacity(READ, file)))
}

/// The standard input as a file, whether it is a file, a pipe or a terminal.
fn standard_input() -> io::Result<tokio::fs::File> {
    let owned = io::stdin().as_fd().try_clone_to_owned()?;
    Ok(tokio::fs::File::from_std(std::fs::File::from(owned)))
}

/// Prints one line; if the reader of the output is gone, the command ends.
pub(super) fn print(line: &str) -> Result<(), Failure> {
    writeln!(io::stdout(), "{line}").map_err(|source| Failure::File { path: PathBuf::from("output"), source })
}

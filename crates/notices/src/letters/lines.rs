//! The lines of a carrier's report, numbered and of limited length, so that a report of any size takes little memory.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

use super::report::StatusField;

/// The longest line that is read; a status takes a tenth of it.
const LONGEST: u64 = 4096;

/// One line, or what is wrong with it.
pub(super) struct NumberedLine {
    pub(super) number: u64,
    pub(super) text: Result<String, (StatusField, String)>,
}

/// An input, line by line.
pub(super) struct NumberedLines<R> {
    input: R,
    number: u64,
}

impl<R: AsyncBufRead + Unpin> NumberedLines<R> {
    pub(super) const fn new(input: R) -> Self {
        Self { input, number: 0 }
    }

    /// The next line, or `None` at the end.
    pub(super) async fn next(&mut self) -> io::Result<Option<NumberedLine>> {
        let mut bytes = Vec::new();
        if (&mut self.input).take(LONGEST).read_until(b'\n', &mut bytes).await? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let whole = bytes.ends_with(b"\n") || (bytes.len() as u64) < LONGEST;
        let text = if whole {
            String::from_utf8(bytes).map_err(|_| (StatusField::Line, "not UTF-8 text".to_owned()))
        } else {
            self.skip().await?;
            Err((StatusField::Line, format!("longer than {LONGEST} bytes")))
        };
        Ok(Some(NumberedLine { number: self.number, text }))
    }

    /// Reads the rest of a line away.
    async fn skip(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        while (&mut self.input).take(LONGEST).read_until(b'\n', &mut bytes).await? > 0 && !bytes.ends_with(b"\n") {
            bytes.clear();
        }
        Ok(())
    }
}

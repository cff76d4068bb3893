//! The lines of a stream of any length, one at a time, each of limited length, so that the stream takes little memory.

use tokio::io::{self, AsyncBufRead, AsyncBufReadExt};

/// The longest line that is read, in bytes; a person takes well under one thousand.
pub const LONGEST_LINE: usize = 65_536;
/// The mark that some editors put at the head of a file.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// One line of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum InputLine {
    /// Its text, without the line's end.
    Text(String),
    /// Longer than [`LONGEST_LINE`]; it was passed over.
    TooLong,
    /// Not UTF-8.
    NotText,
}

/// Reads lines and numbers them from 1.
#[derive(Debug)]
pub(super) struct InputLines<R> {
    reader: R,
    number: u64,
}

impl<R: AsyncBufRead + Unpin> InputLines<R> {
    /// The lines of this stream.
    pub(super) const fn of(reader: R) -> Self {
        Self { reader, number: 0 }
    }

    /// The next line and its number, or `None` at the end. A last line without an end is a line.
    ///
    /// # Errors
    /// What the stream says: never taken for its end.
    pub(super) async fn next(&mut self) -> io::Result<Option<(u64, InputLine)>> {
        // `None` once the line has grown too long: the rest of it is passed over.
        let mut kept: Option<Vec<u8>> = Some(Vec::new());
        let mut any = false;
        loop {
            let chunk = self.reader.fill_buf().await?;
            if chunk.is_empty() {
                break;
            }
            any = true;
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let part = end.map_or(chunk, |end| chunk.get(..end).unwrap_or_default());
            kept = kept.filter(|bytes| bytes.len() + part.len() <= LONGEST_LINE);
            if let Some(bytes) = &mut kept {
                bytes.extend_from_slice(part);
            }
            let taken = part.len() + usize::from(end.is_some());
            self.reader.consume(taken);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some((self.number, self.read(kept))))
    }

    fn read(&self, kept: Option<Vec<u8>>) -> InputLine {
        let Some(bytes) = kept else {
            return InputLine::TooLong;
        };
        let Ok(text) = String::from_utf8(bytes) else {
            return InputLine::NotText;
        };
        let text = text.strip_suffix('\r').unwrap_or(&text);
        let text = if self.number == 1 { text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text) } else { text };
        InputLine::Text(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::BufReader;

    use super::{InputLine, InputLines, LONGEST_LINE};

    async fn read(bytes: &[u8]) -> Vec<(u64, InputLine)> {
        let mut lines = InputLines::of(BufReader::with_capacity(7, bytes));
        let mut all = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            all.push(line);
        }
        all
    }

    fn text(number: u64, text: &str) -> (u64, InputLine) {
        (number, InputLine::Text(text.to_owned()))
    }

    #[tokio::test]
    async fn a_last_line_without_an_end_is_a_line() {
        assert_eq!(read(b"one\r\n\ntwo longer than a buffer").await, [text(1, "one"), text(2, ""), text(3, "two longer than a buffer")]);
        assert_eq!(read(b"").await, []);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_passed_over() {
        let mut bytes = vec![b'x'; LONGEST_LINE * 3];
        bytes.extend_from_slice(b"\nnext\n");
        assert_eq!(read(&bytes).await, [(1, InputLine::TooLong), text(2, "next")]);
    }

    #[tokio::test]
    async fn a_line_of_the_longest_length_is_read() {
        let mut bytes = vec![b'x'; LONGEST_LINE];
        bytes.push(b'\n');
        assert!(matches!(read(&bytes).await.as_slice(), [(1, InputLine::Text(text))] if text.len() == LONGEST_LINE));
    }

    #[tokio::test]
    async fn what_is_not_text_is_said_so() {
        assert_eq!(read(b"\xff\xfe\nok").await, [(1, InputLine::NotText), text(2, "ok")]);
        assert_eq!(read("\u{feff}ok".as_bytes()).await, [text(1, "ok")]);
    }
}

//! The load on an HTTP server: connections that are kept, each asking for the next path when it has the answer. Raw, to stay light.
//!
//! warms up --> says `ready` --> loads --> says its numbers --> waits for the end of its input

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::cli::LoadArgs;
use crate::failure::Failure;
use crate::gauges::Gauges;
use crate::measure::{Caller, Time, closed_loop};

/// The numbers of a load.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Loaded {
    pub(crate) ops: u64,
    pub(crate) seconds: f64,
    pub(crate) p50_us: Option<f64>,
    pub(crate) p99_us: Option<f64>,
}

/// Loads a server for so many seconds.
pub(crate) async fn run(args: &LoadArgs, seconds: f64) -> Result<(), Failure> {
    let paths = tokio::fs::read_to_string(&args.paths).await?;
    let authorization = if args.token.is_empty() { String::new() } else { format!("authorization: Bearer {}\r\n", args.token) };
    let requests: Vec<Vec<u8>> =
        paths.lines().map(|path| format!("GET {path} HTTP/1.1\r\nhost: {}\r\n{authorization}\r\n", args.server).into_bytes()).collect();
    let requests: Arc<[Vec<u8>]> = requests.into();
    let time = Time::counting(seconds);
    let warm = Time { warm_up: std::time::Duration::ZERO, counting: time.warm_up };
    closed_loop(&Gauges::of_this_process(), warm, connect(args, &requests).await?).await?;
    let callers = connect(args, &requests).await?;
    println!("ready");
    let sample = closed_loop(&Gauges::of_this_process(), Time { warm_up: std::time::Duration::ZERO, ..time }, callers).await?;
    let loaded = Loaded { ops: sample.ops, seconds: sample.seconds, p50_us: sample.p50_us, p99_us: sample.p99_us };
    println!("{}", serde_json::to_string(&loaded)?);
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await??;
    Ok(())
}

async fn connect(args: &LoadArgs, requests: &Arc<[Vec<u8>]>) -> Result<Vec<Connection>, Failure> {
    let mut connections = Vec::with_capacity(args.connections);
    for number in 0..args.connections {
        let stream = TcpStream::connect(&args.server).await?;
        stream.set_nodelay(true)?;
        // Each begins elsewhere, so that not all ask for the same space at once.
        let next = number * requests.len() / args.connections.max(1);
        connections.push(Connection { stream, requests: Arc::clone(requests), next, answer: Vec::with_capacity(4_096) });
    }
    Ok(connections)
}

/// One kept connection.
struct Connection {
    stream: TcpStream,
    requests: Arc<[Vec<u8>]>,
    next: usize,
    answer: Vec<u8>,
}

impl Caller for Connection {
    async fn call(&mut self) -> Result<u64, Failure> {
        let request = self.requests.get(self.next % self.requests.len().max(1)).ok_or_else(|| Failure::because("no paths to ask for"))?;
        self.next += 1;
        self.stream.write_all(request).await?;
        self.answer.clear();
        loop {
            if let Some(length) = length_of(&self.answer)?
                && self.answer.len() >= length
            {
                return Ok(1);
            }
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err(Failure::because("the server closed a connection"));
            }
        }
    }
}

/// How long the answer is with its head, once that is known; an answer other than 200 is a failure.
fn length_of(answer: &[u8]) -> Result<Option<usize>, Failure> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = String::from_utf8_lossy(answer.get(..end).unwrap_or_default());
    let mut lines = head.lines();
    let status = lines.next().unwrap_or_default();
    if !status.starts_with("HTTP/1.1 200") {
        return Err(Failure::because(format!("the server answered {status}")));
    }
    let mut fields = lines.filter_map(|line| line.split_once(':'));
    // A length that is no number is reported below as none.
    let length =
        fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length")).and_then(|(_, length)| length.trim().parse::<usize>().ok());
    length.map(|length| Some(end + 4 + length)).ok_or_else(|| Failure::because("an answer without its length"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_its_head_says() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        assert_eq!(length_of(answer).unwrap(), Some(answer.len()));
        assert_eq!(length_of(b"HTTP/1.1 200 OK\r\ncontent-").unwrap(), None);
        assert!(length_of(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").is_err());
    }
}

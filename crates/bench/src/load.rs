//! The load on an HTTP server: connections that are kept, each sending the next request when it may. Raw, to stay light.
//!
//! warms up --> says `ready` --> loads --> says its numbers --> waits for the end of its input

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::cli::LoadArgs;
use crate::failure::Failure;
use crate::gauges::Gauges;
use crate::measure::{Caller, Offered, Sample, Time, closed_loop, constant_rate};
use crate::request::{Form, Request};

/// The numbers of a load.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Loaded {
    pub(crate) ops: u64,
    pub(crate) seconds: f64,
    pub(crate) p50_us: Option<f64>,
    pub(crate) p99_us: Option<f64>,
    /// Requests that were answered as they should be, those of the warm-up included.
    pub(crate) answered: u64,
}

/// Loads a server for so long.
pub(crate) async fn run(args: &LoadArgs, time: Time) -> Result<(), Failure> {
    let paths = tokio::fs::read_to_string(&args.paths).await?;
    let form = args.deposit.map(Form::with_document_of);
    let requests: Vec<Request> = paths.lines().map(|path| Request::to(args, path, form.as_ref())).collect();
    let (requests, answered) = (Arc::from(requests), Arc::new(AtomicU64::new(0)));
    phase(args, time.warm_up, connect(args, &requests, &answered).await?).await?;
    let callers = connect(args, &requests, &answered).await?;
    println!("ready");
    let sample = phase(args, time.counting, callers).await?;
    let answered = answered.load(Ordering::Relaxed);
    let loaded = Loaded { ops: sample.ops, seconds: sample.seconds, p50_us: sample.p50_us, p99_us: sample.p99_us, answered };
    println!("{}", serde_json::to_string(&loaded)?);
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await??;
    Ok(())
}

/// The warm-up, or what counts.
async fn phase(args: &LoadArgs, during: Duration, callers: Vec<Connection>) -> Result<Sample, Failure> {
    let gauges = Gauges::of_this_process();
    match args.rate {
        Some(rate) => constant_rate(&gauges, Offered { rate, during }, callers).await,
        None => closed_loop(&gauges, Time { warm_up: Duration::ZERO, counting: during }, callers).await,
    }
}

async fn connect(args: &LoadArgs, requests: &Arc<[Request]>, answered: &Arc<AtomicU64>) -> Result<Vec<Connection>, Failure> {
    let mut connections = Vec::with_capacity(args.connections);
    for number in 0..args.connections {
        let stream = TcpStream::connect(&args.server).await?;
        stream.set_nodelay(true)?;
        // Each begins elsewhere, so that not all ask for the same space at once.
        let next = number * requests.len() / args.connections.max(1);
        let (requests, answered) = (Arc::clone(requests), Arc::clone(answered));
        connections.push(Connection { stream, requests, next, answer: Vec::with_capacity(4_096), answered });
    }
    Ok(connections)
}

/// One kept connection.
struct Connection {
    stream: TcpStream,
    requests: Arc<[Request]>,
    next: usize,
    answer: Vec<u8>,
    answered: Arc<AtomicU64>,
}

impl Caller for Connection {
    async fn call(&mut self) -> Result<u64, Failure> {
        let request = self.requests.get(self.next % self.requests.len().max(1)).ok_or_else(|| Failure::because("no paths to ask for"))?;
        self.next += 1;
        self.stream.write_all(&request.head()).await?;
        self.stream.write_all(request.body()).await?;
        self.answer.clear();
        loop {
            if let Some(length) = length_of(&self.answer, request.expects())?
                && self.answer.len() >= length
            {
                self.answered.fetch_add(1, Ordering::Relaxed);
                return Ok(1);
            }
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err(Failure::because("the server closed a connection"));
            }
        }
    }
}

/// How long the answer is with its head, once that is known; an answer of another status than expected is a failure.
fn length_of(answer: &[u8], expected: &str) -> Result<Option<usize>, Failure> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = String::from_utf8_lossy(answer.get(..end).unwrap_or_default());
    let mut lines = head.lines();
    let status = lines.next().unwrap_or_default();
    if status.split(' ').nth(1) != Some(expected) {
        let said = String::from_utf8_lossy(answer.get(end..).unwrap_or_default());
        return Err(Failure::because(format!("the server answered {status} instead of {expected}: {}", said.trim())));
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
        assert_eq!(length_of(answer, "200").unwrap(), Some(answer.len()));
        assert_eq!(length_of(b"HTTP/1.1 200 OK\r\ncontent-", "200").unwrap(), None);
    }

    #[test]
    fn an_answer_of_another_status_ends_the_load() {
        let answer = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
        assert!(length_of(answer, "200").is_err() && length_of(answer, "404").is_ok());
    }
}

//! Imports of any length: the body is read as it arrives, and each refused line is answered at once, one JSON object a line.
//!
//! - while the client does not read the answer the body waits
//! - the last line is the report; or the problem that broke the import off

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt, TryStreamExt};
use serde::Serialize;
use tokio::sync::Notify;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio_util::io::StreamReader;

use crate::problem::Problem;

/// Lines that may wait for the client to read them; a line takes some hundred bytes.
const MOST_WAITING: usize = 20_000;

/// The body of the request, line by line.
pub(crate) type Input = StreamReader<BoxStream<'static, io::Result<Bytes>>, Bytes>;

/// Writes lines of the answer.
#[derive(Clone)]
pub(crate) struct LineWriter {
    sender: UnboundedSender<Bytes>,
    backlog: Arc<Backlog>,
}

/// How many lines wait to be sent, and a signal for each that was.
#[derive(Default)]
struct Backlog {
    waiting: AtomicUsize,
    sent: Notify,
}

impl LineWriter {
    /// Adds one line to the answer.
    pub(crate) fn write(&self, line: &impl Serialize) {
        let Ok(mut text) = serde_json::to_vec(line) else {
            return;
        };
        text.push(b'\n');
        self.backlog.waiting.fetch_add(1, Ordering::Relaxed);
        // Where nobody listens any more there is nobody to tell.
        if self.sender.send(Bytes::from(text)).is_err() {
            tracing::debug!("the client of an import is gone");
        }
    }

    /// Waits until the client has read enough.
    async fn wait_for_room(&self) {
        while self.backlog.waiting.load(Ordering::Relaxed) >= MOST_WAITING && !self.sender.is_closed() {
            tokio::select! {
                () = self.backlog.sent.notified() => {}
                () = self.sender.closed() => {}
            }
        }
    }
}

/// Runs an import over this body, and answers with what it writes.
pub(crate) fn answer_lines<F>(body: Body, run: F) -> Response
where
    F: FnOnce(Input, LineWriter) -> BoxFuture<'static, Result<(), Problem>>,
{
    let (sender, receiver) = mpsc::unbounded_channel();
    let backlog = Arc::new(Backlog::default());
    let lines = LineWriter { sender, backlog: Arc::clone(&backlog) };
    let work = run(input(body, lines.clone()), lines.clone());
    tokio::spawn(async move {
        if let Err(problem) = work.await {
            tracing::error!(kind = problem.problem_type().slug, why = problem.log().unwrap_or_default(), "an import broke off");
            lines.write(&problem.body(None));
        }
    });
    let answer = Body::from_stream(outgoing(receiver, backlog));
    ([(CONTENT_TYPE, "application/x-ndjson")], answer).into_response()
}

fn input(body: Body, lines: LineWriter) -> Input {
    let chunks = body.into_data_stream().map_err(io::Error::other);
    let paced = chunks.then(move |chunk| {
        let lines = lines.clone();
        async move {
            lines.wait_for_room().await;
            chunk
        }
    });
    StreamReader::new(paced.boxed())
}

fn outgoing(receiver: UnboundedReceiver<Bytes>, backlog: Arc<Backlog>) -> impl Stream<Item = io::Result<Bytes>> {
    stream::unfold((receiver, backlog), |(mut receiver, backlog)| async move {
        let line = receiver.recv().await?;
        backlog.waiting.fetch_sub(1, Ordering::Relaxed);
        backlog.sent.notify_one();
        Some((Ok(line), (receiver, backlog)))
    })
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn while_the_client_does_not_read_the_answer_the_body_waits() {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let lines = LineWriter { sender, backlog: Arc::new(Backlog::default()) };
        (0..MOST_WAITING).for_each(|number| lines.write(&number));
        let mut waiting = Box::pin(lines.wait_for_room());
        assert!(waiting.as_mut().now_or_never().is_none());
        receiver.recv().await.unwrap();
        lines.backlog.waiting.fetch_sub(1, Ordering::Relaxed);
        lines.backlog.sent.notify_one();
        assert!(waiting.as_mut().now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_client_that_left_is_not_waited_for() {
        let (sender, receiver) = mpsc::unbounded_channel();
        let lines = LineWriter { sender, backlog: Arc::new(Backlog::default()) };
        (0..MOST_WAITING).for_each(|number| lines.write(&number));
        drop(receiver);
        lines.wait_for_room().await;
    }
}

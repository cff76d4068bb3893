//! Long imports: the body is read as it comes, and each line that is refused is answered as it is found, one JSON object a line.
//!
//! - where nobody reads the reports the body waits
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

/// Reports that may wait for the client to read them; a report takes some hundred bytes.
const WAITING: usize = 20_000;

/// The body of the request, line by line.
pub(super) type Input = StreamReader<BoxStream<'static, io::Result<Bytes>>, Bytes>;

/// Where reports go.
#[derive(Clone)]
pub(super) struct Reports {
    sender: UnboundedSender<Bytes>,
    backlog: Arc<Backlog>,
}

/// How many reports wait, and the bell that rings when one left.
#[derive(Default)]
struct Backlog {
    waiting: AtomicUsize,
    left: Notify,
}

impl Reports {
    /// Answers one more line.
    pub(super) fn write(&self, line: &impl Serialize) {
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
    async fn have_room(&self) {
        while self.backlog.waiting.load(Ordering::Relaxed) >= WAITING && !self.sender.is_closed() {
            tokio::select! {
                () = self.backlog.left.notified() => {}
                () = self.sender.closed() => {}
            }
        }
    }
}

/// Runs an import over this body, and answers with what it writes.
pub(super) fn answer_lines<F>(body: Body, run: F) -> Response
where
    F: FnOnce(Input, Reports) -> BoxFuture<'static, Result<(), Problem>>,
{
    let (sender, receiver) = mpsc::unbounded_channel();
    let backlog = Arc::new(Backlog::default());
    let reports = Reports { sender, backlog: Arc::clone(&backlog) };
    let work = run(input(body, reports.clone()), reports.clone());
    tokio::spawn(async move {
        if let Err(problem) = work.await {
            tracing::error!(kind = problem.kind().slug(), why = problem.log().unwrap_or_default(), "an import broke off");
            reports.write(&problem.body(None));
        }
    });
    let lines = Body::from_stream(outgoing(receiver, backlog));
    ([(CONTENT_TYPE, "application/x-ndjson")], lines).into_response()
}

fn input(body: Body, reports: Reports) -> Input {
    let chunks = body.into_data_stream().map_err(io::Error::other);
    let paced = chunks.then(move |chunk| {
        let reports = reports.clone();
        async move {
            reports.have_room().await;
            chunk
        }
    });
    StreamReader::new(paced.boxed())
}

fn outgoing(receiver: UnboundedReceiver<Bytes>, backlog: Arc<Backlog>) -> impl Stream<Item = io::Result<Bytes>> {
    stream::unfold((receiver, backlog), |(mut receiver, backlog)| async move {
        let line = receiver.recv().await?;
        backlog.waiting.fetch_sub(1, Ordering::Relaxed);
        backlog.left.notify_one();
        Some((Ok(line), (receiver, backlog)))
    })
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn where_nobody_reads_the_reports_the_body_waits() {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let reports = Reports { sender, backlog: Arc::new(Backlog::default()) };
        (0..WAITING).for_each(|number| reports.write(&number));
        let mut waiting = Box::pin(reports.have_room());
        assert!(waiting.as_mut().now_or_never().is_none());
        receiver.recv().await.unwrap();
        reports.backlog.waiting.fetch_sub(1, Ordering::Relaxed);
        reports.backlog.left.notify_one();
        assert!(waiting.as_mut().now_or_never().is_some());
    }

    #[tokio::test]
    async fn who_left_is_not_waited_for() {
        let (sender, receiver) = mpsc::unbounded_channel();
        let reports = Reports { sender, backlog: Arc::new(Backlog::default()) };
        (0..WAITING).for_each(|number| reports.write(&number));
        drop(receiver);
        reports.have_room().await;
    }
}

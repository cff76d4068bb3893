//! Prometheus metrics: counters of requests, and gauges of the store and the read models that are read when metrics are asked for.
//!
//! A label is a route, a status or a name of ours.
//! - no label holds what a client sent

use std::collections::BTreeMap;
use std::sync::{OnceLock, PoisonError, RwLock};
use std::time::Duration;

use axum::extract::{Extension, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use ens_projections::{Followers, Health, read_models};
use metrics::{Counter, Histogram, counter, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::app::App;
use crate::background::backlog::RecentBacklog;
use crate::http::gate::{Access, Declaration, Form, get};
use crate::problem::{Problem, Success};
use crate::unread_bounces::UnreadBounces;

use super::health;

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        get("/metrics", Access::Anyone)
            .operation("show_metrics", "operation", "Everything that is counted, as Prometheus reads it.")
            .form(Form::Metrics)
            .answers_text(Success::Done, "Prometheus text")
            .handled_by(show_metrics),
    ]
}

/// Bounds of the latency histogram, in seconds.
const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0];

/// How often what was measured is sorted into its buckets, and who does it.
const UPKEEP: Duration = Duration::from_secs(5);
const UPKEEP_THREAD: &str = "ens-metrics";

/// The recorder of this process, installed at its first use; `None` where the program that embeds us has its own.
pub(crate) fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let install = || {
        let bounded = PrometheusBuilder::new().set_buckets(&BOUNDS);
        // Another recorder is no failure: its owner shows the numbers.
        let handle = bounded.and_then(PrometheusBuilder::install_recorder).ok()?;
        keep_sorting(handle.clone());
        Some(handle)
    };
    RECORDER.get_or_init(install).as_ref()
}

/// Sorts what was measured into its buckets now and then, for the rest of the process: every duration is held until then, and where nobody
/// asks for the metrics nobody else would.
fn keep_sorting(handle: PrometheusHandle) {
    let upkeep = move || {
        loop {
            std::thread::sleep(UPKEEP);
            handle.run_upkeep();
        }
    };
    if let Err(error) = std::thread::Builder::new().name(UPKEEP_THREAD.to_owned()).spawn(upkeep) {
        tracing::warn!(%error, "the durations of requests are held until the metrics are asked for");
    }
}

/// A method as a label: a client may send any word.
pub(crate) fn method_name(method: &Method) -> &'static str {
    const KNOWN: [Method; 6] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS];
    const NAMES: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"];
    KNOWN.iter().zip(NAMES).find(|(known, _)| *known == method).map_or("(other)", |(_, name)| name)
}

/// The counters of one route, method and status.
struct RequestCounters {
    method: &'static str,
    status: StatusCode,
    requests: Counter,
    seconds: Histogram,
}

/// By route; to look them up by all their labels in the recorder would cost each request more than to count it.
static COUNTED: RwLock<BTreeMap<String, Vec<RequestCounters>>> = RwLock::new(BTreeMap::new());

/// Counts a request that has ended.
pub(crate) fn count_request(method: &'static str, route: &str, status: StatusCode, took: Duration) {
    let count = |counted: &RequestCounters| {
        counted.requests.increment(1);
        counted.seconds.record(took.as_secs_f64());
    };
    // Whoever panicked while holding the map left it whole: every change is one call.
    let known = COUNTED.read().unwrap_or_else(PoisonError::into_inner);
    let found = known.get(route).and_then(|counted| counted.iter().find(|counted| counted.method == method && counted.status == status));
    if let Some(counted) = found {
        return count(counted);
    }
    drop(known);
    let new = RequestCounters::new(method, route, status);
    count(&new);
    COUNTED.write().unwrap_or_else(PoisonError::into_inner).entry(route.to_owned()).or_default().push(new);
}

impl RequestCounters {
    fn new(method: &'static str, route: &str, status: StatusCode) -> Self {
        let route = route.to_owned();
        let requests =
            counter!("ens_http_requests_total", "method" => method, "route" => route.clone(), "status" => status.as_str().to_owned());
        Self { method, status, requests, seconds: histogram!("ens_http_request_seconds", "method" => method, "route" => route) }
    }
}

async fn show_metrics(
    State(app): State<App>,
    Extension(last): Extension<RecentBacklog>,
    followers: Option<Extension<Followers>>,
) -> Result<Response, Problem> {
    read_gauges(&app).await?;
    count_faults(&app, followers.map(|Extension(followers)| followers).as_ref()).await?;
    last.count(&app).await?.show();
    let text = recorder().map(PrometheusHandle::render).unwrap_or_default();
    Ok(([(axum::http::header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// The gauges that are read rather than counted.
async fn read_gauges(app: &App) -> Result<(), Problem> {
    for (partition, position) in app.store.log().heads().await? {
        gauge!("ens_log_position", "partition" => partition.to_string()).set(float(position));
    }
    for depth in app.store.outbox().depth().await? {
        let channel = health::channel_name(depth.channel);
        gauge!("ens_outbox_messages", "channel" => channel, "state" => "waiting").set(float(depth.waiting));
        gauge!("ens_outbox_messages", "channel" => channel, "state" => "handed_over").set(float(depth.handed_over));
    }
    for lag in health::lag(app).await? {
        gauge!("ens_read_model_behind", "read_model" => lag.projection, "partition" => lag.partition.to_string()).set(float(lag.behind));
    }
    Ok(())
}

/// What stands still, is passed over or cannot be trusted in this process.
async fn count_faults(app: &App, followers: Option<&Followers>) -> Result<(), Problem> {
    let Health { faults, passed_over } = followers.map(Followers::health).unwrap_or_default();
    for name in read_models().map(|read_model| read_model.name()) {
        let partitions = faults.iter().filter(|fault| fault.projection == name).count();
        gauge!("ens_read_model_stopped_partitions", "read_model" => name).set(float(partitions.try_into().unwrap_or(u64::MAX)));
    }
    for passed in passed_over {
        let partition = passed.partition.to_string();
        gauge!("ens_events_passed_over", "kind" => passed.kind, "partition" => partition).set(float(passed.events));
    }
    gauge!("ens_clock_untrusted").set(float(app.clock_fault().await?.map_or(0, |_| 1)));
    gauge!("ens_unread_bounces").set(float(UnreadBounces::new(app.settings.unread_bounces_folder()).count().await));
    Ok(())
}

/// A gauge is a float: beyond 2^53 it rounds, which no reader of a graph sees.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float by its format")]
fn float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_sorted_though_nobody_asks_for_the_metrics() {
        let installed = recorder().is_some();
        let named = || {
            let tasks = std::fs::read_dir("/proc/self/task").unwrap();
            let names = tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).ok());
            names.filter(|name| name.trim() == UPKEEP_THREAD).count()
        };
        // A thread bears its name a moment after it began.
        let patience = std::time::Instant::now() + UPKEEP;
        while named() != usize::from(installed) && std::time::Instant::now() < patience {
            std::thread::yield_now();
        }
        assert_eq!(named(), usize::from(installed));
    }
}

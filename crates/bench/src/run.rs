//! One run: the benches that were asked for, their rows printed and written, everything cleared away at the end, Ctrl-C included.

use std::fs;

use tokio::signal::unix::{SignalKind, signal};

use crate::bench::Bench;
use crate::benches::{access, append, commands, consult, deposits, growth, http, mixed, openings, plot, rebuild, replay};
use crate::cli::{
    AppendArgs, Cli, ConsultArgs, DepositsArgs, EventsArgs, Everything, GrowthArgs, HttpArgs, OpeningsArgs, PlotArgs, RequestKeys, What,
};
use crate::failure::Failure;
use crate::load;
use crate::report::{self, Row};
use crate::svg;

/// Runs until done, or until a signal; dropping what is under way stops the private server.
pub(crate) async fn until_done_or_asked_to_stop(cli: Cli) -> Result<(), Failure> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        done = run(cli) => done,
        _ = interrupt.recv() => Err(Failure::because("interrupted")),
        _ = terminate.recv() => Err(Failure::because("asked to stop")),
        _ = hang_up.recv() => Err(Failure::because("hung up")),
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let Cli { what, how } = cli;
    let json = how.json.clone();
    let bench = Bench::new(how);
    if let What::Load(args) = &what {
        return load::run(args, bench.time()).await;
    }
    let Results { rows, failed } = if let What::All(args) = what {
        everything(&bench, args).await
    } else {
        Results { rows: measure(&bench, what).await?, failed: Vec::new() }
    };
    report::print(&rows);
    if let Some(file) = json {
        fs::write(file, report::json(&rows)?)?;
    }
    if failed.is_empty() { Ok(()) } else { Err(Failure::because(format!("no numbers for {}", failed.join(", ")))) }
}

async fn measure(bench: &Bench, what: What) -> Result<Vec<Row>, Failure> {
    match what {
        What::Commands(args) if args.store.starts_with("sqlite:") => commands::on_sqlite(bench).await,
        What::Commands(_) => {
            let mut rows = commands::on_postgres(bench, &commands::CALLERS).await?;
            rows.extend(mixed::run(bench).await?);
            Ok(rows)
        }
        What::Append(args) => append::run(bench, args).await,
        What::Openings(args) => openings::run(bench, args).await,
        What::Replay(args) => replay::run(bench, args).await,
        What::Rebuild(args) => rebuild::run(bench, args).await,
        What::Http(args) => http::run(bench, args).await,
        What::Growth(args) => growth::run(bench, args).await,
        What::Access => access::run(bench).await,
        What::Consult(args) => consult::run(bench, args).await,
        What::Deposits(args) => deposits::run(bench, args).await,
        What::Plot(args) => drawn(bench, args).await,
        // Neither is a bench: `run` has taken both.
        What::All(_) | What::Load(_) => Ok(Vec::new()),
    }
}

/// Each bench in turn. One that fails says so and stops no other; what was measured is worth keeping.
async fn everything(bench: &Bench, args: Everything) -> Results {
    let scaled = |full: u64| if args.tiny { (full / 1_000).max(8) } else { full };
    let (batch, times) = if args.tiny { (20, 2) } else { (1_000, 10) };
    let events = EventsArgs { events: scaled(500_000) };
    let mut results = Results::default();
    match &args.svg {
        Some(svg) => results.add("plot", drawn(bench, PlotArgs { svg: svg.clone(), from: None }).await),
        None => results.add("commands", commands::on_postgres(bench, &commands::CALLERS).await),
    }
    results.add("mixed", mixed::run(bench).await);
    results.add("commands --store sqlite:", commands::on_sqlite(bench).await);
    results.add("append", append::run(bench, AppendArgs { batch }).await);
    results.add("openings", openings::run(bench, OpeningsArgs { spaces: scaled(200_000) }).await);
    results.add("replay", replay::run(bench, events.clone()).await);
    results.add("rebuild", rebuild::run(bench, events).await);
    results.add("http", http::run(bench, HttpArgs { spaces: scaled(20_000) }).await);
    results.add("growth", growth::run(bench, GrowthArgs { events: scaled(500_000), times, keys: RequestKeys::TimeOrdered }).await);
    results.add("access", access::run(bench).await);
    results.add("consult", consult::run(bench, ConsultArgs { spaces: scaled(5_000) }).await);
    results.add("deposits", deposits::run(bench, DepositsArgs { spaces: scaled(5_000), rate: 160.0, size: 100_000 }).await);
    results
}

/// The rows so far, and the benches that gave none.
#[derive(Default)]
struct Results {
    rows: Vec<Row>,
    failed: Vec<&'static str>,
}

impl Results {
    fn add(&mut self, bench: &'static str, rows: Result<Vec<Row>, Failure>) {
        match rows {
            Ok(rows) => self.rows.extend(rows),
            Err(failure) => {
                eprintln!("ens-bench: {bench}: {failure}");
                self.failed.push(bench);
            }
        }
    }
}

async fn drawn(bench: &Bench, args: PlotArgs) -> Result<Vec<Row>, Failure> {
    let (curves, rows) = match &args.from {
        Some(file) => (plot::curves_of_json(&fs::read_to_string(file)?)?, Vec::new()),
        None => {
            let rows = commands::on_postgres(bench, &plot::CALLERS).await?;
            (plot::curves(&rows)?, rows)
        }
    };
    fs::write(args.svg, svg::draw(&curves))?;
    Ok(rows)
}

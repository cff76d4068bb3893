//! The command line of the bench, and how its help teaches it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  ens-bench all --json numbers.json --svg docs/commands.svg   everything, five rounds each
  ens-bench commands                                          one life after the other at 1, 32 and 256 callers, beside cqrs-es
  ens-bench commands --store sqlite:                          the same embedded, beside sqlite-es
  ens-bench growth --events 50000 --times 4                   the cost of an event as the log grows, in small
  ens-bench growth --keys random                              the same with idempotency keys that do not say when they were made
  ens-bench deposits --rounds 1 --seconds 10                  deposits, ten seconds a turn
  ens-bench plot --from numbers.json --svg commands.svg       a plot of what was measured before

Ours and its peer run on one server, one after the other, round by round. A private PostgreSQL is started and removed unless
--server names one. Numbers are worth comparing within one run only: machines differ, and other programs disturb. Rounds in which
others kept more than 0.35 processors busy are set aside where there are quieter ones, and marked with * where there are none.
Build it with `cargo build --release -p ens-bench`.";

/// Ens and its peers, measured in one run on one server.
#[derive(Debug, Parser)]
#[command(name = "ens-bench", version, after_long_help = EXAMPLES, after_help = "`ens-bench --help` shows examples.")]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// What to measure.
    #[command(subcommand)]
    pub(crate) what: What,
    /// How.
    #[command(flatten)]
    pub(crate) how: How,
}

/// What can be measured.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum What {
    /// Every bench, one after the other
    All(Everything),
    /// Single commands in a closed loop, beside cqrs-es with its view; a single caller while a campaign runs
    Commands(CommandsArgs),
    /// Batches of creations with everything on, beside a bare insert of the same rows
    Append(AppendArgs),
    /// Spaces from the due list to the event of their opening, and until every read model has it
    Openings(OpeningsArgs),
    /// The whole log read, decoded and folded, beside a bare SELECT of its rows and the replay of cqrs-es
    Replay(EventsArgs),
    /// Every read model built anew, beside a bare SELECT of the rows that it is built from
    Rebuild(EventsArgs),
    /// The status of a space over HTTP, beside a bare handler with the same SELECT
    Http(HttpArgs),
    /// The cost of an event on a log ten times as large
    Growth(GrowthArgs),
    /// The decision of the gate in memory, on lives with fifty grants each
    Access,
    /// A document read over HTTP with its trace committed, beside a handler with a transaction of sqlx
    Consult(ConsultArgs),
    /// Documents deposited over HTTP at a constant rate and as fast as may be, beside a bare write, fsync and insert
    Deposits(DepositsArgs),
    /// Throughput and latency against callers, drawn
    Plot(PlotArgs),
    /// Loads an HTTP server: a process of its own, so that its processor time is told apart
    #[command(hide = true)]
    Load(LoadArgs),
}

/// How it is measured, whatever it is.
#[derive(Debug, Clone, Args)]
pub(crate) struct How {
    /// A PostgreSQL server on which databases may be created, instead of a private one
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Rounds in which ours and its peers take turns
    #[arg(long, global = true, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// Seconds of one turn: 3, and 60 for deposits at a constant rate
    #[arg(long, global = true)]
    pub(crate) seconds: Option<f64>,
    /// Callers at once, separated by commas, instead of those of the bench
    #[arg(long, global = true, value_delimiter = ',', value_name = "NUMBERS")]
    pub(crate) callers: Vec<usize>,
    /// Write the numbers to this file, as a JSON array
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// Everything, perhaps in small.
#[derive(Debug, Clone, Args)]
pub(crate) struct Everything {
    /// Draw the plot to this file too
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
    /// Logs and batches of a thousandth of the size: to try that every bench works, not to read a number
    #[arg(long)]
    pub(crate) tiny: bool,
}

/// Single commands.
#[derive(Debug, Clone, Args)]
pub(crate) struct CommandsArgs {
    /// `postgres:`, or `sqlite:` for the embedded store beside sqlite-es
    #[arg(long, default_value = "postgres:", value_name = "ENGINE")]
    pub(crate) store: String,
}

/// Batches.
#[derive(Debug, Clone, Args)]
pub(crate) struct AppendArgs {
    /// Creations together
    #[arg(long, default_value_t = 1_000)]
    pub(crate) batch: usize,
}

/// Openings.
#[derive(Debug, Clone, Args)]
pub(crate) struct OpeningsArgs {
    /// Spaces that fall due, over all rounds
    #[arg(long, default_value_t = 200_000)]
    pub(crate) spaces: u64,
}

/// A log to read.
#[derive(Debug, Clone, Args)]
pub(crate) struct EventsArgs {
    /// Events in the log
    #[arg(long, default_value_t = 500_000)]
    pub(crate) events: u64,
}

/// Reads over HTTP.
#[derive(Debug, Clone, Args)]
pub(crate) struct HttpArgs {
    /// Spaces to ask for
    #[arg(long, default_value_t = 20_000)]
    pub(crate) spaces: u64,
}

/// Documents that are read.
#[derive(Debug, Clone, Args)]
pub(crate) struct ConsultArgs {
    /// Spaces with a document each; more than 8000 do not fit into the cache of the command queue
    #[arg(long, default_value_t = 5_000)]
    pub(crate) spaces: u64,
}

/// Documents that are deposited.
#[derive(Debug, Clone, Args)]
pub(crate) struct DepositsArgs {
    /// Spaces to deposit into
    #[arg(long, default_value_t = 5_000)]
    pub(crate) spaces: u64,
    /// Deposits offered a second, at a constant rate
    #[arg(long, default_value_t = 160.0, value_parser = rate)]
    pub(crate) rate: f64,
    /// Bytes of a document
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..=5_000_000))]
    pub(crate) size: u32,
}

/// A log that grows.
#[derive(Debug, Clone, Args)]
pub(crate) struct GrowthArgs {
    /// Events in the log at first
    #[arg(long, default_value_t = 500_000)]
    pub(crate) events: u64,
    /// How many times as many it holds in the end
    #[arg(long, default_value_t = 10)]
    pub(crate) times: u64,
    /// What the idempotency keys are
    #[arg(long, value_enum, default_value_t = RequestKeys::TimeOrdered)]
    pub(crate) keys: RequestKeys,
}

/// What a client takes for its idempotency keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RequestKeys {
    /// UUIDs of version 7, as the documentation advises
    TimeOrdered,
    /// UUIDs of version 4, or anything else that does not say when it was made
    Random,
}

/// A plot.
#[derive(Debug, Clone, Args)]
pub(crate) struct PlotArgs {
    /// Where to draw it
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: PathBuf,
    /// Draw the `commands` of this JSON file instead of measuring
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
}

/// A load.
#[derive(Debug, Clone, Args)]
pub(crate) struct LoadArgs {
    /// The server, such as 127.0.0.1:8080
    pub(crate) server: String,
    /// A file of paths to ask for, one a line
    #[arg(long, value_name = "FILE")]
    pub(crate) paths: PathBuf,
    /// The token to bring
    #[arg(long, env = "ENS_BENCH_TOKEN", default_value = "", hide_env_values = true)]
    pub(crate) token: String,
    /// Connections at once
    #[arg(long)]
    pub(crate) connections: usize,
    /// Deposit documents of so many bytes instead of asking
    #[arg(long, value_name = "BYTES")]
    pub(crate) deposit: Option<usize>,
    /// Begin so many requests a second, whatever the answers take, instead of each after the answer to the last
    #[arg(long, value_parser = rate)]
    pub(crate) rate: Option<f64>,
}

/// How often a second something begins.
fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().map_err(|error| error.to_string())?;
    if (0.1..=1e6).contains(&rate) { Ok(rate) } else { Err("expected 0.1 to 1000000 a second".to_owned()) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_stand_on_either_side_of_the_command() {
        let cli = Cli::try_parse_from(["ens-bench", "--rounds", "2", "commands", "--callers", "1,32", "--store", "sqlite:"]).unwrap();
        assert_eq!((cli.how.rounds, cli.how.callers), (2, vec![1, 32]));
    }

    #[test]
    fn a_rate_is_a_number_above_nothing() {
        assert_eq!(rate("160"), Ok(160.0));
        assert!(["0", "-1", "NaN", "fast"].iter().all(|text| rate(text).is_err()));
    }
}

//! The command line: what `ens` can be asked, and how its help teaches it.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, NaiveDate, Utc};
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};
use ens_domain::access::{AccessMode, Purpose};
use ens_store::SweepTask;

use crate::config::Settings;

const EXAMPLES: &str = "\
Examples:
  ens demo                                      ten thousand invented persons, then a service to look at
  ens demo --persons 500 --no-serve --json      the counts of a small campaign, as one JSON object
  ens import persons.ndjson                     a space for each insured person of a file
  ens open --dry-run --on 2026-03-01            who would be opened on that day, by department
  ens replay --space ID --as-of 2026-03-01T00:00:00+01:00    a space as it was at that instant
  ens access explain --space ID --agent ID --reason TEXT     who could read a space now, and why
  ens serve --store postgres://ens@db/ens --issuers issuers.json    the service: API, notices, daily openings
  ens token --role holder --space ID            a development token, to try the API with

The life of a space (espace numérique de santé), and where the law says so:
  A notice (information préalable) by e-mail or post tells each person; whoever does not oppose
  (opposition) within six weeks of its receipt is opened by CNAM (article R. 1111-28 of the Public
  Health Code, code de la santé publique). The holder (titulaire) closes at any time; what was closed
  is archived for ten years (article R. 1111-36). Minors and protected adults act through a
  representative (représentant légal).

Every setting is an option and an environment variable: `ens serve --help` names them all.";

/// French digital health spaces (espaces numériques de santé), from the insurers' file to the daily openings.
#[derive(Debug, Parser)]
#[command(name = "ens", version, after_long_help = EXAMPLES, after_help = "`ens --help` shows examples; `ens COMMAND --help` shows every setting.")]
#[command(subcommand_required = true, arg_required_else_help = true, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How, whatever the command.
    #[command(flatten)]
    pub settings: Settings,
}

/// What `ens` can be asked.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Invent persons, run their whole campaign on a clock that jumps from day to day, then serve the result
    Demo(DemoArgs),
    /// Serve the API, send notices (information préalable), open what falls due each day
    Serve(ServeArgs),
    /// Bring the store's tables up to date, and say what it holds
    Migrate(MigrateArgs),
    /// Create a space for each insured person (assuré) of an NDJSON file
    ///
    /// A bad line is reported with its number, field and reason, and stops nothing. The same person twice changes nothing.
    /// An interrupted import goes on by running it again.
    Import(ImportArgs),
    /// Open the spaces whose six weeks are over (délai d'opposition, article R. 1111-28)
    Open(OpenArgs),
    /// Build a read model anew from the log; the old one serves until then, and is kept
    ///
    /// An interrupted rebuild goes on by running it again.
    Rebuild(RebuildArgs),
    /// Remove the files of contents that no event names any more; the service does it once a day
    Sweep(SweepArgs),
    /// Verify the log: dense positions, whole sequences, readable events, and the Merkle root of each partition
    Verify,
    /// Print the events of the log as NDJSON, or a space as it was at an instant; personal data sealed
    ///
    /// Positions count the events of a partition: 1, 2, 3, … in the order of their commits. A space stands in one partition.
    Replay(ReplayArgs),
    /// Ask the gate who may read what, and why
    Access(AccessArgs),
    /// Mint a development token (JWT) for the API, which a service with --development-tokens accepts
    Token(TokenArgs),
    /// Record a bounce: a delivery status notification (RFC 3464) on the standard input
    ///
    /// Ends with 0 where it was taken in, or kept because it cannot be read; with 75 where the mail server is to give it again later.
    Bounce,
    /// Record what became of letters: the carrier's statuses (posted, delivered, returned)
    Letters(LettersArgs),
}

impl Command {
    /// How this command ends where it fails. A bounce that a mail server discards is a person who is opened without having been told.
    pub const fn failed(&self) -> Ended {
        if matches!(self, Self::Bounce) { Ended::TryAgain } else { Ended::Failed }
    }

    /// What this command logs where the operator does not say. A demonstration refuses and bounces mails by the hundred, on
    /// purpose: only the service that follows it is worth a line.
    pub const fn usual_log(&self) -> &'static str {
        match self {
            Self::Demo(_) => "warn,ens_api::serve=info",
            // What the token is for is another terminal's variable: nothing but a failure belongs beside it.
            Self::Token(_) => "error",
            Self::Serve(_)
            | Self::Migrate(_)
            | Self::Import(_)
            | Self::Open(_)
            | Self::Rebuild(_)
            | Self::Sweep(_)
            | Self::Verify
            | Self::Replay(_)
            | Self::Access(_)
            | Self::Bounce
            // At each start PostgreSQL would note that the table of migrations is there already.
            | Self::Letters(_) => "info,sqlx::postgres::notice=warn",
        }
    }
}

/// How a process ends, for who looks at its status (`sysexits.h`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It failed.
    Failed,
    /// What was asked is no command (`EX_USAGE`).
    Misused,
    /// It may succeed another time: a mail server keeps the message and tries again (`EX_TEMPFAIL`).
    TryAgain,
}

impl Ended {
    /// What a command line that cannot be read ends with. A value that cannot be read may stand in the environment, where an operator mends it:
    /// that must not cost a bounce.
    pub fn of_usage(error: &clap::Error, mut arguments: impl Iterator<Item = std::ffi::OsString>) -> Self {
        let value = matches!(error.kind(), ErrorKind::InvalidValue | ErrorKind::ValueValidation);
        if value && arguments.any(|argument| argument == "bounce") { Self::TryAgain } else { Self::Misused }
    }
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Failed => Self::FAILURE,
            Ended::Misused => Self::from(64),
            Ended::TryAgain => Self::from(75),
        }
    }
}

/// Options of `ens demo`.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// How many persons to invent
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=50_000_000))]
    pub persons: u64,
    /// Another seed invents other persons; the same seed gives the same counts
    #[arg(long, value_name = "S", default_value_t = 31_44_80)]
    pub seed: u64,
    /// First day of the campaign (default: the latest one whose campaign is over)
    #[arg(long, value_name = "DATE")]
    pub from: Option<NaiveDate>,
    /// End after the table instead of serving
    #[arg(long)]
    pub no_serve: bool,
    /// Print one JSON object instead of the table
    #[arg(long)]
    pub json: bool,
}

/// Options of `ens serve`.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Run one half only, to split them over processes
    #[arg(long, value_name = "HALF")]
    pub only: Option<Half>,
    /// Take the operator's word that this machine's clock is right (SQLite: after a stop of more than a day and a restart of the machine)
    #[arg(long)]
    pub accept_clock: bool,
}

/// Options of `ens migrate`.
#[derive(Debug, Clone, Args)]
pub struct MigrateArgs {
    /// Lay the tables over the nodes of a Citus cluster, whose coordinator the store names; stop every writer first
    #[arg(long)]
    pub citus: bool,
    /// Print what `--citus` would run, and run nothing of it
    #[arg(long, requires = "citus")]
    pub print: bool,
}

/// One half of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Half {
    /// Answer requests.
    Api,
    /// Keep read models, send notices, open what falls due.
    Workers,
}

/// Options of `ens import`.
#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    /// The file, or - for the standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Print one JSON object a line instead of text
    #[arg(long)]
    pub json: bool,
}

/// Options of `ens open`.
#[derive(Debug, Clone, Args)]
pub struct OpenArgs {
    /// The day whose openings are meant; without --dry-run it cannot be in the future
    #[arg(long, value_name = "DATE")]
    pub on: NaiveDate,
    /// Count by department, and open nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON object instead of the table
    #[arg(long)]
    pub json: bool,
    /// Take the operator's word that this machine's clock is right, as `ens serve` does
    #[arg(long)]
    pub accept_clock: bool,
}

/// Options of `ens rebuild`.
#[derive(Debug, Clone, Args)]
pub struct RebuildArgs {
    /// The read model, such as space_status, or all
    pub name: String,
    /// Compare the rows that a rebuild would give with the live ones, and change nothing
    #[arg(long, group = "task")]
    pub check: bool,
    /// Put the version before the last rebuild back in its place at once; the one that is live now is kept in turn
    #[arg(long, group = "task")]
    pub rollback: bool,
    /// Drop the version before the last rebuild, which is kept until then or until the next rebuild begins
    #[arg(long, group = "task")]
    pub drop_previous: bool,
}

/// What is done with a read model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RebuildTask {
    /// Built anew.
    Rebuild,
    /// Compared.
    Check,
    /// The version before comes back.
    RollBack,
    /// The version before is dropped.
    DropPrevious,
}

impl RebuildArgs {
    /// What is asked; clap lets one of the options through at most.
    pub const fn task(&self) -> RebuildTask {
        match (self.check, self.rollback, self.drop_previous) {
            (true, _, _) => RebuildTask::Check,
            (_, true, _) => RebuildTask::RollBack,
            (_, _, true) => RebuildTask::DropPrevious,
            (false, false, false) => RebuildTask::Rebuild,
        }
    }
}

/// Options of `ens sweep`.
#[derive(Debug, Clone, Args)]
pub struct SweepArgs {
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub json: bool,
    /// Take the operator's word that this machine's clock is right, as `ens serve` does
    #[arg(long)]
    pub accept_clock: bool,
}

impl SweepArgs {
    /// What is asked.
    pub const fn task(&self) -> SweepTask {
        if self.dry_run { SweepTask::Count } else { SweepTask::Remove }
    }
}

/// Options of `ens replay`.
#[derive(Debug, Clone, Args)]
pub struct ReplayArgs {
    /// The first position to print: each partition counts its own, from 1
    #[arg(long, value_name = "POSITION", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub from: u64,
    /// The last position to print (default: where each partition ends)
    #[arg(long, value_name = "POSITION", value_parser = clap::value_parser!(u64).range(1..))]
    pub to: Option<u64>,
    /// One partition only; all of them otherwise, one after the other
    #[arg(long, value_name = "N", conflicts_with = "space")]
    pub partition: Option<u16>,
    /// The life of one space only; or, as SPACE/ITEM, one thing that it contains, such as a measure
    #[arg(long, value_name = "SPACE[/ITEM]")]
    pub space: Option<ens_domain::stream::StreamId>,
    /// Only what was recorded until this instant, such as 2026-07-01T00:00:00+02:00; with --space the state then, as one JSON object
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub as_of: Option<DateTime<Utc>>,
}

fn instant(text: &str) -> Result<DateTime<Utc>, &'static str> {
    let read = DateTime::parse_from_rfc3339(text.trim()).map(|at| at.to_utc());
    read.map_err(|_| "expected an instant with its offset, such as 2026-07-01T00:00:00+02:00 or 2026-06-30T22:00:00Z")
}

/// Options of `ens access`.
#[derive(Debug, Clone, Args)]
pub struct AccessArgs {
    /// What is asked.
    #[command(subcommand)]
    pub task: AccessTask,
}

/// What the gate can be asked.
#[derive(Debug, Clone, Subcommand)]
pub enum AccessTask {
    /// Say who could read a space or one of its documents, and why; with --professional, what that one could read
    ///
    /// The gate of the API answers, on the space as it stands; grounds and refusals are the French sentences that the holder reads.
    /// Who treats a person is told to nobody in secret: the look is an access of its own, which the holder sees with --reason, and
    /// the store must be one that can be written. The log names --agent beside it.
    Explain(ExplainArgs),
}

/// Options of `ens access explain`.
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// The space
    #[arg(long, value_name = "ID")]
    pub space: ens_domain::ids::SpaceId,
    /// Who looks: the id of an agent, never a name
    #[arg(long, value_name = "ID")]
    pub agent: ens_domain::organism::AgentId,
    /// Why; the holder reads it
    #[arg(long, value_name = "TEXT")]
    pub reason: ens_domain::sections::consultations::StatedReason,
    /// One document; the medical record as a whole otherwise
    #[arg(long, value_name = "ID", conflicts_with = "professional")]
    pub document: Option<ens_domain::ids::ItemId>,
    /// The professional (RPPS) whose reach is asked for
    #[arg(long, value_name = "NUMBER")]
    pub professional: Option<ens_domain::rpps::Rpps>,
    /// The professional's profession, by its national code
    #[arg(long, value_name = "CODE", default_value = "10", requires = "professional")]
    pub profession: ens_domain::access::Profession,
    /// The structure (FINESS) in which the professional acts
    #[arg(long, value_name = "NUMBER", requires = "professional")]
    pub structure: Option<ens_domain::finess::Finess>,
    /// What the professional reads for (default: care)
    #[arg(long, value_name = "PURPOSE", value_parser = purpose, requires = "professional")]
    pub purpose: Option<Purpose>,
    /// How the professional comes in
    #[arg(long, value_enum, default_value_t = EntryMode::Ordinary, requires = "professional")]
    pub mode: EntryMode,
    /// An instant to come, such as 2026-07-01T00:00:00+02:00 (default: now)
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub at: Option<DateTime<Utc>>,
    /// Print one JSON object instead of sentences
    #[arg(long)]
    pub json: bool,
}

fn purpose(text: &str) -> Result<Purpose, String> {
    Purpose::named(text).ok_or_else(|| format!("expected one of {}", Purpose::ALL.map(Purpose::name).join(", ")))
}

/// Options of `ens token`.
#[derive(Debug, Clone, Args)]
pub struct TokenArgs {
    /// holder, representative, caregiver, cnam, insurer, support, professional, service, auditor or admin
    #[arg(long)]
    pub role: String,
    /// Whose token it is (agent, account); a name is made up otherwise
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
    /// The space of a holder or a representative
    #[arg(long, value_name = "ID")]
    pub space: Option<ens_domain::ids::SpaceId>,
    /// The caregiver, by the id of their own space
    #[arg(long, value_name = "ID")]
    pub caregiver: Option<ens_domain::ids::CaregiverId>,
    /// The service, by its id in the national catalogue
    #[arg(long, value_name = "ID")]
    pub service: Option<ens_domain::ids::ServiceId>,
    /// The fund of an insurer's agent, such as CPAM-31
    #[arg(long, value_name = "CODE")]
    pub insurer: Option<ens_domain::organism::InsurerCode>,
    /// The agent of the support line or a desk
    #[arg(long, value_name = "ID")]
    pub agent: Option<ens_domain::organism::AgentId>,
    /// The professional (RPPS)
    #[arg(long, value_name = "NUMBER")]
    pub rpps: Option<ens_domain::rpps::Rpps>,
    /// The professional's profession, by its national code
    #[arg(long, value_name = "CODE", default_value = "10")]
    pub profession: ens_domain::access::Profession,
    /// The structure (FINESS) in which the professional acts
    #[arg(long, value_name = "NUMBER")]
    pub structure: Option<ens_domain::finess::Finess>,
    /// How the professional comes in
    #[arg(long, value_enum, default_value_t = EntryMode::Ordinary)]
    pub mode: EntryMode,
    /// Minutes for which it is good
    #[arg(long, value_name = "N", default_value_t = 720)]
    pub minutes: u32,
}

/// How a professional comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EntryMode {
    /// On an authorisation.
    Ordinary,
    /// In an emergency, for a person who cannot consent (bris de glace).
    BreakGlass,
    /// For a dispatch centre (centre 15).
    DispatchCentre,
}

impl From<EntryMode> for AccessMode {
    fn from(mode: EntryMode) -> Self {
        match mode {
            EntryMode::Ordinary => Self::Ordinary,
            EntryMode::BreakGlass => Self::BreakGlass,
            EntryMode::DispatchCentre => Self::DispatchCentre,
        }
    }
}

/// Options of `ens letters`.
#[derive(Debug, Clone, Args)]
pub struct LettersArgs {
    /// The carrier's file of statuses, or - for the standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

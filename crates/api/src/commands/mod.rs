//! The commands of the program, one file each: what they print goes to the output, what they log to the error output.

use crate::cli::{AccessTask, Cli, Command, ServeArgs};
use crate::config::Settings;
use crate::serve;

pub use failure::{Failure, TokenError};

mod bounce;
pub mod demo;
mod explain;
mod failure;
mod import;
mod letters;
mod migrate;
mod next_steps;
mod open;
mod rebuild;
mod replay;
mod store;
mod streams;
mod sweep;
mod token;
mod verify;

/// Runs one command to its end.
///
/// # Errors
/// A [`Failure`], to be printed as it is.
pub async fn run(cli: Cli) -> Result<(), Failure> {
    let settings = cli.settings;
    match cli.command {
        Command::Demo(args) => demo::run(settings, args).await,
        Command::Serve(args) => start_service(settings, args).await,
        Command::Migrate(args) => migrate::run(settings, args).await,
        Command::Import(args) => import::run(settings, args).await,
        Command::Open(args) => open::run(settings, args).await,
        Command::Rebuild(args) => rebuild::run(settings, args).await,
        Command::Sweep(args) => sweep::run(settings, args).await,
        Command::Verify => verify::run(settings).await,
        Command::Replay(args) => replay::run(settings, args).await,
        Command::Access(args) => match args.task {
            AccessTask::Explain(args) => explain::run(settings, args).await,
        },
        Command::Token(args) => token::run(&settings, args),
        Command::Bounce => bounce::run(settings).await,
        Command::Letters(args) => letters::run(settings, args).await,
    }
}

async fn start_service(settings: Settings, args: ServeArgs) -> Result<(), Failure> {
    let app = store::deciding_app(settings, store::open).await?;
    tracing::info!(version = app.policy.matrix.version(), "access matrix");
    if args.accept_clock {
        app.store.accept_clock(app.now()).await?;
    }
    Ok(serve::run(app, args.only).await?)
}

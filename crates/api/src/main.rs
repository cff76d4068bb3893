//! The program `ens`: reads the command line, starts the log, runs one command.

use std::process::ExitCode;

use clap::Parser;
use ens_api::cli::{Cli, Ended};
use ens_api::{commands, logging};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return explained(&error),
    };
    let failed = cli.command.failed();
    if let Err(error) = logging::start(&cli.settings.log, cli.command.usual_log()) {
        eprintln!("ens: {error}");
        return failed.into();
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ens: no threads to run on: {error}");
            return failed.into();
        }
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_a_reader_gone() => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("ens: {failure}");
            failed.into()
        }
    }
}

/// Help and version, which were asked for, or what is wrong with the command line.
fn explained(error: &clap::Error) -> ExitCode {
    // Where the reader is gone nobody is left to tell; the status says how it ended all the same.
    drop(error.print());
    if error.use_stderr() { Ended::of_usage(error, std::env::args_os().skip(1)).into() } else { ExitCode::SUCCESS }
}

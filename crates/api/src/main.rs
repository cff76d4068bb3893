//! The program `ens`: reads the command line, starts the log, runs one command.

use std::process::ExitCode;

use clap::Parser;
use ens_api::cli::Cli;
use ens_api::{commands, logging};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = logging::start(&cli.settings.log, cli.command.usual_log()) {
        eprintln!("ens: {error}");
        return ExitCode::FAILURE;
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ens: no threads to run on: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_a_reader_gone() => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("ens: {failure}");
            ExitCode::FAILURE
        }
    }
}

//! The program `ens-bench`: reads the command line, runs benches, prints and writes what they measured, clears up whatever happens.

mod bench;
mod benches;
mod cli;
mod contest;
mod directory;
mod failure;
mod gauges;
mod lives;
mod load;
mod measure;
mod memory;
mod number;
mod peers;
mod processor;
mod ready_made;
mod records;
mod report;
mod request;
mod run;
mod served;
mod server;
mod svg;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ens-bench: no threads to run on: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run::until_done_or_asked_to_stop(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("ens-bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

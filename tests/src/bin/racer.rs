//! One process of a race: it reads a line of space ids, executes the same command on each, and prints a line of outcomes.
//!
//! `racer STORE-URL open|oppose`. An outcome is `done`, `quiet`, or the refusal in the domain's words.

use std::io::Write;

use chrono::Utc;
use ens_domain::ids::SpaceId;
use ens_domain::organism::AgentId;
use ens_domain::party::Party;
use ens_domain::policy::Policy;
use ens_domain::space::SpaceCommand;
use ens_domain::space::commands::{Open, Oppose, Proof};
use ens_domain::space::terms::OppositionChannel;
use ens_store::{CommandEnvelope, Store};
use ens_tests::cohort::open_store;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, url, asked] = arguments.as_slice() else { panic!("racer STORE-URL open|oppose") };
    let store = open_store(url).await;
    for line in std::io::stdin().lines() {
        let mut outcomes = Vec::new();
        for id in line.expect("a line of ids").split_whitespace() {
            outcomes.push(run(&store, id.parse().expect("a space id"), asked).await);
        }
        println!("{}", outcomes.join("\t"));
        std::io::stdout().flush().expect("someone reads");
    }
}

async fn run(store: &Store, space: SpaceId, asked: &str) -> String {
    match store.commands().execute(CommandEnvelope::new(space, command(asked)), &Policy::default()).await {
        Ok(outcome) if outcome.is_quiet() => "quiet".to_owned(),
        Ok(_) => "done".to_owned(),
        Err(rejection) => rejection.to_string(),
    }
}

fn command(asked: &str) -> SpaceCommand {
    let by = Party::Support { agent: AgentId::parse("guichet-1").expect("an agent") };
    match asked {
        "open" => Open { at: Utc::now() }.into(),
        "oppose" => Oppose { at: Utc::now(), by, via: OppositionChannel::Desk, proof: Proof::IdentityProved }.into(),
        other => panic!("{other}: open or oppose"),
    }
}

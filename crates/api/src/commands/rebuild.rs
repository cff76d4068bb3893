//! `ens rebuild`: a read model built anew from the log, or compared with what the log says.

use ens_projections::{compare, questions, rebuild};

use crate::cli::RebuildArgs;
use crate::config::Settings;

use super::{Failure, open_store, print};

/// Differences that are printed one by one.
const SHOWN: usize = 20;

/// Rebuilds one read model, or all of them; with `--check`, compares and changes nothing.
pub(super) async fn run(settings: Settings, args: RebuildArgs) -> Result<(), Failure> {
    let store = open_store(&settings).await?;
    let names = chosen(&args.name)?;
    let mut differing = 0;
    for name in names {
        if args.check {
            let differences = compare(&store, name).await?;
            print(&format!("{name}: {} rows differ", differences.len()))?;
            for difference in differences.iter().take(SHOWN) {
                print(&format!("  {}: {}", difference.key, difference.columns.join(", ")))?;
            }
            differing += differences.len();
        } else {
            let rebuilt = rebuild(&store, name).await?;
            print(&format!("{name}: rebuilt from {} facts", rebuilt.facts))?;
        }
    }
    store.close().await;
    if differing == 0 { Ok(()) } else { Err(Failure::Differs(differing)) }
}

fn chosen(name: &str) -> Result<Vec<&'static str>, Failure> {
    let known: Vec<&'static str> = questions().into_iter().map(|question| question.name()).collect();
    if name == "all" {
        return Ok(known);
    }
    match known.iter().find(|each| **each == name) {
        Some(found) => Ok(vec![*found]),
        None => Err(Failure::Asked(format!("no read model is called so; there are {}, and all for every one", known.join(", ")))),
    }
}

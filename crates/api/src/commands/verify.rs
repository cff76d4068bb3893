//! `ens verify`: every row of the log, read again: dense, whole, readable, and what its Merkle tree comes to.

use ens_audit::{Row, Verifier};
use ens_store::{Partition, Store, StoredEvent};

use crate::config::Settings;

use super::{Failure, open_store, print};

/// The aggregate whose payloads this service reads.
const OURS: &str = "health_space";
/// Events that are read at once.
const PAGE: u32 = 1_000;

/// Verifies every partition, prints its size and root, and names what is wrong.
pub(super) async fn run(settings: Settings) -> Result<(), Failure> {
    let store = open_store(&settings).await?;
    let mut findings = 0;
    for partition in store.partitions().each() {
        findings += verify(&store, partition).await?;
    }
    if findings == 0 { Ok(()) } else { Err(Failure::NotVerified(findings)) }
}

async fn verify(store: &Store, partition: Partition) -> Result<usize, Failure> {
    let mut verifier = Verifier::new();
    let mut findings = 0;
    let mut after = 0;
    loop {
        let page = store.feed(partition, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        for event in &page {
            for finding in check(&mut verifier, event) {
                findings += 1;
                print(&format!("partition {}, position {}: {finding}", partition.number(), event.position))?;
            }
        }
    }
    let head = verifier.head();
    print(&format!("partition {:>2}: {:>9} events, root {}", partition.number(), head.size, head.root))?;
    Ok(findings)
}

fn check(verifier: &mut Verifier, event: &StoredEvent) -> Vec<String> {
    let row = Row {
        position: event.position,
        aggregate_type: &event.aggregate_type,
        aggregate_id: &event.aggregate_id,
        sequence: event.sequence,
        event_type: &event.event_type,
        event_version: &event.event_version,
        recorded_at: event.recorded_at.timestamp_micros(),
        payload: event.payload.as_bytes(),
        metadata: event.metadata.as_bytes(),
    };
    let order = verifier.take(&row).err().map(|finding| finding.to_string());
    // Another service may keep aggregates of its own in this log: their payloads are not ours to read.
    let ours = event.aggregate_type == OURS;
    let content = ours.then(|| event.decode().err().map(|error| error.to_string())).flatten();
    order.into_iter().chain(content).collect()
}

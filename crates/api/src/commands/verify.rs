//! `ens verify`: reads the whole log, reports gaps and events that cannot be decoded, and prints each partition's size and Merkle root.
//!
//! An altered or shortened log can also be free of gaps: to find that, compare the sizes and roots with those noted earlier.

use ens_audit::{Head, Row, Verifier};
use ens_domain::event::Event;
use ens_store::{EventRow, Partition, Span, Store, StoreError};
use futures::stream::{self, StreamExt};

use crate::config::Settings;

use super::failure::Failure;
use super::store::open_existing;
use super::streams::print;

/// Partitions that are read at once: the server sends one while this program hashes another.
const AT_ONCE: usize = 2;
/// Findings of a partition that are printed; all are counted.
const SHOWN: usize = 1_000;

/// Verifies every partition, prints its size and root, and names what is wrong.
pub(super) async fn run(settings: Settings) -> Result<(), Failure> {
    let store = open_existing(&settings).await?;
    let mut findings = 0;
    let reading = store.partitions().each().map(|partition| {
        let store = store.clone();
        async move { tokio::spawn(async move { verify(&store, partition).await }).await }
    });
    let mut verified = stream::iter(reading.collect::<Vec<_>>()).buffered(AT_ONCE);
    while let Some(partition) = verified.next().await {
        let seen = partition.map_err(|_| Failure::Asked("a partition was not read to its end: it broke off".into()))??;
        for finding in &seen.shown {
            print(finding)?;
        }
        print(&format!("partition {:>2}: {:>9} events, root {}", seen.partition.number(), seen.head.size, seen.head.root))?;
        findings += seen.findings;
    }
    store.close().await;
    if findings == 0 { Ok(()) } else { Err(Failure::NotVerified(findings)) }
}

/// What a partition came to.
struct Seen {
    partition: Partition,
    head: Head,
    findings: usize,
    shown: Vec<String>,
}

async fn verify(store: &Store, partition: Partition) -> Result<Seen, StoreError> {
    let mut verifier = Verifier::new();
    let (mut findings, mut shown) = (0, Vec::new());
    let take = |event: EventRow<'_>| {
        for finding in check(&mut verifier, &event) {
            findings += 1;
            if shown.len() < SHOWN {
                shown.push(format!("partition {}, position {}: {finding}", partition.number(), event.position));
            }
        }
        Ok::<(), StoreError>(())
    };
    store.log().read(Span::all_of(partition), take).await?;
    Ok(Seen { partition, head: verifier.head(), findings, shown })
}

fn check(verifier: &mut Verifier, event: &EventRow<'_>) -> Vec<String> {
    let row = Row {
        position: event.position,
        aggregate_type: event.aggregate_type,
        aggregate_id: event.aggregate_id,
        sequence: event.sequence,
        event_type: event.event_type,
        event_version: event.event_version,
        recorded_at: event.recorded_at.timestamp_micros(),
        payload: event.payload.as_bytes(),
        metadata: event.metadata.as_bytes(),
    };
    let order = verifier.take(&row).err().map(|finding| finding.to_string());
    // Another service may keep aggregates of its own in this log: their payloads are not ours to read.
    let content = event.kind().and_then(|_| event.decode::<Event>().err().map(|error| error.to_string()));
    order.into_iter().chain(content).collect()
}

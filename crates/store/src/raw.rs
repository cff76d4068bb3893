//! Ready-made events, appended below every rule, without decision, sealing or outbox: for the tests of the log and for the bench.

use crate::ground::{Appended, Conflict, StoreError, Write};
use crate::queue::{Appending, StreamAppend, UnderLock, append_under_lock};
use crate::store::Store;

/// Appends writes, each all or nothing, and answers each in the order given.
///
/// # Errors
/// The database's; with one partition the call is all or nothing, with several each partition is.
pub async fn append(store: &Store, writes: Vec<Write>) -> Result<Vec<Result<Appended, Conflict>>, StoreError> {
    let (shared, mut answers) = (store.shared(), Vec::new());
    answers.resize_with(writes.len(), || None);
    for partition in shared.partitions().each() {
        let own = |write: &Write| shared.partitions().of(&write.aggregate_id) == partition;
        let (places, appends): (Vec<usize>, Vec<StreamAppend>) = writes
            .iter()
            .enumerate()
            .filter(|(_, write)| own(write))
            .map(|(place, write)| (place, StreamAppend::of(write.clone())))
            .unzip();
        if appends.is_empty() {
            continue;
        }
        let lock = UnderLock { partition, known_head: None };
        let Appending::Done(done) = append_under_lock(shared.engine(), lock, &appends, &[]).await? else {
            return Err(StoreError::Malformed("a write that expects nothing was not admitted"));
        };
        for (place, answer) in places.into_iter().zip(done) {
            if let Some(slot) = answers.get_mut(place) {
                *slot = Some(answer);
            }
        }
    }
    shared.signal_append();
    Ok(answers.into_iter().flatten().collect())
}

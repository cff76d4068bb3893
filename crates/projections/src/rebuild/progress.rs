//! How many events of a rebuild are folded, for a progress bar.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ens_store::Progress;

/// How many events of a rebuild are folded. Clones show the same rebuild.
#[derive(Debug, Clone, Default)]
pub struct FoldProgress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    total: AtomicU64,
    folded: AtomicU64,
}

impl FoldProgress {
    /// Events up to the bounds that were fixed when the rebuild began; 0 before that.
    pub fn total(&self) -> u64 {
        self.0.total.load(Ordering::Relaxed)
    }

    /// Events that were folded or passed over, in an earlier run that this one resumes too.
    pub fn folded(&self) -> u64 {
        self.0.folded.load(Ordering::Relaxed)
    }

    pub(super) fn begin(&self, leaves: &[Progress]) {
        self.0.total.store(leaves.iter().map(|leaf| leaf.bound).sum(), Ordering::Relaxed);
        self.0.folded.store(leaves.iter().map(|leaf| leaf.events).sum(), Ordering::Relaxed);
    }

    pub(super) fn add(&self, events: u64) {
        self.0.folded.fetch_add(events, Ordering::Relaxed);
    }
}

//! `Shared` holds what all parts of one store use: the engine, the derived keys, the randomness, the partitions and the append signal.

use std::sync::Arc;

use ens_domain::ids::SpaceId;
use tokio::sync::watch;

use crate::engine::Engine;
use crate::ground::{Entropy, Partition, Partitions};
use crate::sealing::master::DerivedKeys;

/// What all doors share. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Parts>);

struct Parts {
    engine: Box<dyn Engine>,
    keys: DerivedKeys,
    entropy: Entropy,
    partitions: Partitions,
    appended: watch::Sender<u64>,
}

impl Shared {
    /// An opened engine with the keys of its store.
    pub(crate) fn new(engine: Box<dyn Engine>, keys: DerivedKeys, entropy: Entropy, partitions: Partitions) -> Self {
        let (appended, _) = watch::channel(0);
        Self(Arc::new(Parts { engine, keys, entropy, partitions, appended }))
    }

    pub(crate) fn engine(&self) -> &dyn Engine {
        self.0.engine.as_ref()
    }

    pub(crate) fn keys(&self) -> &DerivedKeys {
        &self.0.keys
    }

    pub(crate) fn entropy(&self) -> &Entropy {
        &self.0.entropy
    }

    pub(crate) fn partitions(&self) -> Partitions {
        self.0.partitions
    }

    /// Where the streams of a space stand.
    pub(crate) fn partition_of(&self, space: SpaceId) -> Partition {
        self.0.partitions.of(&space.to_string())
    }

    /// Wakes whoever waits for something to read.
    pub(crate) fn signal_append(&self) {
        self.0.appended.send_modify(|appends| *appends = appends.wrapping_add(1));
    }

    /// Changes with every append of this process.
    pub(crate) fn appends(&self) -> watch::Receiver<u64> {
        self.0.appended.subscribe()
    }
}

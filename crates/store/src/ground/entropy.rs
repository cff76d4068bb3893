//! Randomness: the operating system's, or a seeded stream that makes two runs alike.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use super::error::StoreError;

/// Where random bytes come from: keys, nonces, ids and codes of one process.
#[derive(Clone)]
pub struct Entropy(Source);

#[derive(Clone)]
enum Source {
    System(SystemRandom),
    Seeded { key: hmac::Key, drawn: Arc<AtomicU64> },
}

impl Entropy {
    /// The operating system's randomness.
    pub fn os() -> Self {
        Self(Source::System(SystemRandom::new()))
    }

    /// A stream that depends on the seed alone, for tests and demonstrations: whoever knows the seed knows every key.
    pub fn seeded(seed: u64) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &seed.to_be_bytes());
        Self(Source::Seeded { key, drawn: Arc::new(AtomicU64::new(0)) })
    }

    /// A source of its own for one command: of a seeded stream the same bytes come, whoever draws meanwhile from the others.
    pub(crate) fn branch(&self) -> Self {
        match &self.0 {
            Source::System(system) => Self(Source::System(system.clone())),
            Source::Seeded { key, drawn } => {
                let seed = hmac::sign(key, &drawn.fetch_add(1, Ordering::SeqCst).to_be_bytes());
                Self(Source::Seeded { key: hmac::Key::new(hmac::HMAC_SHA256, seed.as_ref()), drawn: Arc::new(AtomicU64::new(0)) })
            }
        }
    }

    /// Fills `bytes`.
    ///
    /// # Errors
    /// [`StoreError::NoRandomness`] where the operating system gives none.
    pub fn fill(&self, bytes: &mut [u8]) -> Result<(), StoreError> {
        match &self.0 {
            Source::System(system) => system.fill(bytes).map_err(|_| StoreError::NoRandomness),
            Source::Seeded { key, drawn } => {
                for chunk in bytes.chunks_mut(32) {
                    let block = hmac::sign(key, &drawn.fetch_add(1, Ordering::SeqCst).to_be_bytes());
                    chunk.iter_mut().zip(block.as_ref()).for_each(|(to, from)| *to = *from);
                }
                Ok(())
            }
        }
    }

    /// `N` random bytes.
    ///
    /// # Errors
    /// [`StoreError::NoRandomness`] where the operating system gives none.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], StoreError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.0 {
            Source::System(_) => "Entropy(system)",
            Source::Seeded { .. } => "Entropy(seeded)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Entropy;

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        assert_eq!(Entropy::seeded(7).bytes::<100>(), Entropy::seeded(7).bytes::<100>());
    }

    #[test]
    fn another_seed_or_another_draw_gives_other_bytes() {
        let stream = Entropy::seeded(7);
        let first = stream.bytes::<32>();
        assert_ne!(first, stream.bytes::<32>());
        assert_ne!(first, Entropy::seeded(8).bytes::<32>());
    }

    #[test]
    fn a_branch_gives_the_same_bytes_whoever_draws_meanwhile() {
        let (first, second) = (Entropy::seeded(7), Entropy::seeded(7));
        let (alone, beside) = (first.branch(), second.branch());
        second.bytes::<32>().unwrap();
        assert_eq!(alone.bytes::<32>(), beside.bytes::<32>());
        assert_ne!(Entropy::seeded(7).branch().bytes::<32>(), first.branch().bytes::<32>());
    }
}

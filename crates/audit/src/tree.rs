//! The Merkle tree of RFC 6962 over the leaves of a partition, grown one leaf at a time in logarithmic memory.
//!
//! leaves 1 to 7 stand under three peaks, (1 2 3 4) (5 6) (7): a full subtree for each bit of the size
//! - the root is that of RFC 6962 at every size
//! - a tree of n leaves keeps as many hashes as n has bits set

use crate::hash::Hash;

/// What a partition's log was at one moment: how many rows, and the root over them. Two equal heads have equal rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number of leaves, which is the last position.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// A growing tree.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    size: u64,
    /// Roots of the full subtrees, the largest first.
    peaks: Vec<Hash>,
}

impl Tree {
    /// A tree without leaves.
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// A tree taken up again from what [`Tree::peaks`] gave at this size, or `None` where the two do not belong together.
    pub fn resume(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    /// Adds a leaf at the end.
    pub fn push(&mut self, leaf: Hash) {
        let mut grown = leaf;
        // Each low bit that is set is a full subtree of the same height as the one that just grew.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                grown = Hash::of_node(&left, &grown);
            }
        }
        self.peaks.push(grown);
        self.size += 1;
    }

    /// The number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// All that must be kept to go on later: one hash for each bit set in the size, the largest subtree first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// The root over all leaves so far.
    pub fn root(&self) -> Hash {
        let smallest_first = self.peaks.iter().rev().copied();
        smallest_first.reduce(|right, left| Hash::of_node(&left, &right)).unwrap_or_else(Hash::of_nothing)
    }

    /// Size and root together.
    pub fn head(&self) -> Head {
        Head { size: self.size, root: self.root() }
    }
}

impl Extend<Hash> for Tree {
    fn extend<I: IntoIterator<Item = Hash>>(&mut self, leaves: I) {
        leaves.into_iter().for_each(|leaf| self.push(leaf));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entries and roots of the reference implementation of certificate transparency.
    const ENTRIES: [&[u8]; 8] = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn the_root_is_that_of_rfc_6962_at_every_size() {
        let mut tree = Tree::new();
        assert_eq!(tree.root().to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (entry, root) in ENTRIES.into_iter().zip(ROOTS) {
            tree.push(Hash::of_leaf(entry));
            assert_eq!(tree.root().to_string(), root, "at {} leaves", tree.size());
        }
    }

    #[test]
    fn a_tree_of_n_leaves_keeps_as_many_hashes_as_n_has_bits_set() {
        let mut tree = Tree::new();
        for size in 1..=1_000_u64 {
            tree.push(Hash::of_leaf(&size.to_be_bytes()));
            assert_eq!(tree.peaks().len(), size.count_ones() as usize);
        }
    }

    #[test]
    fn a_tree_taken_up_again_goes_on_as_if_never_put_down() {
        let mut tree = Tree::new();
        for size in 0..100_u64 {
            let mut resumed = Tree::resume(tree.size(), tree.peaks().to_vec()).expect("its own peaks");
            tree.push(Hash::of_leaf(&size.to_be_bytes()));
            resumed.push(Hash::of_leaf(&size.to_be_bytes()));
            assert_eq!(resumed.head(), tree.head());
        }
        assert!(Tree::resume(3, vec![Hash::of_nothing()]).is_none());
    }
}

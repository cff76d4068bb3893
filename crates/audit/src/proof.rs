//! Proofs of RFC 6962: that a leaf is under a root, and that a root grew out of an older one without touching what it covered.
//!
//! - every leaf of every tree is proved, and no other
//! - every older root of every tree is proved, and no other
//!
//! The prover holds the leaves; the checker holds two roots and a few hashes. The checks are the algorithms of RFC 9162,
//! sections 2.1.3.2 and 2.1.4.2, which reads RFC 6962's proofs.

use crate::hash::Hash;
use crate::tree::{Head, Tree};

/// The hashes that lead from the leaf at `index` to the root over `leaves`, or `None` where there is no such leaf.
pub fn inclusion(leaves: &[Hash], index: u64) -> Option<Vec<Hash>> {
    // A number too large for this machine is beyond the last leaf.
    let index = usize::try_from(index).ok().filter(|index| *index < leaves.len())?;
    let mut path = Vec::new();
    path_to(leaves, index, &mut path);
    Some(path)
}

/// The hashes that lead from the root over the first `older` leaves to the root over all, or `None` where there are fewer.
pub fn consistency(leaves: &[Hash], older: u64) -> Option<Vec<Hash>> {
    // A number too large for this machine is beyond the last leaf.
    let older = usize::try_from(older).ok().filter(|older| *older <= leaves.len())?;
    let mut path = Vec::new();
    if older > 0 {
        path_from(leaves, older, Known::ByTheChecker, &mut path);
    }
    Some(path)
}

/// Whether `path` shows that `leaf` stands at `index` under this head.
pub fn is_included(leaf: Hash, index: u64, path: &[Hash], head: &Head) -> bool {
    if index >= head.size {
        return false;
    }
    let mut walk = Walk { at: index, last: head.size - 1 };
    let mut root = leaf;
    for hash in path {
        match walk.step() {
            Some(Side::Left) => root = Hash::of_node(hash, &root),
            Some(Side::Right) => root = Hash::of_node(&root, hash),
            None => return false,
        }
    }
    walk.last == 0 && root == head.root
}

/// Whether `path` shows that the newer head covers the same leaves as the older one, and then more.
pub fn is_consistent(older: &Head, newer: &Head, path: &[Hash]) -> bool {
    if older.size > newer.size {
        return false;
    }
    if older.size == newer.size {
        return path.is_empty() && older.root == newer.root;
    }
    if older.size == 0 {
        return path.is_empty() && older.root == Hash::of_nothing();
    }
    // A full older tree is itself a node of the newer one: its root is the first hash, and is left out.
    let full = older.size.is_power_of_two().then_some(&older.root);
    let mut hashes = full.into_iter().chain(path);
    let Some(first) = hashes.next() else { return false };
    let climbed = (older.size - 1).trailing_ones();
    let mut walk = Walk { at: (older.size - 1) >> climbed, last: (newer.size - 1) >> climbed };
    let (mut old_root, mut new_root) = (*first, *first);
    for hash in hashes {
        match walk.step() {
            Some(Side::Left) => {
                old_root = Hash::of_node(hash, &old_root);
                new_root = Hash::of_node(hash, &new_root);
            }
            Some(Side::Right) => new_root = Hash::of_node(&new_root, hash),
            None => return false,
        }
    }
    walk.last == 0 && old_root == older.root && new_root == newer.root
}

/// A walk from a leaf to the root: the number of the node it stands on, and of the last node of that level.
struct Walk {
    at: u64,
    last: u64,
}

/// On which side the next hash of a proof belongs.
enum Side {
    Left,
    Right,
}

impl Walk {
    /// Climbs one level, and past the levels on which a last node without a neighbour stands for itself.
    fn step(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let side = if self.at % 2 == 1 || self.at == self.last { Side::Left } else { Side::Right };
        let mut climbed = 1;
        if matches!(side, Side::Left) && self.at.is_multiple_of(2) {
            climbed += self.at.trailing_zeros().min(63);
        }
        self.at = self.at.checked_shr(climbed).unwrap_or_default();
        self.last = self.last.checked_shr(climbed).unwrap_or_default();
        Some(side)
    }
}

/// Whether the checker of a consistency proof has the hash of this subtree already.
#[derive(Clone, Copy)]
enum Known {
    ByTheChecker,
    ToNobody,
}

/// `PATH(index, leaves)` of RFC 6962, section 2.1.1.
fn path_to(leaves: &[Hash], index: usize, path: &mut Vec<Hash>) {
    let Some((left, right)) = halves(leaves) else { return };
    if index < left.len() {
        path_to(left, index, path);
        path.push(root(right));
    } else {
        path_to(right, index - left.len(), path);
        path.push(root(left));
    }
}

/// `SUBPROOF(older, leaves, known)` of RFC 6962, section 2.1.2.
fn path_from(leaves: &[Hash], older: usize, known: Known, path: &mut Vec<Hash>) {
    if older == leaves.len() {
        match known {
            Known::ByTheChecker => {}
            Known::ToNobody => path.push(root(leaves)),
        }
        return;
    }
    let Some((left, right)) = halves(leaves) else { return };
    if older <= left.len() {
        path_from(left, older, known, path);
        path.push(root(right));
    } else {
        path_from(right, older - left.len(), Known::ToNobody, path);
        path.push(root(left));
    }
}

/// Splits at the largest power of two below the number of leaves; one leaf has no halves.
fn halves(leaves: &[Hash]) -> Option<(&[Hash], &[Hash])> {
    let last = leaves.len().checked_sub(1).filter(|last| *last > 0)?;
    leaves.split_at_checked(1 << last.ilog2())
}

fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Tree::new();
    tree.extend(leaves.iter().copied());
    tree.root()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: u64 = 40;

    fn leaves(size: u64) -> Vec<Hash> {
        (0..size).map(|number| Hash::of_leaf(&number.to_be_bytes())).collect()
    }

    fn head(leaves: &[Hash]) -> Head {
        Head { size: leaves.len() as u64, root: root(leaves) }
    }

    /// Every way to get a proof wrong by one hash: one missing, one too many, one that is another.
    fn spoiled(path: &[Hash]) -> Vec<Vec<Hash>> {
        let longer = [path, &[Hash::of_nothing()]].concat();
        let other = (0..path.len()).map(|at| {
            let mut path = path.to_vec();
            path[at] = Hash::of_nothing();
            path
        });
        let shorter = path.split_last().map(|(_, rest)| rest.to_vec());
        other.chain([longer]).chain(shorter).collect()
    }

    #[test]
    fn every_leaf_of_every_tree_is_proved_and_no_other() {
        for size in 1..=SIZES {
            let leaves = leaves(size);
            let head = head(&leaves);
            for index in 0..size {
                let leaf = leaves[index as usize];
                let path = inclusion(&leaves, index).expect("a leaf of the tree");
                assert!(is_included(leaf, index, &path, &head), "{index} of {size}");
                assert!(!is_included(Hash::of_leaf(b"other"), index, &path, &head), "another leaf at {index} of {size}");
                assert!(
                    !(0..size + 2).any(|other| other != index && is_included(leaf, other, &path, &head)),
                    "{index} of {size} elsewhere"
                );
                assert!(spoiled(&path).iter().all(|path| !is_included(leaf, index, path, &head)), "a spoiled proof of {index} of {size}");
            }
            assert_eq!(inclusion(&leaves, size), None);
        }
    }

    #[test]
    fn every_older_root_of_every_tree_is_proved_and_no_other() {
        for size in 0..=SIZES {
            let leaves = leaves(size);
            let newer = head(&leaves);
            for older_size in 0..=size {
                let older = head(&leaves[..older_size as usize]);
                let path = consistency(&leaves, older_size).expect("an older tree");
                assert!(is_consistent(&older, &newer, &path), "{older_size} of {size}");
                let altered = Head { root: Hash::of_leaf(b"other"), ..older };
                assert!(!is_consistent(&altered, &newer, &path), "another root at {older_size} of {size}");
                assert!(spoiled(&path).iter().all(|path| !is_consistent(&older, &newer, path)), "a spoiled proof, {older_size} of {size}");
            }
            assert_eq!(consistency(&leaves, size + 1), None);
        }
    }

    #[test]
    fn a_log_that_shrank_is_not_consistent() {
        let (older, newer) = (head(&leaves(3)), head(&leaves(2)));
        assert!(!is_consistent(&older, &newer, &[]));
    }
}

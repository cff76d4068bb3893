//! A place of a caregiver: one of the five persons whom they may help at a time.

use ens_domain::ids::SpaceId;

/// How many persons a caregiver may help at a time. The table of the places has no number beyond it.
pub(crate) const PLACES: u8 = 5;

/// The keyed digest of a caregiver's identity.
pub(crate) type CaregiverDigest = [u8; 32];

/// One place that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CaregiverPlace {
    /// From 1 to [`PLACES`].
    pub(crate) number: u8,
    /// The space of the person who is helped.
    pub(crate) space: SpaceId,
    /// When it was last taken, in milliseconds since 1970.
    pub(crate) taken_at: i64,
}

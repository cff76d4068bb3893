//! Letters: a page with an address, and the carrier that prints and posts it.

pub use carrier::{CarrierError, HandedOver, OutgoingLetter, PostalCarrier};
pub use directory::DirectoryCarrier;

mod carrier;
mod directory;

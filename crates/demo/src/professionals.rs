//! Invented professionals, by number: whoever has the same number here is the same professional everywhere in the demonstration.

use ens_domain::rpps::Rpps;

use crate::error::DemoError;

/// How many there are.
const PROFESSIONALS: u64 = 1_000_000;

/// The professional of this number, with the key that fits; beyond the last one the numbers begin anew.
pub(crate) fn professional(number: u64) -> Result<Rpps, DemoError> {
    Rpps::from_first10(&format!("1000{:06}", number % PROFESSIONALS)).map_err(|_| DemoError::Invented("professional"))
}

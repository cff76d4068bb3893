//! The receipt of an opposition: a number and a date, that the person keeps as proof.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use hmac_sha256::Hash;
use serde::{Deserialize, Serialize};

use crate::calendar::paris;
use crate::ids::SpaceId;

/// Crockford's base 32: without I, L, O and U, so that a number survives being read aloud.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Sixty bits: two of the 1.4 million expected oppositions share a number once in a million campaigns.
const SYMBOLS: u32 = 12;

/// The proof that an opposition was recorded. It says nothing about the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The number to quote, such as `OPP-7F3K-M2QX-04ZD`; the same opposition always has the same.
    pub number: String,
    /// The day of the opposition in Europe/Paris.
    pub on: NaiveDate,
}

impl Receipt {
    /// The receipt of the opposition recorded on this space at this instant.
    pub fn for_opposition(space: SpaceId, at: DateTime<Utc>) -> Self {
        let mut hash = Hash::new();
        hash.update(b"ens opposition receipt 1");
        hash.update(space.uuid().as_bytes());
        hash.update(at.timestamp_micros().to_be_bytes());
        Self { number: number_from(hash.finalize()), on: paris::day_of(at) }
    }
}

fn number_from(digest: [u8; 32]) -> String {
    let bits = digest.iter().take(8).fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    (0..SYMBOLS).fold(String::from("OPP"), |mut number, place| {
        if place % 4 == 0 {
            number.push('-');
        }
        let symbol = usize::try_from((bits >> (5 * place)) & 31).unwrap_or_default();
        number.push(ALPHABET.get(symbol).copied().map_or('0', char::from));
        number
    })
}

impl fmt::Display for Receipt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.number, self.on)
    }
}

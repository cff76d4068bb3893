//! What can be wrong with an INS, said without repeating it.

/// What is wrong with an INS. Never holds what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InsError {
    /// Not 13 characters and a key of two digits.
    #[error("an INS has 15 characters: 13 and a key of two digits")]
    Length,
    /// Not a first digit in use.
    #[error("the first digit of an INS is 1, 2, 3, 4, 7 or 8")]
    FirstDigit,
    /// A month that is neither a month nor a pseudo-month of incomplete civil status.
    #[error("the month of an INS is 01 to 12, or 20 and above")]
    Month,
    /// A letter elsewhere than in `2A` and `2B`.
    #[error("an INS is made of digits; only its department may be 2A or 2B")]
    Digits,
    /// A character was mistyped.
    #[error("the key does not match the 13 characters before it: check the INS for a typing slip")]
    Key,
    /// Not one of the four known OIDs.
    #[error("the OID of an INS is 1.2.250.1.213.1.4.8, .9, .10 or .11")]
    Authority,
    /// A fictitious NIR is asked for a person whose sex it could not tell.
    #[error("a fictitious INS needs a sex, and an order from 1 to 999")]
    Fictitious,
}

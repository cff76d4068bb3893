//! The Luhn key (ISO/IEC 7812-1, annex B) that ends an RPPS and an all-digit FINESS.

/// The digit that makes `digits` followed by it pass; `None` where one of them is not an ASCII digit.
pub(crate) fn key_of(digits: &str) -> Option<u8> {
    let sum = digits.bytes().rev().enumerate().try_fold(0u32, |sum, (place, byte)| {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
        Some(sum + if place % 2 == 0 { doubled(digit) } else { digit })
    })?;
    // A digit always fits into a byte.
    u8::try_from((10 - sum % 10) % 10).ok()
}

/// Whether the last digit is the key of those before it.
pub(crate) fn holds(digits: &str) -> bool {
    digits
        .len()
        .checked_sub(1)
        .and_then(|end| digits.split_at_checked(end))
        .is_some_and(|(before, last)| key_of(before).is_some_and(|key| last.parse() == Ok(key)))
}

/// Twice the digit, its two figures added.
const fn doubled(digit: u32) -> u32 {
    let twice = digit * 2;
    if twice > 9 { twice - 9 } else { twice }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_textbook_number_holds() {
        assert!(holds("79927398713"));
        assert!(!holds("79927398710"));
    }

    #[test]
    fn nothing_but_digits_holds() {
        for text in ["", "+", "7992739871é", "7992739871+", "799273987a3"] {
            assert!(!holds(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn one_changed_digit_is_always_caught(digits in "[0-9]{1,20}", place in any::<prop::sample::Index>(), shift in 1u8..10) {
            let key = key_of(&digits).unwrap();
            let mut number = format!("{digits}{key}").into_bytes();
            prop_assert!(holds(std::str::from_utf8(&number).unwrap()));
            let place = place.index(number.len());
            number[place] = b'0' + (number[place] - b'0' + shift) % 10;
            prop_assert!(!holds(std::str::from_utf8(&number).unwrap()));
        }
    }
}

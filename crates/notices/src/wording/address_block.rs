//! The block that shows in the window of an envelope: who, then where, in at most six lines of 38 characters (NF Z10-011).
//!
//! - a block has at most six lines of 38 characters
//! - a name already written in the address is not written twice

use ens_domain::address::PostalAddress;

/// The most lines of a block.
const LINES: usize = 6;
/// The most characters of a line.
const LENGTH: usize = 38;

/// The lines of the block: the name in capitals above the address, unless the address brings it or leaves no room.
pub fn address_block(name: &str, address: &PostalAddress) -> Vec<String> {
    let name = fit(&PostalAddress::norm_line(name));
    let lines = address.lines();
    let surname = name.rsplit(' ').next().unwrap_or_default();
    let named = lines.first().is_some_and(|first| PostalAddress::norm_line(first).split(' ').any(|word| word == surname));
    let own = if named || lines.len() >= LINES { None } else { Some(name) };
    own.into_iter().chain(lines.iter().cloned()).collect()
}

/// Shortens a long name word by word from the front: CAMILLE becomes C, the last name stays.
fn fit(name: &str) -> String {
    let mut words: Vec<String> = name.split(' ').map(str::to_owned).collect();
    for place in 0..words.len().saturating_sub(1) {
        if words.join(" ").chars().count() <= LENGTH {
            break;
        }
        if let Some(word) = words.get_mut(place) {
            *word = word.chars().take(1).collect();
        }
    }
    words.join(" ").chars().take(LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(lines: &[&str]) -> PostalAddress {
        PostalAddress::parse(lines).unwrap()
    }

    #[test]
    fn the_name_stands_above_the_address_in_capitals() {
        let block = address_block("Élodie d'Hœuvre", &address(&["12 RUE DES LILAS", "31000 TOULOUSE"]));
        assert_eq!(block, ["ELODIE D HOEUVRE", "12 RUE DES LILAS", "31000 TOULOUSE"]);
    }

    #[test]
    fn a_name_already_written_in_the_address_is_not_written_twice() {
        let block = address_block("Camille Martin", &address(&["Mme Camille MARTIN", "12 RUE DES LILAS", "31000 TOULOUSE"]));
        assert_eq!(block, ["Mme Camille MARTIN", "12 RUE DES LILAS", "31000 TOULOUSE"]);
    }

    #[test]
    fn a_block_has_at_most_six_lines_of_38_characters() {
        let full = address(&["MME MARTIN", "APT 4", "BAT B", "12 RUE DES LILAS", "LE BOURG", "31000 TOULOUSE"]);
        assert_eq!(address_block("Camille Dupont", &full).len(), 6);
        let long = address_block("Marie-Antoinette de la Rochefoucauld Montmorency", &address(&["1 RUE A", "31000 TOULOUSE"]));
        assert_eq!(long.first().map(String::as_str), Some("M A DE LA ROCHEFOUCAULD MONTMORENCY"));
        let block = address_block(&"Anticonstitutionnellement ".repeat(3), &address(&["1 RUE A", "31000 TOULOUSE"]));
        assert!(
            block.iter().all(|line| line.chars().count() <= 38)
                && PostalAddress::parse(&block.iter().map(String::as_str).collect::<Vec<_>>()).is_ok()
        );
    }
}

//! Random draws that are never stored: a draw is a hash of the seed, the number of a person and a question.
//!
//! Nothing is kept for a person, so a cohort of any size needs no memory for its draws.
//!
//! - the same question has the same answer
//! - seeds, persons and questions differ

/// The random draws of one demonstration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeededRandom {
    seed: u64,
}

impl SeededRandom {
    /// The draws of one seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// A draw for one person and one question, the same each time it is asked.
    pub(crate) fn draw(self, person: u64, question: &str) -> u64 {
        let asked = question.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        scramble(scramble(self.seed ^ asked).wrapping_add(person))
    }

    /// A draw from 0 to `below`, `below` excluded; 0 where there is nothing to draw from.
    pub(crate) fn below(self, below: u64, person: u64, question: &str) -> u64 {
        self.draw(person, question).checked_rem(below).unwrap_or_default()
    }

    /// Whether it happens to this person, as it does to so many in ten thousand.
    pub(crate) fn happens(self, in_ten_thousand: u64, person: u64, question: &str) -> bool {
        self.below(10_000, person, question) < in_ten_thousand
    }

    /// One of several; the fallback where there are none.
    pub(crate) fn pick<T: Copy>(self, among: &[T], fallback: T, person: u64, question: &str) -> T {
        let place = self.below(among.len() as u64, person, question);
        // A place outside the list gives the fallback.
        usize::try_from(place).ok().and_then(|place| among.get(place)).copied().unwrap_or(fallback)
    }
}

/// The finaliser of splitmix64: every bit of the answer depends on every bit asked.
const fn scramble(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::SeededRandom;

    #[test]
    fn the_same_question_has_the_same_answer() {
        assert_eq!(SeededRandom::new(7).draw(12, "e-mail"), SeededRandom::new(7).draw(12, "e-mail"));
    }

    #[test]
    fn seeds_persons_and_questions_differ() {
        let draw = SeededRandom::new(7).draw(12, "e-mail");
        assert_ne!(draw, SeededRandom::new(8).draw(12, "e-mail"));
        assert_ne!(draw, SeededRandom::new(7).draw(13, "e-mail"));
        assert_ne!(draw, SeededRandom::new(7).draw(12, "letter"));
    }

    #[test]
    fn three_in_four_is_three_in_four() {
        let hit = (0..100_000).filter(|person| SeededRandom::new(1).happens(7_500, *person, "e-mail")).count();
        assert!((74_000..76_000).contains(&hit), "{hit}");
    }
}

//! Chance without memory: what befalls a person is a hash of the seed, the person's number and the question.
//!
//! Nothing is kept per person, so a cohort of any size costs nothing to decide on.
//!
//! - the same question has the same answer
//! - seeds, persons and questions differ

/// The seed of one demonstration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chance {
    seed: u64,
}

impl Chance {
    /// All the draws of one seed.
    pub(super) const fn of_seed(seed: u64) -> Self {
        Self { seed }
    }

    /// A draw for one person and one question, the same each time it is asked.
    pub(super) fn draw(self, person: u64, question: &str) -> u64 {
        let asked = question.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        scramble(scramble(self.seed ^ asked).wrapping_add(person))
    }

    /// A draw from 0 to `below`, `below` excluded; 0 where there is nothing to draw from.
    pub(super) fn below(self, below: u64, person: u64, question: &str) -> u64 {
        self.draw(person, question).checked_rem(below).unwrap_or_default()
    }

    /// Whether it befalls this person, so many in ten thousand.
    pub(super) fn befalls(self, in_ten_thousand: u64, person: u64, question: &str) -> bool {
        self.below(10_000, person, question) < in_ten_thousand
    }

    /// One of several; the first where the list is empty has no meaning, so lists come with a fallback.
    pub(super) fn pick<T: Copy>(self, among: &[T], fallback: T, person: u64, question: &str) -> T {
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
    use super::Chance;

    #[test]
    fn the_same_question_has_the_same_answer() {
        assert_eq!(Chance::of_seed(7).draw(12, "e-mail"), Chance::of_seed(7).draw(12, "e-mail"));
    }

    #[test]
    fn seeds_persons_and_questions_differ() {
        let draw = Chance::of_seed(7).draw(12, "e-mail");
        assert_ne!(draw, Chance::of_seed(8).draw(12, "e-mail"));
        assert_ne!(draw, Chance::of_seed(7).draw(13, "e-mail"));
        assert_ne!(draw, Chance::of_seed(7).draw(12, "letter"));
    }

    #[test]
    fn three_in_four_is_three_in_four() {
        let hit = (0..100_000).filter(|person| Chance::of_seed(1).befalls(7_500, *person, "e-mail")).count();
        assert!((74_000..76_000).contains(&hit), "{hit}");
    }
}

//! What befalls each invented person: drawn from the seed, told in days from what happened before, so that no order of sending changes a life.

use chrono::{Days, NaiveDate};
use ens_domain::space::terms::OppositionChannel;

use super::chance::Chance;

/// What a mailbox does with a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mailbox {
    /// Takes it.
    Takes,
    /// Asks to come again, then takes it.
    TakesLater,
    /// Refuses it at once.
    Refuses,
    /// Takes it, and sends it back so many days later.
    Bounces(u64),
}

/// What becomes of a letter, in days after its posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LetterBox {
    /// It arrives, and nobody records it.
    Takes,
    /// Its delivery is recorded.
    Signed(u64),
    /// It comes back.
    Returns(u64),
}

/// What a person does who was told, in days after the receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Nothing: the space opens when the window is over.
    Silence,
    /// Opposes.
    Opposes(u64, OppositionChannel),
    /// Opposes, and changes their mind so many days after that.
    OpposesThenWithdraws(u64, OppositionChannel, u64),
    /// Signs up.
    SignsUp(u64),
    /// Mistypes the code, then signs up with the right one.
    MistypesThenSignsUp(u64),
    /// Dies.
    Dies(u64),
    /// Cannot be opened for a technical reason, which is mended so many days later.
    Breaks(u64, u64),
    /// Is not the representative of this child, and says so.
    Denies(u64),
}

/// What happens to a space after it was opened, in days after the opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sequel {
    /// Nothing.
    Quiet,
    /// The holder asks for a new code, the old one having run out, and signs up with it.
    SignsUp(u64),
    /// The holder lets a professional or a structure in.
    Grants(u64),
    /// The holder lets a professional in, and takes it back so many days later.
    GrantsThenRevokes(u64, u64),
    /// The holder blocks a professional.
    Blocks(u64),
    /// The holder closes the space.
    Closes(u64),
    /// The holder dies.
    Dies(u64),
    /// CNAM suspends the space for fraud, and the holder opposes its closing so many days later.
    SuspendedThenOpposed(u64, u64),
    /// CNAM suspends the space for a malfunction, and mends it so many days later.
    SuspendedThenLifted(u64, u64),
}

/// Who answers a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Addressee {
    /// The holder.
    Holder,
    /// The representative of a child.
    Representative,
}

/// The draws of one seed, as fates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fates(pub Chance);

impl Fates {
    /// What the person's mailbox does with a notice.
    pub(super) fn mailbox(self, person: u64) -> Mailbox {
        match self.0.below(1_000, person, "mailbox") {
            0..25 => Mailbox::Refuses,
            25..55 => Mailbox::Bounces(self.days(0, 4, person, "bounce")),
            55..70 => Mailbox::TakesLater,
            _ => Mailbox::Takes,
        }
    }

    /// What becomes of the first letter to the person.
    pub(super) fn letter_box(self, person: u64) -> LetterBox {
        match self.0.below(1_000, person, "letter box") {
            0..25 => LetterBox::Returns(self.days(6, 15, person, "return")),
            25..325 => LetterBox::Signed(self.days(2, 6, person, "delivery")),
            _ => LetterBox::Takes,
        }
    }

    /// Whether the insurer finds another address for somebody whose letter came back, and after how many days.
    pub(super) fn found_again(self, person: u64) -> Option<u64> {
        self.0.befalls(5_000, person, "found again").then(|| self.days(2, 5, person, "search"))
    }

    /// What the addressee does once told.
    pub(super) fn answer(self, person: u64, addressee: Addressee) -> Answer {
        let soon = self.days(1, 35, person, "answer");
        match self.0.below(10_000, person, "answer") {
            0..130 => Answer::Opposes(soon, self.channel(person)),
            130..150 => Answer::OpposesThenWithdraws(soon, self.channel(person), self.days(2, 12, person, "second thought")),
            150..930 => Answer::SignsUp(soon),
            930..960 => Answer::MistypesThenSignsUp(soon),
            960..1_000 => Answer::Dies(soon),
            1_000..1_060 => Answer::Breaks(soon.min(30), self.days(3, 10, person, "repair")),
            1_060..1_120 if addressee == Addressee::Representative => Answer::Denies(soon.min(30)),
            _ => Answer::Silence,
        }
    }

    /// What happens after the opening.
    pub(super) fn sequel(self, person: u64) -> Sequel {
        let soon = self.days(1, 10, person, "sequel");
        match self.0.below(10_000, person, "sequel") {
            0..600 => Sequel::SignsUp(soon),
            600..1_000 => Sequel::Grants(soon),
            1_000..1_040 => Sequel::GrantsThenRevokes(soon, self.days(1, 8, person, "revocation")),
            1_040..1_060 => Sequel::Blocks(soon),
            1_060..1_090 => Sequel::Closes(soon),
            1_090..1_120 => Sequel::Dies(soon),
            1_120..1_128 => Sequel::SuspendedThenOpposed(soon, self.days(2, 8, person, "protest")),
            1_128..1_136 => Sequel::SuspendedThenLifted(soon, self.days(2, 8, person, "repair")),
            _ => Sequel::Quiet,
        }
    }

    fn channel(self, person: u64) -> OppositionChannel {
        match self.0.below(100, person, "opposition channel") {
            0..50 => OppositionChannel::Web,
            50..75 => OppositionChannel::Phone,
            75..90 => OppositionChannel::Desk,
            _ => OppositionChannel::Letter,
        }
    }

    fn days(self, from: u64, to: u64, person: u64, question: &str) -> u64 {
        from + self.0.below(to - from + 1, person, question)
    }
}

/// So many days after a day.
pub(super) fn after(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}

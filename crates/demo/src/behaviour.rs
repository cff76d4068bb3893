//! What happens to each invented person, drawn from the seed. Delays count from the event before, so the order in which messages leave changes nothing.

use chrono::{Days, NaiveDate};
use ens_domain::space::terms::OppositionChannel;

use crate::random::SeededRandom;

/// What a mailbox does with a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mailbox {
    /// Accepts it.
    Accepts,
    /// Asks the server to try again, then accepts it.
    AcceptsLater,
    /// Refuses it at once.
    Refuses,
    /// Accepts it, and sends it back so many days later.
    Bounces(u64),
}

/// What becomes of a letter, in days after its posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LetterBox {
    /// It arrives, and the carrier records nothing.
    Unrecorded,
    /// The carrier records its delivery.
    Recorded(u64),
    /// It comes back.
    Returns(u64),
}

/// What a person does who received the notice, in days after the receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// Nothing: the space opens when the window is over.
    Silence,
    /// Opposes.
    Opposes(u64, OppositionChannel),
    /// Opposes, and changes their mind so many days after that.
    OpposesThenWithdraws(u64, OppositionChannel, u64),
    /// Activates the space.
    Activates(u64),
    /// Enters a wrong code, then activates the space with the right one.
    EntersWrongCodeThenActivates(u64),
    /// Dies.
    Dies(u64),
    /// The space cannot be opened for a technical reason, which is removed so many days later.
    TechnicalBlock(u64, u64),
    /// Says that they do not represent this child.
    DeniesRepresentation(u64),
}

/// What happens to a space after it was opened, in days after the opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterOpening {
    /// Nothing.
    Quiet,
    /// The holder asks for a new code, as the old one has expired, and activates the space with it.
    Activates(u64),
    /// The holder grants access to a professional or a structure.
    Grants(u64),
    /// The holder grants access, and revokes it so many days later.
    GrantsThenRevokes(u64, u64),
    /// The holder blocks a professional.
    Blocks(u64),
    /// The holder closes the space.
    Closes(u64),
    /// The holder dies.
    Dies(u64),
    /// CNAM suspends the space for fraud, and the holder opposes its closing so many days later.
    SuspendedThenOpposed(u64, u64),
    /// CNAM suspends the space for a malfunction, and lifts the suspension so many days later.
    SuspendedThenLifted(u64, u64),
}

/// Who answers a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Addressee {
    /// The holder.
    Holder,
    /// The representative of a child.
    Representative,
}

/// The draws of one seed, as behaviour.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Behaviour(pub SeededRandom);

impl Behaviour {
    /// What the person's mailbox does with a notice.
    pub(crate) fn mailbox(self, person: u64) -> Mailbox {
        match self.0.below(1_000, person, "mailbox") {
            0..25 => Mailbox::Refuses,
            25..55 => Mailbox::Bounces(self.days(0, 4, person, "bounce")),
            55..70 => Mailbox::AcceptsLater,
            _ => Mailbox::Accepts,
        }
    }

    /// What becomes of the first letter to the person.
    pub(crate) fn letter_box(self, person: u64) -> LetterBox {
        match self.0.below(1_000, person, "letter box") {
            0..25 => LetterBox::Returns(self.days(6, 15, person, "return")),
            25..325 => LetterBox::Recorded(self.days(2, 6, person, "delivery")),
            _ => LetterBox::Unrecorded,
        }
    }

    /// Whether the insurer finds another address for somebody whose letter came back, and after how many days.
    pub(crate) fn new_address_after(self, person: u64) -> Option<u64> {
        self.0.happens(5_000, person, "found again").then(|| self.days(2, 5, person, "search"))
    }

    /// What the addressee does after the receipt of the notice.
    pub(crate) fn reaction(self, person: u64, addressee: Addressee) -> Reaction {
        let soon = self.days(1, 35, person, "answer");
        match self.0.below(10_000, person, "answer") {
            0..130 => Reaction::Opposes(soon, self.channel(person)),
            130..150 => Reaction::OpposesThenWithdraws(soon, self.channel(person), self.days(2, 12, person, "second thought")),
            150..930 => Reaction::Activates(soon),
            930..960 => Reaction::EntersWrongCodeThenActivates(soon),
            960..1_000 => Reaction::Dies(soon),
            1_000..1_060 => Reaction::TechnicalBlock(soon.min(30), self.days(3, 10, person, "repair")),
            1_060..1_120 if addressee == Addressee::Representative => Reaction::DeniesRepresentation(soon.min(30)),
            _ => Reaction::Silence,
        }
    }

    /// What happens after the opening.
    pub(crate) fn after_opening(self, person: u64) -> AfterOpening {
        let soon = self.days(1, 10, person, "sequel");
        match self.0.below(10_000, person, "sequel") {
            0..600 => AfterOpening::Activates(soon),
            600..1_000 => AfterOpening::Grants(soon),
            1_000..1_040 => AfterOpening::GrantsThenRevokes(soon, self.days(1, 8, person, "revocation")),
            1_040..1_060 => AfterOpening::Blocks(soon),
            1_060..1_090 => AfterOpening::Closes(soon),
            1_090..1_120 => AfterOpening::Dies(soon),
            1_120..1_128 => AfterOpening::SuspendedThenOpposed(soon, self.days(2, 8, person, "protest")),
            1_128..1_136 => AfterOpening::SuspendedThenLifted(soon, self.days(2, 8, person, "repair")),
            _ => AfterOpening::Quiet,
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
pub(crate) fn after(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}

//! The course of care: what happens on which day, in all the spaces that are cared for or in a share of them.
//!
//! doctor, care team, grants --> documents --> readings, a new version --> hidden, announced, blocked --> refused, an emergency

use super::documents::{Author, Paper};
use super::professionals::Role;

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// On which day, from the first of the care.
    pub day: u64,
    /// In which spaces.
    pub strand: Strand,
    /// What.
    pub act: Act,
}

/// Steps that a space has all of, or none of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strand {
    /// What every space has.
    Usual,
    /// A prescription is renewed.
    Renewal,
    /// A picture is taken.
    Picture,
    /// A result awaits its announcement.
    Announcement,
    /// The announcement takes place. Nothing happens where nothing awaits one.
    Announced,
    /// The holder hides a document.
    Hiding,
    /// The holder writes something down.
    OwnSummary,
    /// The holder keeps a doctor out, who tries to read all the same.
    Block,
    /// An emergency department reads.
    BreakGlass,
    /// A dispatch centre reads.
    Dispatch,
}

/// What happens in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// The holder declares the attending doctor.
    DeclareAttendingDoctor,
    /// The holder consents to the care team.
    ConsentToCareTeam,
    /// The holder adds a professional to the care team.
    JoinCareTeam(Role),
    /// The holder lets a professional in.
    Grant(Role),
    /// The holder keeps a professional out.
    Block(Role),
    /// The author deposits a document.
    Deposit(Paper),
    /// The author gives it a new version.
    Replace(Paper),
    /// The author notes that the consultation of announcement took place.
    Announce(Paper),
    /// The holder hides a document.
    Hide(Paper),
    /// Somebody asks for the list of documents.
    List(Author),
    /// Somebody reads a document.
    Read(Author, Paper),
    /// A professional who was blocked asks for the list.
    ListInVain(Role),
}

impl Strand {
    /// In how many of ten thousand spaces.
    pub(super) const fn share(self) -> u64 {
        match self {
            Self::Usual => 10_000,
            Self::Renewal | Self::Picture | Self::OwnSummary => 4_000,
            Self::Announcement | Self::Hiding => 2_500,
            Self::Block => 1_500,
            Self::Announced => 5_000,
            Self::BreakGlass => 400,
            Self::Dispatch => 300,
        }
    }

    /// Its name, by which it is drawn.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Usual => "usual care",
            Self::Renewal => "renewal",
            Self::Picture => "picture",
            Self::Announcement => "announcement",
            Self::Announced => "announced",
            Self::Hiding => "hiding",
            Self::OwnSummary => "own summary",
            Self::Block => "block",
            Self::BreakGlass => "break-glass",
            Self::Dispatch => "dispatch centre",
        }
    }
}

const DOCTOR: Author = Author::Professional(Role::AttendingDoctor);
const SPECIALIST: Author = Author::Professional(Role::Specialist);
const NURSE: Author = Author::Professional(Role::Nurse);

const fn step(day: u64, strand: Strand, act: Act) -> Step {
    Step { day, strand, act }
}

/// In the order in which it happens.
static STEPS: [Step; 28] = [
    step(0, Strand::Usual, Act::DeclareAttendingDoctor),
    step(0, Strand::Usual, Act::ConsentToCareTeam),
    step(0, Strand::Usual, Act::JoinCareTeam(Role::Nurse)),
    step(0, Strand::Usual, Act::Grant(Role::Specialist)),
    step(0, Strand::Block, Act::Grant(Role::FormerDoctor)),
    step(1, Strand::Usual, Act::Deposit(Paper::Consultation)),
    step(1, Strand::Usual, Act::Deposit(Paper::Prescription)),
    step(2, Strand::Hiding, Act::Deposit(Paper::Certificate)),
    step(2, Strand::Block, Act::List(Author::Professional(Role::FormerDoctor))),
    step(3, Strand::Usual, Act::List(SPECIALIST)),
    step(3, Strand::Usual, Act::Read(SPECIALIST, Paper::Consultation)),
    step(4, Strand::Usual, Act::Deposit(Paper::Biology)),
    step(4, Strand::Picture, Act::Deposit(Paper::Picture)),
    step(4, Strand::Announcement, Act::Deposit(Paper::Pathology)),
    step(5, Strand::Usual, Act::Read(NURSE, Paper::Biology)),
    step(5, Strand::Usual, Act::Read(DOCTOR, Paper::Biology)),
    step(6, Strand::Usual, Act::Read(Author::HolderSide, Paper::Biology)),
    step(6, Strand::OwnSummary, Act::Deposit(Paper::OwnSummary)),
    step(7, Strand::Hiding, Act::Hide(Paper::Certificate)),
    step(7, Strand::Block, Act::Block(Role::FormerDoctor)),
    step(8, Strand::Block, Act::ListInVain(Role::FormerDoctor)),
    step(9, Strand::Renewal, Act::Replace(Paper::Prescription)),
    step(9, Strand::Hiding, Act::Read(DOCTOR, Paper::Certificate)),
    step(10, Strand::Announced, Act::Announce(Paper::Pathology)),
    step(11, Strand::OwnSummary, Act::Read(DOCTOR, Paper::OwnSummary)),
    step(12, Strand::BreakGlass, Act::List(Author::Professional(Role::EmergencyDoctor))),
    step(12, Strand::BreakGlass, Act::Read(Author::Professional(Role::EmergencyDoctor), Paper::Biology)),
    step(12, Strand::Dispatch, Act::List(Author::Professional(Role::DispatchDoctor))),
];

/// The steps of a day, in their order.
pub(super) fn on(day: u64) -> impl Iterator<Item = &'static Step> {
    STEPS.iter().filter(move |step| step.day == day)
}

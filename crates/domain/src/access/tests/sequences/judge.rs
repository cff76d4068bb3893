//! The rules of section 4 written a second time, naively: they read the list of what happened, and know nothing of the directory.

use chrono::{Days as Count, NaiveDate};

use crate::access::{AccessMode, EmergencyAccess, Profession, Purpose};
use crate::calendar::paris;
use crate::space::terms::Section;

use super::happened::{Act, Asked, Days, Happened, OfPerson, Turn, Whom};

/// The eighteenth birthday of the child of the stories.
pub(super) const BIRTHDAY: (i32, u32, u32) = (2026, 9, 15);

/// Whose space it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Adult,
    Child,
}

/// Who wants to read; a professional is number 1, who wrote document 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Holder,
    Representative,
    Caregiver,
    Professional { profession: Profession, in_structure: bool, mode: AccessMode },
    Service,
}

/// A document as it was deposited: by whom, whether every profession reads it, and until when the holder waits for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paper {
    pub(super) by_reader: bool,
    pub(super) for_nurses: bool,
    pub(super) awaited_until: Option<NaiveDate>,
}

/// Why somebody does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    ForbiddenPurpose,
    NotInService,
    Minor,
    NotRepresented,
    CameOfAge,
    NotDelegated,
    Withdrawn,
    KeptFromRepresentatives,
    Awaited,
    Hidden,
    Blocked,
    Unblocked,
    Revoked,
    Over,
    NotAuthorised,
    RefusedBeforehand,
    OtherPurpose,
    NotForProfession,
}

/// What is asked: who, which paper, what for, on which day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    pub(super) who: Who,
    pub(super) paper: usize,
    pub(super) purpose: Purpose,
    pub(super) today: NaiveDate,
}

/// All that the rules look at.
pub(super) struct Judge<'a> {
    pub(super) holder: Holder,
    pub(super) papers: &'a [Paper],
    pub(super) happened: &'a Happened,
}

type Judged = Result<(), Why>;

fn unless(refused: bool, why: Why) -> Judged {
    if refused { Err(why) } else { Ok(()) }
}

const fn is_care(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Care | Purpose::Prevention | Purpose::Emergency)
}

pub(super) fn birthday() -> NaiveDate {
    NaiveDate::from_ymd_opt(BIRTHDAY.0, BIRTHDAY.1, BIRTHDAY.2).unwrap()
}

impl Judge<'_> {
    pub(super) fn reads(&self, wish: &Wish) -> Judged {
        unless(matches!(wish.purpose, Purpose::Insurance | Purpose::Bank | Purpose::Employment), Why::ForbiddenPurpose)?;
        match wish.who {
            Who::Holder => self.holder_reads(wish),
            Who::Representative => self.representative_reads(wish),
            Who::Caregiver => self.caregiver_reads(wish),
            Who::Professional { mode: AccessMode::Ordinary, .. } => self.professional_reads(wish),
            Who::Professional { .. } => self.emergency_reads(wish),
            Who::Service => self.service_reads(wish),
        }
    }

    // Whose side.

    fn holder_reads(&self, wish: &Wish) -> Judged {
        unless(!self.is_open() && !self.is_closed(), Why::NotInService)?;
        unless(self.holder == Holder::Child && wish.today < birthday(), Why::Minor)?;
        self.shown_to_the_persons_side(wish)
    }

    fn representative_reads(&self, wish: &Wish) -> Judged {
        unless(!self.is_open() && !self.is_closed(), Why::NotInService)?;
        let grown_up = self.holder == Holder::Child && wish.today >= birthday();
        unless(!self.is_represented(wish.today), if grown_up { Why::CameOfAge } else { Why::NotRepresented })?;
        unless(self.is_kept_from_representatives(wish.paper), Why::KeptFromRepresentatives)?;
        self.shown_to_the_persons_side(wish)
    }

    /// The child's parent is representative 1, declared before the list begins. Who acted for the child acts no longer for the adult.
    fn is_represented(&self, today: NaiveDate) -> bool {
        let is_child = |on: NaiveDate| self.holder == Holder::Child && on < birthday();
        let counts = |number: u8| {
            let declared = |asked| asked == Asked::Person(OfPerson::DeclareRepresentative(number));
            let ended = |asked| asked == Asked::Person(OfPerson::EndRepresentation(number));
            let since = self.happened.stands(declared, ended).and_then(|place| self.happened.all().nth(place));
            since.is_some_and(|(_, at, _)| !is_child(paris::day_of(at)) || is_child(today))
        };
        let parent = self.happened.last(|asked| asked == Asked::Person(OfPerson::EndRepresentation(1))).is_none();
        is_child(today) && parent || (2..4).any(counts)
    }

    fn caregiver_reads(&self, wish: &Wish) -> Judged {
        unless(!self.is_open(), Why::NotInService)?;
        // A closing ends every delegation.
        let ends = [Asked::Person(OfPerson::EndDelegation), Asked::Life(Turn::Close)];
        let place = self.happened.stands(|asked| matches!(asked, Asked::Person(OfPerson::Delegate(_))), |asked| ends.contains(&asked));
        let place = place.ok_or(Why::NotDelegated)?;
        let (_, at, asked) = self.happened.all().nth(place).unwrap();
        let Asked::Person(OfPerson::Delegate(days)) = asked else { unreachable!("a delegation") };
        unless(!runs(paris::day_of(at), days, None, wish.today), Why::Over)?;
        unless(self.is_kept_from_representatives(wish.paper), Why::KeptFromRepresentatives)?;
        unless(self.is_hidden(wish.paper), Why::Hidden)?;
        self.shown_to_the_persons_side(wish)
    }

    fn shown_to_the_persons_side(&self, wish: &Wish) -> Judged {
        unless(self.is_withdrawn(wish.paper), Why::Withdrawn)?;
        unless(self.is_awaited(wish), Why::Awaited)
    }

    // Professionals.

    fn professional_reads(&self, wish: &Wish) -> Judged {
        let paper = self.papers[wish.paper];
        unless(!self.is_open(), Why::NotInService)?;
        unless(self.is_blocked(), Why::Blocked)?;
        unless(self.is_withdrawn(wish.paper), Why::Withdrawn)?;
        if paper.by_reader && is_care(wish.purpose) {
            return Ok(());
        }
        let treats = self.treats() && is_care(wish.purpose);
        if !treats {
            self.is_let_in(wish)?;
        }
        let administers = self.counts(|asked| asked == Asked::Appoint(1), |asked| asked == Asked::Dismiss(1)) && is_care(wish.purpose);
        unless(self.is_hidden(wish.paper) && !treats && !administers, Why::Hidden)?;
        unless(!self.is_for_profession(wish), Why::NotForProfession)
    }

    fn emergency_reads(&self, wish: &Wish) -> Judged {
        let Who::Professional { profession, mode, .. } = wish.who else { unreachable!("a professional") };
        unless(!self.is_open(), Why::NotInService)?;
        unless(mode == AccessMode::DispatchCentre && profession != Profession::Doctor, Why::NotForProfession)?;
        let way = if mode == AccessMode::DispatchCentre { EmergencyAccess::DispatchCentre } else { EmergencyAccess::BreakGlass };
        unless(self.is_refused_beforehand(way), Why::RefusedBeforehand)?;
        unless(!is_care(wish.purpose), Why::OtherPurpose)?;
        unless(self.is_withdrawn(wish.paper), Why::Withdrawn)?;
        let own = self.papers[wish.paper].by_reader && !self.is_blocked();
        let sees_hidden = own || self.treats() && !self.is_blocked();
        let hidden = self.is_hidden(wish.paper) && self.is_refused_beforehand(EmergencyAccess::HiddenDocuments);
        unless(hidden && !sees_hidden, Why::Hidden)?;
        unless(!own && !self.is_for_profession(wish), Why::NotForProfession)
    }

    fn is_blocked(&self) -> bool {
        let blocks = |asked| matches!(asked, Asked::Block(1) | Asked::BlockAsAdministrator);
        self.happened.stands(blocks, |asked| asked == Asked::Unblock(1)).is_some()
    }

    /// Whether what happened at this place was given after the professional was last unblocked: nothing comes back by that.
    fn is_newer_than_unblocking(&self, place: usize) -> bool {
        !self.happened.since(place, |asked| asked == Asked::Unblock(1))
    }

    fn counts(&self, made: impl Fn(Asked) -> bool, ended: impl Fn(Asked) -> bool) -> bool {
        self.happened.stands(made, ended).is_some_and(|place| self.is_newer_than_unblocking(place))
    }

    /// Whether the professional is the attending doctor.
    fn treats(&self) -> bool {
        self.counts(|asked| asked == Asked::Attending(1), |asked| matches!(asked, Asked::Attending(_) | Asked::EndAttending))
    }

    fn is_let_in(&self, wish: &Wish) -> Judged {
        let mut nearest = Why::NotAuthorised;
        for (place, at, asked) in self.happened.all() {
            let judged = self.grant_counts(wish, place, paris::day_of(at), asked);
            match judged {
                Ok(()) => return Ok(()),
                Err(why) if nearest == Why::NotAuthorised => nearest = why,
                Err(_) => {}
            }
        }
        let consented = self
            .happened
            .stands(|asked| asked == Asked::ConsentToTeam, |asked| asked == Asked::WithdrawTeamConsent)
            .filter(|_| is_care(wish.purpose));
        let (Some(consented), Some(joined)) = (consented, self.joined(wish.who)) else { return Err(nearest) };
        unless(!self.is_newer_than_unblocking(consented.max(joined)), Why::Unblocked)
    }

    /// When the professional came into the care team, in person or with the structure.
    fn joined(&self, who: Who) -> Option<usize> {
        let as_member = |member| self.happened.stands(|asked| asked == Asked::Join(member), |asked| asked == Asked::Leave(member));
        let with_structure = matches!(who, Who::Professional { in_structure: true, .. });
        as_member(Whom::Professional(1)).max(as_member(Whom::Structure).filter(|_| with_structure))
    }

    /// Whether this, if it let somebody in, lets the professional in today.
    fn grant_counts(&self, wish: &Wish, place: usize, given_on: NaiveDate, asked: Asked) -> Judged {
        let (number, to, section, purpose, days) = if let Asked::Grant { number, to, section, purpose, days } = asked {
            (number, to, section, purpose, days)
        } else if let Asked::TakeConsent { number } = asked {
            (number, Whom::Professional(1), None, Purpose::Care, Days { from: None, until: None })
        } else {
            return Err(Why::NotAuthorised);
        };
        let theirs = match to {
            Whom::Professional(of) => of == 1,
            Whom::Structure => matches!(wish.who, Who::Professional { in_structure: true, .. }),
            Whom::CareTeam => self.joined(wish.who).is_some(),
        };
        unless(!theirs, Why::NotAuthorised)?;
        unless(self.happened.since(place, |asked| asked == Asked::Revoke(number)), Why::Revoked)?;
        unless(!self.is_newer_than_unblocking(place), Why::Unblocked)?;
        // Ninety days for one professional or a structure that no last day was named for; the care team until it is revoked.
        let usual = if to == Whom::CareTeam { None } else { Some(89) };
        unless(!runs(given_on, days, usual, wish.today), Why::Over)?;
        unless(section.is_some_and(|section| section != Section::MedicalRecord), Why::NotAuthorised)?;
        let covered = purpose == wish.purpose || purpose == Purpose::Care && is_care(wish.purpose);
        unless(!covered, Why::OtherPurpose)
    }

    /// The known part of the order of 26 October 2023: doctors read both types, nurses what is for nurses.
    fn is_for_profession(&self, wish: &Wish) -> bool {
        self.papers[wish.paper].for_nurses || matches!(wish.who, Who::Professional { profession: Profession::Doctor, .. })
    }

    fn is_refused_beforehand(&self, way: EmergencyAccess) -> bool {
        self.happened.stands(|asked| asked == Asked::Refuse(way), |asked| asked == Asked::Permit(way)).is_some()
    }

    // Services.

    fn service_reads(&self, wish: &Wish) -> Judged {
        unless(!self.is_open(), Why::NotInService)?;
        let of_purpose = |asked| matches!(asked, Asked::Person(OfPerson::ConsentToService { purpose, .. }) if purpose == wish.purpose);
        let place = self
            .happened
            .stands(of_purpose, |asked| asked == Asked::Person(OfPerson::WithdrawService(wish.purpose)))
            .ok_or(Why::NotAuthorised)?;
        let (_, at, asked) = self.happened.all().nth(place).unwrap();
        let Asked::Person(OfPerson::ConsentToService { section, until, .. }) = asked else { unreachable!("a consent") };
        unless(!runs(paris::day_of(at), Days { from: None, until }, None, wish.today), Why::Over)?;
        unless(section != Section::MedicalRecord, Why::NotAuthorised)?;
        unless(self.is_kept_from_representatives(wish.paper), Why::KeptFromRepresentatives)?;
        unless(self.is_hidden(wish.paper), Why::Hidden)?;
        self.shown_to_the_persons_side(wish)
    }

    // The space and the papers.

    fn is_open(&self) -> bool {
        let life = |asked| {
            matches!(asked, Asked::Life(Turn::Suspend) | Asked::Life(Turn::Lift) | Asked::Life(Turn::Close) | Asked::Life(Turn::Reopen))
        };
        self.happened.last(life).is_none_or(|(_, asked)| matches!(asked, Asked::Life(Turn::Lift) | Asked::Life(Turn::Reopen)))
    }

    fn is_closed(&self) -> bool {
        self.happened.stands(|asked| asked == Asked::Life(Turn::Close), |asked| asked == Asked::Life(Turn::Reopen)).is_some()
    }

    fn is_hidden(&self, paper: usize) -> bool {
        self.happened.stands(|asked| asked == Asked::Paper(paper, Act::Hide), |asked| asked == Asked::Paper(paper, Act::Show)).is_some()
    }

    fn is_kept_from_representatives(&self, paper: usize) -> bool {
        let kept = |asked| asked == Asked::Paper(paper, Act::HideFromRepresentatives);
        self.happened.stands(kept, |asked| asked == Asked::Paper(paper, Act::ShowToRepresentatives)).is_some()
    }

    fn is_withdrawn(&self, paper: usize) -> bool {
        self.happened.last(|asked| asked == Asked::Paper(paper, Act::Withdraw)).is_some()
    }

    fn is_awaited(&self, wish: &Wish) -> bool {
        let announced = self.happened.last(|asked| asked == Asked::Paper(wish.paper, Act::Announce)).is_some();
        !announced && self.papers[wish.paper].awaited_until.is_some_and(|until| wish.today < until)
    }
}

/// Whether these days, counted from the day of the request, hold this day; without a last day it is the usual one.
fn runs(asked_on: NaiveDate, days: Days, usual: Option<u8>, today: NaiveDate) -> bool {
    let first = asked_on + Count::new(days.from.unwrap_or_default().into());
    let named = days.until.map(|until| asked_on + Count::new(until.into()));
    let last = named.or_else(|| usual.map(|usual| first + Count::new(usual.into())));
    first <= today && last.is_none_or(|last| today <= last)
}

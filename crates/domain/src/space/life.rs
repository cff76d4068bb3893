//! The state of one space: what its decisions need to remember, folded from its events.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::paris;
use crate::identity::Identity;
use crate::ids::{GrantId, MessageId, RepresentationId, SpaceId};
use crate::party::{Grantee, Party};
use crate::personal::Personal;
use crate::rpps::Rpps;

use super::events::{Admission, Contacts};
use super::refusal::{Parties, SpaceRefusal};
use super::sending::{Code, Fate, Notice, Sending};
use super::terms::{BlockReason, Channel, RepresentationKind, Scope, Stage, UnreachableReason};

/// A space that exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Life {
    pub(super) id: SpaceId,
    pub(super) stage: Stage,
    /// Everything that belongs to the person; gone with the destruction.
    pub(super) admission: Option<Admission>,
    pub(super) failed: BTreeSet<Channel>,
    pub(super) owed: Option<Channel>,
    pub(super) unreachable: Option<UnreachableReason>,
    pub(super) notice: Option<Notice>,
    pub(super) code: Option<Code>,
    pub(super) opposed_on: Option<NaiveDate>,
    pub(super) blocks: BTreeSet<BlockReason>,
    /// The opposition was withdrawn while a block stood: the opening follows its mending.
    pub(super) opening_wanted: bool,
    pub(super) opened_on: Option<NaiveDate>,
    pub(super) activated: bool,
    pub(super) came_of_age: bool,
    pub(super) died: bool,
    pub(super) representations: BTreeMap<RepresentationId, Representation>,
    pub(super) grants: BTreeMap<GrantId, Grant>,
    pub(super) blocked: BTreeSet<Rpps>,
    /// The last day to oppose the closing of a suspended space.
    pub(super) closes_after: Option<NaiveDate>,
    pub(super) archive: Option<Archive>,
    pub(super) destroy_on: Option<NaiveDate>,
}

/// An authorisation, as the holder gave it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// Who is let in.
    pub to: Grantee,
    /// To what.
    pub scope: Scope,
    /// Until the end of which day, if it ends by itself.
    pub until: Option<NaiveDate>,
    pub(super) standing: Standing,
}

/// Somebody who acts for the holder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Representation {
    /// Of a minor or a protected adult.
    pub kind: RepresentationKind,
    /// Who; sealed.
    pub representative: Personal<Identity>,
    /// The eighteenth birthday, from whose first instant it no longer counts.
    pub ends_on: Option<NaiveDate>,
    pub(super) standing: Standing,
}

/// Whether something that was given still holds. What is over is remembered, so that ending it again is quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Standing {
    Stands,
    Over,
}

/// A closed space's term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Archive {
    pub(super) closed_on: NaiveDate,
    pub(super) until: NaiveDate,
}

impl Contacts {
    /// How the first notice goes: by e-mail to the declared address, else by post (article R. 1111-28).
    pub const fn first_channel(&self) -> Option<Channel> {
        match (&self.email, &self.address) {
            (Some(_), _) => Some(Channel::Email),
            (None, Some(_)) => Some(Channel::Post),
            (None, None) => None,
        }
    }

    const fn has(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email => self.email.is_some(),
            Channel::Post => self.address.is_some(),
        }
    }
}

impl Representation {
    fn stands_on(&self, day: NaiveDate) -> bool {
        self.standing == Standing::Stands && self.ends_on.is_none_or(|end| day < end)
    }
}

impl Life {
    /// A space as its creation leaves it, or its renewal.
    pub(super) const fn begun(id: SpaceId, stage: Stage, admission: Admission) -> Self {
        Self {
            id,
            stage,
            admission: Some(admission),
            failed: BTreeSet::new(),
            owed: None,
            unreachable: None,
            notice: None,
            code: None,
            opposed_on: None,
            blocks: BTreeSet::new(),
            opening_wanted: false,
            opened_on: None,
            activated: false,
            came_of_age: false,
            died: false,
            representations: BTreeMap::new(),
            grants: BTreeMap::new(),
            blocked: BTreeSet::new(),
            closes_after: None,
            archive: None,
            destroy_on: None,
        }
    }

    /// Who may ask; a representative only for a minor or under a declared representation.
    pub(super) fn allow(&self, expected: Parties, by: &Party, at: DateTime<Utc>) -> Result<(), SpaceRefusal> {
        if !expected.include(by) {
            return Err(SpaceRefusal::PartyNotAllowed { expected });
        }
        let today = paris::day_of(at);
        let represents = self.is_minor_on(today) || self.representations.values().any(|one| one.stands_on(today));
        if *by == Party::Representative && !represents { Err(SpaceRefusal::NotARepresentative) } else { Ok(()) }
    }

    pub(super) fn comes_of_age_on(&self) -> Option<NaiveDate> {
        self.admission.as_ref().and_then(|admission| admission.comes_of_age_on)
    }

    pub(super) fn is_minor_on(&self, day: NaiveDate) -> bool {
        self.comes_of_age_on().is_some_and(|birthday| day < birthday)
    }

    pub(super) fn standing_minor_representations(&self) -> impl Iterator<Item = RepresentationId> {
        let minors = |one: &Representation| one.kind == RepresentationKind::Minor && one.standing == Standing::Stands;
        self.representations.iter().filter(move |(_, one)| minors(one)).map(|(id, _)| *id)
    }

    /// Why the stage forbids what it forbids: the one answer for all commands.
    pub(super) fn because_of_stage(&self) -> SpaceRefusal {
        let stage = self.stage;
        let refusal = match stage {
            Stage::Created | Stage::Notified => None,
            Stage::Unreachable => self.unreachable.map(|reason| SpaceRefusal::Unreachable { reason }),
            Stage::Opposed => self.opposed_on.map(|since| SpaceRefusal::OppositionStands { since }),
            Stage::Blocked => self.blocks.first().map(|reason| SpaceRefusal::OpeningBlocked { reason: *reason }),
            Stage::Open | Stage::Active => self.opened_on.map(|opened_on| SpaceRefusal::AlreadyOpen { opened_on }),
            Stage::Suspended => self.closes_after.map(|last_day| SpaceRefusal::SpaceSuspended { last_day }),
            Stage::Closed if self.died => Some(SpaceRefusal::Deceased),
            Stage::Closed => self.archive.map(|archive| SpaceRefusal::SpaceClosed { closed_on: archive.closed_on }),
            Stage::Destroyed => Some(SpaceRefusal::SpaceDestroyed),
            Stage::Ended => Some(SpaceRefusal::Deceased),
        };
        refusal.unwrap_or(SpaceRefusal::NotOpen { stage })
    }

    /// Refuses to write what belongs to a person who died or whose space is destroyed.
    pub(super) const fn still_lives(&self) -> Result<(), SpaceRefusal> {
        match self.stage {
            Stage::Destroyed => Err(SpaceRefusal::SpaceDestroyed),
            Stage::Created
            | Stage::Notified
            | Stage::Unreachable
            | Stage::Opposed
            | Stage::Blocked
            | Stage::Open
            | Stage::Active
            | Stage::Suspended
            | Stage::Closed
            | Stage::Ended => {
                if self.died {
                    Err(SpaceRefusal::Deceased)
                } else {
                    Ok(())
                }
            }
        }
    }

    /// The stage of an opened space that nothing holds back.
    pub(super) const fn in_service(&self) -> Stage {
        if self.activated { Stage::Active } else { Stage::Open }
    }

    /// How a message goes now: by the first channel that is declared and has not failed, nor fails with this one.
    pub(super) fn channel_without(&self, failing: Option<Channel>) -> Option<Channel> {
        let contacts = &self.admission.as_ref()?.contacts;
        let works = |channel: &Channel| contacts.has(*channel) && !self.failed.contains(channel) && failing != Some(*channel);
        [Channel::Email, Channel::Post].into_iter().find(works)
    }

    /// The message, if it is the last notice or carries the last code.
    pub(super) fn sending(&self, message: MessageId) -> Option<&Sending> {
        let notice = self.notice.as_ref().map(|notice| &notice.sending);
        let code = self.code.as_ref().map(|code| &code.sending);
        notice.into_iter().chain(code).find(|sending| sending.message == message)
    }

    pub(super) fn sendings_mut(&mut self) -> impl Iterator<Item = &mut Sending> {
        let notice = self.notice.as_mut().map(|notice| &mut notice.sending);
        let code = self.code.as_mut().map(|code| &mut code.sending);
        notice.into_iter().chain(code)
    }

    /// The end of the window that counts.
    pub(super) fn last_day(&self) -> Option<NaiveDate> {
        self.notice.as_ref().and_then(|notice| notice.last_day)
    }

    /// The fate of a message changes wherever the message is remembered.
    pub(super) fn settle(&mut self, message: MessageId, fate: Fate) {
        for sending in self.sendings_mut().filter(|sending| sending.message == message) {
            sending.fate = fate;
        }
    }
}

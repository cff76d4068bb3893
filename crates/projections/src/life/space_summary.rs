//! What a person is told of their space on a given day: the state, until when, why, what can be done, and a sentence in French.
//!
//! - what is offered is what the rules accept; whether a contact still works is not looked at

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::french::date;
use ens_domain::ids::SpaceId;
use ens_domain::space::terms::{BlockReason, Channel, ClosingGround, OppositionChannel, Stage};
use serde::{Deserialize, Serialize};

use crate::life::space_status::{CodeState, HolderState, StatusRow};
use crate::token::token;

/// What can be asked of a space, by its holder or a representative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Oppose the opening.
    Oppose,
    /// Withdraw the opposition; the space then opens at once.
    WithdrawOpposition,
    /// Sign up with the code.
    Activate,
    /// Ask for a new code.
    AskForCode,
    /// Let a professional or a structure in.
    GrantAccess,
    /// Block a professional.
    BlockProfessional,
    /// Oppose the closing of the suspended space.
    OpposeClosing,
    /// Close the space.
    Close,
    /// Have the archive back.
    Reopen,
    /// Have the archive destroyed.
    RequestDestruction,
    /// Take that request back.
    CancelDestruction,
    /// Ask for a new, empty space.
    AskForNewSpace,
}

/// What ends on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// The window in which to oppose the opening.
    Window,
    /// The window in which to oppose the closing.
    Suspension,
    /// The archive.
    Archive,
    /// The time left until the destruction that was asked for.
    Destruction,
}

/// Until when a space stays as it is, unless somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Until {
    /// The last day, or the day of the destruction.
    pub day: NaiveDate,
    /// What ends.
    pub term: Term,
}

/// The receipt of the opposition that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptShown {
    /// The number to quote.
    pub number: String,
    /// The day of the opposition.
    pub on: NaiveDate,
    /// How it was made.
    pub via: OppositionChannel,
}

/// The provisional code, of which nothing but the dates is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeShown {
    /// What it can still do.
    pub state: CodeState,
    /// The last day on which it is valid.
    pub valid_until: Option<NaiveDate>,
    /// Wrong entries that lock it.
    pub wrong_codes_left: Option<u8>,
    /// From when a new one may be asked for.
    pub reissue_from: Option<DateTime<Utc>>,
}

/// All that a person needs to know of their space on a given day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceSummary {
    /// The space.
    pub space: SpaceId,
    /// Where it is in its life.
    pub state: Stage,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when, where a day is known.
    pub until: Option<Until>,
    /// Why, as a stable word: a block reason, a ground, a reason for being unreachable.
    pub why: Option<String>,
    /// What can be done today.
    pub actions: Vec<Action>,
    /// The same in a French sentence or two.
    pub sentence: String,
    /// How the notice went, or is to go.
    pub notice_channel: Option<Channel>,
    /// The last day of the window, while it means something.
    pub window_last_day: Option<NaiveDate>,
    /// The code.
    pub code: CodeShown,
    /// The receipt of the opposition that stands.
    pub receipt: Option<ReceiptShown>,
    /// When the space was opened.
    pub opened_on: Option<NaiveDate>,
    /// The sequence of the last event that this reflects.
    pub version: u64,
    /// Its position in the partition of the space.
    pub position: u64,
}

impl StatusRow {
    /// What the person is told on `today`, a day in Paris.
    pub fn summary_on(&self, today: NaiveDate) -> SpaceSummary {
        SpaceSummary {
            space: self.space,
            state: self.stage,
            since: self.since,
            until: self.until(),
            why: self.why(),
            actions: self.actions(today),
            sentence: self.sentence_on(today),
            notice_channel: self.notice_channel,
            window_last_day: self.last_day,
            code: CodeShown {
                state: self.code_state,
                valid_until: self.code_valid_until,
                wrong_codes_left: self.wrong_codes_left,
                reissue_from: self.reissue_from,
            },
            receipt: self.receipt(),
            opened_on: self.opened_on,
            version: self.version,
            position: self.position,
        }
    }

    fn receipt(&self) -> Option<ReceiptShown> {
        Some(ReceiptShown { number: self.receipt_number.clone()?, on: self.receipt_day?, via: self.opposed_via? })
    }

    fn until(&self) -> Option<Until> {
        let (day, term) = match self.stage {
            Stage::Notified => (self.last_day, Term::Window),
            Stage::Blocked if self.block_reason == Some(BlockReason::Technical) => (self.last_day, Term::Window),
            Stage::Suspended => (self.suspension_last_day, Term::Suspension),
            Stage::Closed if self.destroy_on.is_some() => (self.destroy_on, Term::Destruction),
            Stage::Closed => (self.archived_until, Term::Archive),
            Stage::Created
            | Stage::Unreachable
            | Stage::Opposed
            | Stage::Blocked
            | Stage::Open
            | Stage::Active
            | Stage::Destroyed
            | Stage::Ended => return None,
        };
        day.map(|day| Until { day, term })
    }

    fn why(&self) -> Option<String> {
        match self.stage {
            Stage::Blocked => self.block_reason.as_ref().map(token),
            Stage::Unreachable => self.unreachable_reason.as_ref().map(token),
            Stage::Suspended => self.suspension_ground.as_ref().map(token),
            Stage::Closed => self.closing_ground.as_ref().map(token),
            Stage::Destroyed => self.destruction_ground.as_ref().map(token),
            Stage::Ended => Some("death".to_owned()),
            Stage::Created | Stage::Notified | Stage::Opposed | Stage::Open | Stage::Active => None,
        }
    }

    fn actions(&self, today: NaiveDate) -> Vec<Action> {
        let mut actions = match self.stage {
            Stage::Created | Stage::Notified | Stage::Unreachable | Stage::Blocked => vec![Action::Oppose],
            Stage::Opposed => vec![Action::WithdrawOpposition],
            Stage::Open | Stage::Active => vec![Action::GrantAccess, Action::BlockProfessional, Action::Close],
            Stage::Suspended => vec![Action::BlockProfessional, Action::OpposeClosing, Action::Close],
            Stage::Closed => self.actions_on_the_archive(today),
            Stage::Destroyed => self.where_living(&[Action::AskForNewSpace]),
            Stage::Ended => Vec::new(),
        };
        if self.may_sign_up(today) {
            actions.push(Action::Activate);
        }
        if self.may_ask_for_a_code() {
            actions.push(Action::AskForCode);
        }
        actions.sort_unstable();
        actions
    }

    fn actions_on_the_archive(&self, today: NaiveDate) -> Vec<Action> {
        if self.destroy_on.is_some() {
            return self.where_living(&[Action::CancelDestruction]);
        }
        let archived = self.archived_until.is_some_and(|last_day| today <= last_day);
        self.where_living(if archived { &[Action::Reopen, Action::RequestDestruction] } else { &[Action::RequestDestruction] })
    }

    fn where_living(&self, actions: &[Action]) -> Vec<Action> {
        match self.holder {
            HolderState::Living => actions.to_vec(),
            HolderState::Dead => Vec::new(),
        }
    }

    fn may_sign_up(&self, today: NaiveDate) -> bool {
        let stage = matches!(self.stage, Stage::Created | Stage::Notified | Stage::Unreachable | Stage::Open);
        let code = self.code_state == CodeState::Received && self.code_valid_until.is_some_and(|last_day| today <= last_day);
        stage && code
    }

    /// Once the holder has signed up a code serves nothing.
    fn may_ask_for_a_code(&self) -> bool {
        match self.stage {
            Stage::Notified | Stage::Opposed | Stage::Open => true,
            // The contacts that are known are not those of a representative.
            Stage::Blocked => self.block_reason == Some(BlockReason::Technical),
            Stage::Created | Stage::Unreachable | Stage::Active | Stage::Suspended | Stage::Closed | Stage::Destroyed | Stage::Ended => {
                false
            }
        }
    }

    fn sentence_on(&self, today: NaiveDate) -> String {
        match self.stage {
            Stage::Created => "Votre espace de santé n’est pas encore ouvert. Une information va vous être envoyée.".to_owned(),
            Stage::Notified => match self.last_day {
                Some(day) => format!(
                    "Votre espace de santé n’est pas encore ouvert. Vous pouvez vous opposer à son ouverture jusqu’au {} inclus.",
                    date(day)
                ),
                None => "Votre espace de santé n’est pas encore ouvert.".to_owned(),
            },
            Stage::Unreachable => {
                "Aucune adresse ne permet de vous informer. Votre espace de santé ne s’ouvrira pas de lui-même.".to_owned()
            }
            Stage::Opposed => match (&self.receipt_number, self.receipt_day) {
                (Some(number), Some(day)) => format!(
                    "Votre opposition du {} est enregistrée sous le numéro {number}. Votre espace de santé ne sera pas ouvert.",
                    date(day)
                ),
                (Some(_) | None, Some(_) | None) => {
                    "Votre opposition est enregistrée. Votre espace de santé ne sera pas ouvert.".to_owned()
                }
            },
            Stage::Blocked => "L’ouverture de votre espace de santé est arrêtée pour le moment.".to_owned(),
            Stage::Open if self.may_sign_up(today) => {
                "Votre espace de santé est ouvert. Vous pouvez l’activer avec votre code provisoire.".to_owned()
            }
            Stage::Open => "Votre espace de santé est ouvert. Pour l’activer, demandez un nouveau code provisoire.".to_owned(),
            Stage::Active => "Votre espace de santé est ouvert et activé.".to_owned(),
            Stage::Suspended => match self.suspension_last_day {
                Some(day) => format!(
                    "Votre espace de santé est suspendu. Il sera clôturé, sauf si vous vous y opposez jusqu’au {} inclus.",
                    date(day)
                ),
                None => "Votre espace de santé est suspendu.".to_owned(),
            },
            Stage::Closed => self.sentence_on_the_archive(),
            Stage::Destroyed => "Le contenu de votre espace de santé est détruit.".to_owned(),
            Stage::Ended => "L’espace de santé ne sera pas ouvert.".to_owned(),
        }
    }

    fn sentence_on_the_archive(&self) -> String {
        let closed = match self.closing_ground {
            Some(ClosingGround::Death) => "L’espace de santé est clôturé à la suite du décès du titulaire.",
            Some(ClosingGround::Request | ClosingGround::Suspension) | None => "Votre espace de santé est clôturé.",
        };
        match (self.destroy_on, self.archived_until) {
            (Some(day), _) => format!("{closed} Son contenu sera détruit le {}.", date(day)),
            (None, Some(day)) => format!("{closed} Son contenu est archivé jusqu’au {} inclus.", date(day)),
            (None, None) => closed.to_owned(),
        }
    }
}

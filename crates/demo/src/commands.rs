//! The commands of a day: what persons, CNAM and the insurers do in the demonstration, as the API would execute it.

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::access::{Grantee, Purpose, Scope};
use ens_domain::address::PostalAddress;
use ens_domain::calendar::paris;
use ens_domain::code::{CodeDigest, ProvisionalCode};
use ens_domain::ids::{GrantId, SpaceId};
use ens_domain::organism::AgentId;
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::space::HealthSpace;
use ens_domain::space::commands::{
    Activate, BlockProfessional, Close, DeclareContacts, DenyRepresentation, GrantAccess, LiftSuspension, MendTechnicalBlock, Oppose,
    OpposeClosing, Proof, RecordDeath, RevokeAccess, SpaceCommand, WithdrawOpposition,
};
use ens_domain::space::events::Contacts;
use ens_domain::space::terms::{OppositionChannel, Section, SuspensionGround};
use ens_notices::envelopes;
use ens_store::{CommandContext, CommandEnvelope};

use crate::behaviour::after;
use crate::error::DemoError;
use crate::population::Population;
use crate::professionals::professional;
use crate::random::SeededRandom;
use crate::schedule::Action;

/// What a command is made of besides the acting person and their space.
pub(crate) struct CommandBuilder<'a> {
    /// The store, the policy and the clock of the service.
    pub context: &'a CommandContext,
    /// Who the persons are.
    pub population: Population,
    /// Which professionals they meet.
    pub random: SeededRandom,
}

/// A person who acts, at an instant.
pub(crate) struct ActingPerson<'a> {
    /// The person's number.
    pub person: u64,
    /// The person's space.
    pub id: SpaceId,
    /// The state of the space.
    pub space: &'a HealthSpace,
    /// When.
    pub at: DateTime<Utc>,
}

impl CommandBuilder<'_> {
    /// The command of an action.
    pub(crate) fn envelope(&self, acting: &ActingPerson<'_>, action: &Action) -> Result<CommandEnvelope, DemoError> {
        let (at, today) = (acting.at, paris::day_of(acting.at));
        let by = self.population.actor(acting.person, today);
        let command: SpaceCommand = match action {
            Action::AskForCode => return Ok(envelopes::reissue(self.context, acting.space, by)?),
            Action::ReportTechnicalBlock => return Ok(envelopes::technical_block(self.context, acting.space)?),
            Action::SuspendForFraud => return Ok(envelopes::suspension(self.context, acting.space, SuspensionGround::Fraud)?),
            Action::SuspendForMalfunction => return Ok(envelopes::suspension(self.context, acting.space, SuspensionGround::Malfunction)?),
            Action::DeclareAddress => self.declare_address(acting)?.into(),
            Action::Oppose(via, code) => self.oppose(acting, *via, code)?.into(),
            Action::Withdraw => {
                WithdrawOpposition { at, by: agent("guichet-12")?, via: OppositionChannel::Desk, proof: Proof::IdentityProved }.into()
            }
            Action::Activate(code) => Activate { at, by, code: self.digest(acting, code) }.into(),
            Action::EnterWrongCode(code) => Activate { at, by, code: self.digest(acting, &wrong_code(code)) }.into(),
            Action::DenyRepresentation(code) => DenyRepresentation { at, by, proof: Proof::Code(self.digest(acting, code)) }.into(),
            Action::Die => RecordDeath { at, by: Party::Cnam, died_on: today }.into(),
            Action::MendTechnicalBlock => MendTechnicalBlock { at }.into(),
            Action::GrantAccess | Action::GrantAccessFor(_) => self.grant(acting, by, self.context.new_id()?)?.into(),
            Action::RevokeAccess(grant) => RevokeAccess { at, by, grant: *grant }.into(),
            Action::BlockProfessional => {
                BlockProfessional { at, by, professional: professional(self.random.draw(acting.person, "blocked"))? }.into()
            }
            Action::Close => Close { at, by }.into(),
            Action::OpposeClosing => OpposeClosing { at, by }.into(),
            Action::LiftSuspension => LiftSuspension { at }.into(),
        };
        Ok(CommandEnvelope::new(acting.id, command))
    }

    fn digest(&self, acting: &ActingPerson<'_>, code: &ProvisionalCode) -> CodeDigest {
        code.digest(self.context.store.code_key(), acting.id)
    }

    fn oppose(&self, acting: &ActingPerson<'_>, via: OppositionChannel, code: &ProvisionalCode) -> Result<Oppose, DemoError> {
        let holder = self.population.actor(acting.person, paris::day_of(acting.at));
        let (by, proof) = match via {
            OppositionChannel::Web => (holder, Proof::Code(self.digest(acting, code))),
            OppositionChannel::Phone => (agent("ligne-3422")?, Proof::Code(self.digest(acting, code))),
            OppositionChannel::Desk => (agent("guichet-12")?, Proof::IdentityProved),
            OppositionChannel::Letter => (agent("courrier-4")?, Proof::IdentityProved),
        };
        Ok(Oppose { at: acting.at, by, via, proof })
    }

    fn declare_address(&self, acting: &ActingPerson<'_>) -> Result<DeclareContacts, DemoError> {
        let lines = self.population.new_address(acting.person);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let address = Some(Personal::new(PostalAddress::parse(&lines).map_err(|_| DemoError::Invented("address"))?));
        let insurer = acting.space.insurer().ok_or(DemoError::Invented("insurer"))?.clone();
        Ok(DeclareContacts { at: acting.at, by: Party::Insurer { insurer }, contacts: Contacts { email: None, address, phone: None } })
    }

    fn grant(&self, acting: &ActingPerson<'_>, by: Party, grant: GrantId) -> Result<GrantAccess, DemoError> {
        let draw = self.random.draw(acting.person, "grantee");
        let to = if draw.is_multiple_of(4) {
            Grantee::Structure { finess: structure(draw)? }
        } else {
            Grantee::Professional { rpps: professional(draw)? }
        };
        let sections = [Section::MedicalRecord, Section::Agenda].into();
        let scope = if draw.is_multiple_of(3) { Scope::Sections { sections } } else { Scope::All };
        let until: Option<NaiveDate> = (draw.is_multiple_of(2)).then(|| after(paris::day_of(acting.at), 365));
        Ok(GrantAccess { at: acting.at, by, grant, to, scope, purpose: Purpose::Care, from: None, until })
    }
}

/// An agent of the phone line, a desk or a mail room.
fn agent(name: &str) -> Result<Party, DemoError> {
    Ok(Party::Support { agent: AgentId::parse(name).map_err(|_| DemoError::Invented("agent"))? })
}

/// An invented structure of one of the three departments.
fn structure(draw: u64) -> Result<ens_domain::finess::Finess, DemoError> {
    let department = ["31", "44", "80"].get(usize::try_from(draw % 3).unwrap_or_default()).copied().unwrap_or("31");
    let first = format!("{department}{:06}", 780_000 + draw % 10_000);
    // Only one of the ten keys fits.
    (0..10).find_map(|key| format!("{first}{key}").parse().ok()).ok_or(DemoError::Invented("structure"))
}

/// Another code than this one: it, read backwards.
fn wrong_code(code: &ProvisionalCode) -> ProvisionalCode {
    let shown = code.display();
    let swapped: String = shown.chars().rev().collect();
    // A swap that is no code is replaced by a fixed code.
    ProvisionalCode::parse(&swapped).ok().filter(|other| other != code).unwrap_or_else(|| ProvisionalCode::generate([0; 16]))
}

//! What persons, CNAM and the insurers do on a day of the demonstration, put as the orders that the API would make of it.

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::address::PostalAddress;
use ens_domain::calendar::paris;
use ens_domain::code::{CodeDigest, ProvisionalCode};
use ens_domain::ids::{GrantId, SpaceId};
use ens_domain::organism::AgentId;
use ens_domain::party::{Grantee, Party};
use ens_domain::personal::Personal;
use ens_domain::rpps::Rpps;
use ens_domain::space::HealthSpace;
use ens_domain::space::commands::{
    Activate, BlockProfessional, Close, DeclareContacts, DenyRepresentation, GrantAccess, LiftSuspension, MendTechnicalBlock, Oppose,
    OpposeClosing, Proof, RecordDeath, RevokeAccess, SpaceCommand, WithdrawOpposition,
};
use ens_domain::space::events::Contacts;
use ens_domain::space::terms::{OppositionChannel, Scope, Section, SuspensionGround};
use ens_store::CommandEnvelope;

use super::DemoError;
use super::agenda::Act;
use super::chance::Chance;
use super::fate::after;
use super::population::Population;
use crate::app::App;
use crate::notify::orders;

/// Everything that an act needs to know besides the space.
pub(super) struct Stagehands<'a> {
    /// The service.
    pub app: &'a App,
    /// Who the persons are.
    pub population: Population,
    /// Which professionals they meet.
    pub chance: Chance,
}

/// One person's part in a day.
pub(super) struct Part<'a> {
    /// The person's number.
    pub person: u64,
    /// The person's space.
    pub id: SpaceId,
    /// The same, as it stands.
    pub space: &'a HealthSpace,
    /// When.
    pub at: DateTime<Utc>,
}

impl Stagehands<'_> {
    /// The order that an act comes to.
    pub(super) fn order(&self, part: &Part<'_>, act: &Act) -> Result<CommandEnvelope, DemoError> {
        let (at, today) = (part.at, paris::day_of(part.at));
        let by = self.population.actor(part.person, today);
        let command: SpaceCommand = match act {
            Act::AskForCode => return Ok(orders::reissue(self.app, part.space, by)?),
            Act::Break => return Ok(orders::technical_block(self.app, part.space)?),
            Act::SuspendForFraud => return Ok(orders::suspension(self.app, part.space, SuspensionGround::Fraud)?),
            Act::SuspendForMalfunction => return Ok(orders::suspension(self.app, part.space, SuspensionGround::Malfunction)?),
            Act::DeclareAddress => self.declare_address(part)?.into(),
            Act::Oppose(via, code) => self.oppose(part, *via, code)?.into(),
            Act::Withdraw => {
                WithdrawOpposition { at, by: agent("guichet-12")?, via: OppositionChannel::Desk, proof: Proof::IdentityProved }.into()
            }
            Act::SignUp(code) => Activate { at, by, code: self.digest(part, code) }.into(),
            Act::Mistype(code) => Activate { at, by, code: self.digest(part, &mistyped(code)) }.into(),
            Act::Deny(code) => DenyRepresentation { at, by, proof: Proof::Code(self.digest(part, code)) }.into(),
            Act::Die => RecordDeath { at, by: Party::Cnam, died_on: today }.into(),
            Act::Mend => MendTechnicalBlock { at }.into(),
            Act::Grant | Act::GrantFor(_) => self.grant(part, by, self.app.new_id()?)?.into(),
            Act::Revoke(grant) => RevokeAccess { at, by, grant: *grant }.into(),
            Act::Block => BlockProfessional { at, by, professional: self.professional(part.person)? }.into(),
            Act::Close => Close { at, by }.into(),
            Act::OpposeClosing => OpposeClosing { at, by }.into(),
            Act::Lift => LiftSuspension { at }.into(),
        };
        Ok(CommandEnvelope::new(part.id, command))
    }

    fn digest(&self, part: &Part<'_>, code: &ProvisionalCode) -> CodeDigest {
        code.digest(self.app.store.code_key(), part.id)
    }

    fn oppose(&self, part: &Part<'_>, via: OppositionChannel, code: &ProvisionalCode) -> Result<Oppose, DemoError> {
        let holder = self.population.actor(part.person, paris::day_of(part.at));
        let (by, proof) = match via {
            OppositionChannel::Web => (holder, Proof::Code(self.digest(part, code))),
            OppositionChannel::Phone => (agent("ligne-3422")?, Proof::Code(self.digest(part, code))),
            OppositionChannel::Desk => (agent("guichet-12")?, Proof::IdentityProved),
            OppositionChannel::Letter => (agent("courrier-4")?, Proof::IdentityProved),
        };
        Ok(Oppose { at: part.at, by, via, proof })
    }

    fn declare_address(&self, part: &Part<'_>) -> Result<DeclareContacts, DemoError> {
        let lines = self.population.new_address(part.person);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let address = Some(Personal::new(PostalAddress::parse(&lines).map_err(|_| DemoError::Invented("address"))?));
        let insurer = part.space.insurer().ok_or(DemoError::Invented("insurer"))?.clone();
        Ok(DeclareContacts { at: part.at, by: Party::Insurer { insurer }, contacts: Contacts { email: None, address, phone: None } })
    }

    fn grant(&self, part: &Part<'_>, by: Party, grant: GrantId) -> Result<GrantAccess, DemoError> {
        let draw = self.chance.draw(part.person, "grantee");
        let to = if draw.is_multiple_of(4) {
            Grantee::Structure { finess: structure(draw)? }
        } else {
            Grantee::Professional { rpps: professional(draw)? }
        };
        let sections = [Section::MedicalRecord, Section::Agenda].into();
        let scope = if draw.is_multiple_of(3) { Scope::Sections { sections } } else { Scope::All };
        let until: Option<NaiveDate> = (draw.is_multiple_of(2)).then(|| after(paris::day_of(part.at), 365));
        Ok(GrantAccess { at: part.at, by, grant, to, scope, until })
    }

    fn professional(&self, person: u64) -> Result<Rpps, DemoError> {
        professional(self.chance.draw(person, "blocked"))
    }
}

/// An agent of the phone line, a desk or a mail room.
fn agent(name: &str) -> Result<Party, DemoError> {
    Ok(Party::Support { agent: AgentId::parse(name).map_err(|_| DemoError::Invented("agent"))? })
}

/// An invented professional: ten digits and the key that fits them.
fn professional(draw: u64) -> Result<Rpps, DemoError> {
    let first = format!("1000{:06}", draw % 1_000_000);
    // Only one of the ten keys fits.
    (0..10).find_map(|key| format!("{first}{key}").parse().ok()).ok_or(DemoError::Invented("professional"))
}

/// An invented structure of one of the three departments.
fn structure(draw: u64) -> Result<ens_domain::finess::Finess, DemoError> {
    let department = ["31", "44", "80"].get(usize::try_from(draw % 3).unwrap_or_default()).copied().unwrap_or("31");
    let first = format!("{department}{:06}", 780_000 + draw % 10_000);
    // Only one of the ten keys fits.
    (0..10).find_map(|key| format!("{first}{key}").parse().ok()).ok_or(DemoError::Invented("structure"))
}

/// Another code than this one: it, read backwards.
fn mistyped(code: &ProvisionalCode) -> ProvisionalCode {
    let shown = code.display();
    let swapped: String = shown.chars().rev().collect();
    // A swap that is no code is replaced by a fixed code.
    ProvisionalCode::parse(&swapped).ok().filter(|other| other != code).unwrap_or_else(|| ProvisionalCode::generate([0; 16]))
}

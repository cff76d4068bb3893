//! Lives to measure with: invented persons, the four commands of a space that is opened, and the same lives as ready-made events.
//!
//! create --> notice, with a code --> notice received --> opened after six weeks: one event each

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};
use ens_domain::calendar::paris;
use ens_domain::code::{CodeKey, ProvisionalCode};
use ens_domain::email::EmailAddress;
use ens_domain::identity::{Identity, IdentityFields, InseeCode, Sex};
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::ins::Ins;
use ens_domain::organism::{Department, InsurerCode};
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::policy::Policy;
use ens_domain::space::commands::{CreateSpace, Open, RecordEmailSent, SendNotice};
use ens_domain::space::{Admission, Contacts, SpaceCommand};
use ens_store::{CommandEnvelope, Entropy, Store};
use uuid::Builder;

use crate::cli::RequestKeys;
use crate::failure::Failure;

/// Persons who take turns; a command takes a copy of one.
const PERSONS: u32 = 64;

/// How long before its opening a space is told of it: the window is six weeks, and the day of receipt is not counted.
const TOLD_BEFORE: Days = Days::new(43);

/// The commands of one life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Create,
    Notice,
    Received,
    Open,
}

impl Step {
    /// In the order of a life.
    pub(crate) const ALL: [Self; 4] = [Self::Create, Self::Notice, Self::Received, Self::Open];
}

/// What every life of a run shares.
pub(crate) struct Cast {
    persons: Vec<Admission>,
    /// Today's rules.
    pub(crate) policy: Policy,
    /// What its requests are named by.
    keys: RequestKeys,
    told_at: DateTime<Utc>,
    open_at: DateTime<Utc>,
}

impl Cast {
    /// Lives that end with an opening today.
    pub(crate) fn new() -> Result<Self, Failure> {
        Self::opening_on(paris::day_of(Utc::now()))
    }

    /// Lives that end with an opening on this day.
    pub(crate) fn opening_on(day: NaiveDate) -> Result<Self, Failure> {
        let told_on = day.checked_sub_days(TOLD_BEFORE).ok_or_else(|| Failure::because("a day out of the calendar"))?;
        Ok(Self {
            persons: (0..PERSONS).map(person).collect::<Result<_, _>>()?,
            policy: Policy::default(),
            keys: RequestKeys::TimeOrdered,
            told_at: paris::start_of(told_on) + TimeDelta::hours(9),
            open_at: paris::start_of(day) + TimeDelta::hours(1),
        })
    }

    /// The same, with requests named by such keys.
    pub(crate) fn with_keys(self, keys: RequestKeys) -> Self {
        Self { keys, ..self }
    }

    /// The command of this step in the life of a space.
    pub(crate) fn command(&self, store: &Store, life: Life, step: Step) -> Result<SpaceCommand, Failure> {
        self.command_with((store.entropy(), store.code_key()), life, step)
    }

    /// The same with randomness and a key for codes that no store need have.
    pub(crate) fn command_with(&self, secrets: (&Entropy, &CodeKey), life: Life, step: Step) -> Result<SpaceCommand, Failure> {
        let (entropy, code_key) = secrets;
        let Life { space, message } = life;
        let at = self.told_at;
        Ok(match step {
            Step::Create => {
                CreateSpace { at, space, by: Party::Cnam, admission: self.person_of(space)?, representatives: Vec::new() }.into()
            }
            Step::Notice => {
                let digest = ProvisionalCode::generate(entropy.bytes()?).digest(code_key, space);
                SendNotice { at, message, digest }.into()
            }
            Step::Received => RecordEmailSent { at, message }.into(),
            Step::Open => Open { at: self.open_at }.into(),
        })
    }

    /// The command as the service gives it: with what stands beside every event, and a key that makes it once.
    pub(crate) fn envelope(&self, store: &Store, life: Life, step: Step) -> Result<CommandEnvelope, Failure> {
        let envelope = CommandEnvelope::new(life.space, self.command(store, life, step)?).with_metadata("role", "cnam");
        let key = match self.keys {
            RequestKeys::TimeOrdered => MessageId::at(Utc::now(), store.entropy().bytes()?).uuid(),
            RequestKeys::Random => Builder::from_random_bytes(store.entropy().bytes()?).into_uuid(),
        };
        // What the digest is of is not looked at; it is as long as the real one.
        let digest = store.entropy().bytes()?;
        Ok(envelope.with_metadata("request", life.message.to_string()).once(key.to_string(), digest))
    }

    /// The person whose space it is.
    pub(crate) fn person_of(&self, space: SpaceId) -> Result<Admission, Failure> {
        let number = usize::from(space.uuid().as_bytes().last().copied().unwrap_or_default()) % self.persons.len().max(1);
        self.persons.get(number).cloned().ok_or_else(|| Failure::because("nobody to create a space for"))
    }
}

/// One space, and the message that tells of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    pub(crate) space: SpaceId,
    pub(crate) message: MessageId,
}

impl Life {
    /// A new one. Ids are of this instant, as in the service: time-ordered, or the index of the log would be written all over.
    pub(crate) fn new(store: &Store) -> Result<Self, Failure> {
        Self::drawn(store.entropy())
    }

    /// The same from randomness that no store need have.
    pub(crate) fn drawn(entropy: &Entropy) -> Result<Self, Failure> {
        let now = Utc::now();
        Ok(Self { space: SpaceId::at(now, entropy.bytes()?), message: MessageId::at(now, entropy.bytes()?) })
    }
}

/// An invented person; the INS bears the test OID.
fn person(number: u32) -> Result<Admission, Failure> {
    let born_on = NaiveDate::from_ymd_opt(1950, 1, 15).unwrap_or_default() + Months::new(number);
    let birthplace = InseeCode::parse("31555").map_err(Failure::because)?;
    let ins = Ins::fictitious(Sex::Female, born_on, &birthplace, 1).map_err(Failure::because)?;
    let fields = IdentityFields {
        birth_name: "ESSAI".to_owned(),
        used_name: None,
        first_names: vec!["Camille".to_owned()],
        sex: Sex::Female,
        born_on,
        birthplace,
    };
    let email = EmailAddress::parse(&format!("personne{number}@exemple.fr")).map_err(Failure::because)?;
    Ok(Admission {
        ins: Personal::new(ins),
        identity: Personal::new(Identity::parse(fields).map_err(Failure::because)?),
        contacts: Contacts { email: Some(Personal::new(email)), ..Contacts::default() },
        insurer: InsurerCode::parse("CPAM-31").map_err(Failure::because)?,
        department: Department::parse("31").map_err(Failure::because)?,
        comes_of_age_on: None,
        medical_record_since: None,
    })
}

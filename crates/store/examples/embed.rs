//! Another service that embeds a health space: stock cqrs-es over stock postgres-es, sealed by one decorator, on our database.
//!
//! `cargo run -p ens-store --example embed -- postgres://…` lives a short life with an invented person, and prints how it went.

use std::error::Error;

use chrono::{DateTime, NaiveDate, Utc};
use cqrs_es::CqrsFramework;
use cqrs_es::persist::PersistedEventStore;
use ens_domain::email::EmailAddress;
use ens_domain::identity::{Identity, IdentityFields, InseeCode, Sex};
use ens_domain::ids::SpaceId;
use ens_domain::ins::Ins;
use ens_domain::organism::{AgentId, Department, InsurerCode};
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::policy::Policy;
use ens_domain::space::commands::{CreateSpace, Oppose, WithdrawOpposition};
use ens_domain::space::terms::OppositionChannel;
use ens_domain::space::{Admission, Contacts, HealthSpace, Proof};
use ens_store::{Entropy, MasterKey, Sealed, Store, StoreOptions};
use postgres_es::PostgresEventRepository;
use sqlx::postgres::PgPoolOptions;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("say where: embed postgres://…")?;
    // The store makes the tables and holds the keys. A real service keeps its master key in a file or a vault.
    let store = Store::open(&url, StoreOptions::new(MasterKey::generate(&Entropy::os())?)).await?;
    // The embedder's own pool, in the role that may not change the log.
    let pool = PgPoolOptions::new()
        .after_connect(|connection, _| Box::pin(async move { sqlx::query("SET ROLE ens_service").execute(connection).await.map(drop) }))
        .connect(&url)
        .await?;
    let repository = Sealed::new(PostgresEventRepository::new(pool), &store);
    let framework: CqrsFramework<HealthSpace, _> =
        CqrsFramework::new(PersistedEventStore::new_event_store(repository), Vec::new(), Policy::default());

    let at = Utc::now();
    let space = SpaceId::at(at, store.entropy().bytes()?);
    let id = space.to_string();
    let agent = Party::Support { agent: AgentId::parse("desk-1")? };
    let (via, proof) = (OppositionChannel::Desk, Proof::IdentityProved);
    framework
        .execute(&id, CreateSpace { at, space, by: Party::Cnam, admission: admission(at)?, representatives: Vec::new() }.into())
        .await?;
    framework.execute(&id, Oppose { at, by: agent.clone(), via, proof: proof.clone() }.into()).await?;
    framework.execute(&id, WithdrawOpposition { at, by: agent, via, proof }.into()).await?;

    let loaded = store.log().state(space).await?.ok_or("the space is not there")?;
    println!("the space is {:?} after {} events", loaded.space.stage(), loaded.version);
    let sealed = loaded.space.identity().ok_or("the space is nobody's")?;
    let identity: Identity = store.log().open_personal(space, sealed).await?;
    println!("its holder's name, opened for who may read it, has {} letters", identity.birth_name().chars().count());
    Ok(())
}

/// An invented person.
fn admission(at: DateTime<Utc>) -> Result<Admission, Box<dyn Error>> {
    let born_on = NaiveDate::from_ymd_opt(1979, 3, 12).ok_or("no such day")?;
    let birthplace = InseeCode::parse("51215")?;
    Ok(Admission {
        ins: Personal::new(Ins::fictitious(Sex::Female, born_on, &birthplace, 189)?),
        identity: Personal::new(Identity::parse(IdentityFields {
            birth_name: "Exemple".to_owned(),
            used_name: None,
            first_names: vec!["Camille".to_owned()],
            sex: Sex::Female,
            born_on,
            birthplace,
        })?),
        contacts: Contacts { email: Some(Personal::new(EmailAddress::parse("camille@example.org")?)), ..Contacts::default() },
        insurer: InsurerCode::parse("CPAM-31")?,
        department: Department::parse("31")?,
        comes_of_age_on: None,
        medical_record_since: Some(at.date_naive()),
    })
}

//! Canary values: names, addresses, codes and INS go in through every function of the store and are not found in the database.

use ens_domain::policy::Policy;
use ens_store::CommandEnvelope;
use sqlx::{Connection, PgConnection};

use crate::backends::{Backend, Log};
use crate::persons::{CANARIES, INS, code, create, declare_contacts, ins, ins_of, live, message, renew, send_notice, space};
use crate::persons::{life_until_destroyed, monday};
use ens_domain::space::commands::ReplaceIns;

/// Writes the canary values with our own writer: as events, messages, registry entries and idempotency keys.
async fn let_in(log: &Log) {
    let store = &log.store;
    let reserved = [(ins().digest(store.index_key()), space(1)), (ins_of(7).digest(store.index_key()), space(2))];
    store.commands().reserve(reserved.to_vec()).await.expect("two persons");
    live(store, vec![create(space(1)), send_notice(store, space(1), message(1)), declare_contacts(space(1))]).await;
    live(store, life_until_destroyed(space(2))).await;
    live(store, vec![renew(space(2)).once(INS, [3; 32])]).await;
    let replaced = ReplaceIns { at: monday(), by: ens_domain::party::Party::Cnam, ins: ens_domain::personal::Personal::new(ins_of(7)) };
    store.commands().execute(CommandEnvelope::new(space(1), replaced), &Policy::default()).await.expect("another INS");
    store.outbox().claim(ens_domain::space::terms::Channel::Email, monday(), 10, chrono::Duration::minutes(5)).await.expect("the message");
}

/// Everything that must not be found, as it was given and in other encodings.
fn forbidden() -> Vec<String> {
    let mut texts: Vec<String> = CANARIES.iter().map(|canary| (*canary).to_owned()).collect();
    texts.extend([INS.to_owned(), ins_of(7).matricule().to_owned(), code().display(), code().display().replace('-', "")]);
    texts
}

fn found(haystack: &str) -> Vec<String> {
    let haystack = haystack.to_lowercase();
    forbidden().into_iter().filter(|canary| haystack.contains(&canary.to_lowercase())).collect()
}

#[tokio::test]
async fn no_canary_is_found_in_postgresql() {
    let log = Log::fresh(Backend::PostgresOurs).await;
    let_in(&log).await;
    let mut owner = PgConnection::connect(log.storage.url()).await.expect("the owner");
    let tables: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_schema::text, table_name::text FROM information_schema.tables \
         WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')",
    )
    .fetch_all(&mut owner)
    .await
    .expect("the tables");
    assert!(tables.iter().any(|(schema, _)| schema == "keys") && tables.len() > 20, "{tables:?}");
    let mut dump = String::new();
    for (schema, name) in tables {
        let rows: Vec<String> =
            sqlx::query_scalar(&format!("SELECT t::text FROM \"{schema}\".\"{name}\" t")).fetch_all(&mut owner).await.expect("its rows");
        dump.push_str(&rows.join("\n"));
    }
    assert!(dump.contains("SpaceCreated") && dump.contains("$sealed"), "the dump is empty: the search is wrong");
    assert_eq!(found(&dump), Vec::<String>::new());
}

#[tokio::test]
async fn no_canary_is_found_in_the_files_of_sqlite() {
    let log = Log::fresh(Backend::SqliteFile).await;
    let_in(&log).await;
    let mut names = Vec::new();
    let mut dump = String::new();
    for file in std::fs::read_dir(log.storage.folder()).expect("the folder") {
        let path = file.expect("a file").path();
        names.push(path.file_name().expect("a name").to_string_lossy().into_owned());
        dump.push_str(&String::from_utf8_lossy(&std::fs::read(&path).expect("its bytes")));
    }
    assert!(names.iter().any(|name| name.ends_with("-wal")) && names.iter().any(|name| name.ends_with("-keys")), "{names:?}");
    assert!(dump.contains("SpaceCreated") && dump.contains("$sealed"), "the files are empty: the search is wrong");
    assert_eq!(found(&dump), Vec::<String>::new());
}

#[tokio::test]
async fn no_canary_is_found_in_what_the_store_says() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let_in(&log).await;
        let mut said = format!("{:?} {:?}", log.store, log.read_all().await);
        let loaded = log.store.log().state(space(1)).await.expect("a readable space");
        said.push_str(&format!("{loaded:?} {:?} {:?}", create(space(1)), send_notice(&log.store, space(1), message(1)).command));
        // What is refused for being unsealed is not repeated by the refusal, in words or in debug output.
        let mut unsealed = crate::backends::write(&space(3).to_string(), 0, 1);
        unsealed.events[0].payload = serde_json::to_string(&ens_domain::personal::Personal::new(ins())).expect("JSON");
        let refused = ens_store::raw::append(&log.store, vec![unsealed]).await.expect_err("unsealed");
        said.push_str(&format!("{refused} {refused:?}"));
        assert_eq!(found(&said), Vec::<String>::new(), "{backend:?}");
    }
}

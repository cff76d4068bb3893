//! No personal data in clear: a whole life, or a space with a measure, runs through the real binary; then log, feed, metrics and database
//! are searched.
//!
//! Only the messages to the person may hold what belongs to the person.

use std::fs;
use std::path::Path;

use ens_tests::cohort::MASTER_KEY;
use ens_tests::{Engine, Launch, Service, TestStorage, eventually, http_client};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, Row};

const MATRICULE: &str = "279035121518989";
/// A day's steps, so many that no other number looks alike, and as they are stored: in hundredths.
const STEPS: f64 = 173_941.57;
const CANARIES: [&str; 10] = [
    MATRICULE,
    "2790351215189",
    "CANARIELLE",
    "SERINETTE",
    "IMPASSE DU CANARI",
    "canarielle@exemple.fr",
    "+33600000031",
    "1979-03-14",
    "173941.57",
    "17394157",
];

/// What the person does with the code of the notice.
#[derive(Debug, Clone, Copy)]
enum Deed {
    /// Opposes the opening.
    Oppose,
    /// Opens the space, and records a measure.
    Measure,
}

#[tokio::test]
async fn a_life_leaves_no_personal_data_in_clear_on_sqlite() {
    in_sqlite(Deed::Oppose).await;
}

#[tokio::test]
async fn a_life_leaves_no_personal_data_in_clear_on_postgres() {
    in_postgres(Deed::Oppose).await;
}

#[tokio::test]
async fn a_measure_leaves_no_value_in_clear_on_sqlite() {
    in_sqlite(Deed::Measure).await;
}

#[tokio::test]
async fn a_measure_leaves_no_value_in_clear_on_postgres() {
    in_postgres(Deed::Measure).await;
}

async fn in_sqlite(deed: Deed) {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let found = live(&storage, deed).await;
    for file in ["ens.db", "ens.db-wal", "ens.db-keys", "ens.db-keys-wal"] {
        let path = storage.folder().join(file);
        if path.exists() {
            found.search(file, &fs::read(path).expect("a database file"));
        }
    }
}

async fn in_postgres(deed: Deed) {
    let storage = TestStorage::fresh(Engine::Postgres).await;
    let found = live(&storage, deed).await;
    let mut connection = PgConnection::connect(storage.url()).await.expect("the database");
    let tables = "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables \
                  WHERE table_schema NOT IN ('pg_catalog', 'information_schema')";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut connection).await.expect("the tables");
    assert!(tables.iter().any(|table| table.contains("events")), "{tables:?}");
    for table in tables {
        for row in sqlx::query(&format!("SELECT t::text FROM {table} t")).fetch_all(&mut connection).await.expect("rows") {
            found.search(&table, row.get::<String, _>(0).as_bytes());
        }
    }
}

/// What must not be found: the canary values, and the code of the message in every spelling.
struct Canaries(Vec<String>);

impl Canaries {
    fn with_code(code: &str) -> Self {
        let writings = [code.to_owned(), code.replace('-', ""), code.replace('-', "").to_lowercase()];
        let clear: Vec<String> = CANARIES.iter().map(|&canary| canary.to_owned()).chain(writings).collect();
        let hex = clear.iter().map(|canary| canary.bytes().map(|byte| format!("{byte:02x}")).collect());
        Self(clear.iter().cloned().chain(hex).collect())
    }

    fn search(&self, origin: &str, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        for (number, canary) in self.0.iter().enumerate() {
            assert!(!text.contains(canary.as_str()), "canary {number} stands in {origin}");
        }
    }
}

/// Imports a person, sends their notice, does the deed, and searches everything that the service wrote meanwhile.
async fn live(storage: &TestStorage, deed: Deed) -> Canaries {
    let bad_line = person().to_string().replace("\"qualified\"", "\"CANARIELLE\"");
    let (ended, report) = environment(Launch::default().arg("import").arg("-"), storage).run(&format!("{bad_line}\n{}\n", person()));
    assert!(ended.success(), "{ended}: {report}");
    for part in ["2 lines: 1 spaces created", "; 1 refused", "line 1: "] {
        assert!(report.contains(part), "{part} is missing: {report}");
    }
    let mut service = environment(Launch::serve(storage.url()), storage).start().await;
    let (code, mail) = eventually("the notice leaves", async || notice(&storage.folder().join("mail"))).await;
    assert!(mail.contains("CANARIELLE") || mail.contains("Canarielle"), "the person's own notice names the person");
    let canaries = Canaries::with_code(&code);
    let (answers, told) = match deed {
        Deed::Oppose => (use_the_code(&service, storage, &code).await, "opposition"),
        Deed::Measure => (record_a_measure(&service, storage, &code).await, "measures"),
    };
    for answer in answers {
        canaries.search("an answer", answer.as_bytes());
    }
    canaries.search("the report of the import", report.as_bytes());
    assert!(service.stop().await.success(), "{}", service.log());
    canaries.search("the service's log", service.log().as_bytes());
    assert!(service.log().contains(told), "the log tells of the requests:\n{}", service.log());
    canaries
}

fn environment(launch: Launch, storage: &TestStorage) -> Launch {
    let launch = launch.env("ENS_STORE", storage.url()).env("ENS_DATA", storage.folder().display().to_string());
    launch.env("ENS_MASTER_KEY", MASTER_KEY).env("ENS_LOG", "trace")
}

fn person() -> Value {
    json!({
        "ins": { "matricule": MATRICULE, "oid": "1.2.250.1.213.1.4.10", "status": "qualified" },
        "birth_name": "CANARIELLE", "first_names": ["SERINETTE"], "sex": "female", "born_on": "1979-03-14", "birthplace": "51215",
        "email": "canarielle@exemple.fr", "phone": "+33600000031", "address": ["12 IMPASSE DU CANARI", "31000 TOULOUSE"],
        "insurer": "CPAM-31", "department": "31",
    })
}

/// The code and the text of the one message in this folder, once it is there.
fn notice(folder: &Path) -> Option<(String, String)> {
    let file = fs::read_dir(folder).ok()?.filter_map(Result::ok).find(|file| file.path().extension().is_some_and(|kind| kind == "eml"))?;
    let message = fs::read(file.path()).ok()?;
    let text = mail_parser::MessageParser::default().parse(&message)?.body_text(0)?.into_owned();
    let code =
        text.split_whitespace().map(|word| word.trim_matches(|sign: char| !sign.is_ascii_alphanumeric())).find(|word| is_code(word))?;
    Some((code.to_owned(), text.clone()))
}

fn is_code(word: &str) -> bool {
    let groups: Vec<&str> = word.split('-').collect();
    groups.len() == 3
        && groups.iter().all(|group| group.len() == 4 && group.chars().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit()))
}

/// What the service answers to a wrong code, an unreadable body, the right code, and to those who read afterwards.
async fn use_the_code(service: &Service, storage: &TestStorage, code: &str) -> Vec<String> {
    let client = http_client();
    let oppose = async |code: &str| {
        let body = json!({ "ins": MATRICULE, "code": code });
        let answer = client.post(format!("{}/v1/oppositions", service.url())).json(&body).send().await.expect("an answer");
        (answer.status(), answer.text().await.expect("a body"))
    };
    let mut answers = vec![oppose("AAAA-BBBB-CCCC").await.1, oppose("canarielle@exemple.fr").await.1];
    let (status, receipt) = oppose(code).await;
    assert!(status.is_success(), "{status}: {receipt}");
    answers.push(receipt);
    answers.extend(what_others_read(service, storage).await);
    answers
}

/// What the service answers to a measure that is recorded, to one that cannot be, and to those who read afterwards; not what the holder reads.
async fn record_a_measure(service: &Service, storage: &TestStorage, code: &str) -> Vec<String> {
    let client = http_client();
    let proof = json!({ "ins": MATRICULE, "code": code });
    let active = client.post(format!("{}/v1/activations", service.url())).json(&proof).send().await.expect("an answer");
    let active: Value = active.json().await.expect("a body");
    let space = active["space"].as_str().expect("a space");
    let holder = token(storage, &["holder", "--space", space]);
    let measures = format!("{}/v1/spaces/{space}/measures", service.url());
    let record = async |steps: f64| {
        let body = json!({ "measure": "steps", "taken_at": "2026-01-01T20:00:00+01:00", "values": [steps], "unit": "{steps}/d" });
        let answer = client.post(&measures).bearer_auth(&holder).json(&body).send().await.expect("an answer");
        (answer.status(), answer.text().await.expect("a body"))
    };
    let (recorded, refused) = (record(STEPS).await, record(STEPS * 100.0).await);
    assert_eq!((recorded.0, refused.0), (StatusCode::CREATED, StatusCode::UNPROCESSABLE_ENTITY), "{recorded:?} {refused:?}");
    eventually("the holder reads the value", async || {
        let page = client.get(&measures).bearer_auth(&holder).send().await.expect("an answer").text().await.expect("a page");
        page.contains("173941.57").then_some(())
    })
    .await;
    let mut answers = what_others_read(service, storage).await;
    answers.extend([recorded.1, refused.1]);
    answers
}

/// The feed of events and the metrics.
async fn what_others_read(service: &Service, storage: &TestStorage) -> Vec<String> {
    let (client, mut answers) = (http_client(), Vec::new());
    let auditor = token(storage, &["auditor"]);
    let mut events = 0;
    for partition in 0..16 {
        let feed = client.get(format!("{}/v1/partitions/{partition}/events", service.url())).bearer_auth(&auditor);
        let answer = feed.send().await.expect("an answer");
        if answer.status() == StatusCode::NOT_FOUND {
            break;
        }
        let page = answer.text().await.expect("a page");
        events += page.matches("SpaceCreated").count();
        answers.push(page);
    }
    assert!(events > 0, "the feed shows the creation");
    answers.push(client.get(format!("{}/metrics", service.url())).send().await.expect("an answer").text().await.expect("metrics"));
    answers
}

/// A token for a role, which may be followed by the options that it needs.
fn token(storage: &TestStorage, role: &[&str]) -> String {
    let launch = role.iter().fold(Launch::default().arg("token").arg("--role"), |launch, argument| launch.arg(*argument));
    let (ended, printed) = environment(launch, storage).env("ENS_LOG", "off").run("");
    assert!(ended.success(), "{printed}");
    printed.trim().to_owned()
}

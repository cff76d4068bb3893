//! The import of insured persons: bad lines are reported and skipped, nobody is created twice, and an interrupted run can be repeated.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use ens_api::app::App;
use ens_api::config::Settings;
use ens_api::import::{BadLine, ImportError, ImportReport, LONGEST_LINE, import};
use ens_domain::calendar::paris;
use ens_domain::ids::SpaceId;
use ens_domain::ins::{Ins, InsAuthority, InsStatus};
use ens_domain::space::terms::RepresentationKind;
use ens_store::Clock;
use ens_store::{MasterKey, Store, StoreOptions};
use ens_tests::{Engine, TestStorage};
use serde_json::{Value, json};
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

/// A service on a fresh store; the storage must outlive it.
async fn service(storage: &TestStorage) -> App {
    let store = Store::open(storage.url(), StoreOptions::new(MasterKey::from_bytes([7; 32]))).await.unwrap();
    let monday = paris::start_of("2026-03-02".parse().unwrap());
    App::new(store, Clock::simulated(monday), Settings::in_folder(storage.folder()))
}

async fn run(app: &App, input: &str) -> (ImportReport, Vec<BadLine>) {
    let mut bad = Vec::new();
    let report = import(app, input.as_bytes(), |line| bad.push(line)).await.unwrap();
    (report, bad)
}

async fn events(app: &App) -> u64 {
    app.store.log().heads().await.unwrap().iter().map(|(_, position)| position).sum()
}

fn ins(order: u16) -> Ins {
    let born_on = "1984-03-29".parse().unwrap();
    Ins::fictitious(ens_domain::identity::Sex::Female, born_on, &"31555".parse().unwrap(), order).unwrap()
}

/// An adult of Toulouse, told apart by the order in the INS.
fn adult(order: u16) -> Value {
    json!({
        "ins": ins(order),
        "birth_name": "CANARINOM", "first_names": ["CANARIPRENOM"], "sex": "female", "born_on": "1984-03-29", "birthplace": "31555",
        "email": format!("canari{order}@courriel.example"),
        "phone": "+33639981234",
        "address": ["12 RUE CANARIVOIE", "31000 TOULOUSE"],
        "insurer": "CPAM-31", "department": "31",
    })
}

fn child(order: u16) -> Value {
    let mut person = adult(order);
    person["born_on"] = json!("2015-03-29");
    person["representative"] =
        json!({ "birth_name": "MARTIN", "first_names": ["JEANNE"], "sex": "female", "born_on": "1984-01-02", "birthplace": "44109" });
    person
}

fn with(mut person: Value, path: &str, value: Value) -> String {
    let (parent, field) = path.rsplit_once('/').unwrap();
    person.pointer_mut(parent).unwrap()[field] = value;
    person.to_string()
}

fn without(mut person: Value, field: &str) -> String {
    person.as_object_mut().unwrap().remove(field);
    person.to_string()
}

fn lines(persons: impl IntoIterator<Item = Value>) -> String {
    persons.into_iter().map(|person| format!("{person}\n")).collect()
}

async fn space_of(app: &App, order: u16) -> SpaceId {
    app.store.commands().find_space(&ins(order).digest(app.store.index_key())).await.unwrap().expect("a space")
}

#[tokio::test]
async fn every_person_gets_one_space() {
    for engine in Engine::ALL {
        let storage = TestStorage::fresh(engine).await;
        let app = service(&storage).await;
        let (report, bad) = run(&app, &lines((1..=1_203).map(|order| adult(order % 999 + 1)))).await;
        assert_eq!(bad, []);
        assert_eq!(report, ImportReport { lines: 1_203, created: 999, known: 204, rejected: 0 }, "{engine:?}");
        assert_eq!(events(&app).await, 999, "{engine:?}");
    }
}

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    for engine in Engine::ALL {
        let storage = TestStorage::fresh(engine).await;
        let app = service(&storage).await;
        let file = lines([adult(1), child(2), adult(3)]);
        assert_eq!(run(&app, &file).await.0, ImportReport { lines: 3, created: 3, known: 0, rejected: 0 });
        let before = events(&app).await;
        assert_eq!(run(&app, &file).await.0, ImportReport { lines: 3, created: 0, known: 3, rejected: 0 });
        assert_eq!(events(&app).await, before, "{engine:?}");
    }
}

#[tokio::test]
async fn the_same_person_twice_in_one_file_changes_nothing() {
    let storage = TestStorage::fresh(Engine::SqliteMemory).await;
    let app = service(&storage).await;
    let (report, bad) = run(&app, &lines([child(1), child(1), adult(2), child(1)])).await;
    assert_eq!((report, bad), (ImportReport { lines: 4, created: 2, known: 2, rejected: 0 }, Vec::new()));
    assert_eq!(events(&app).await, 3, "two creations and one representative");
}

#[tokio::test]
async fn an_empty_line_is_no_person() {
    let storage = TestStorage::fresh(Engine::SqliteMemory).await;
    let app = service(&storage).await;
    let file = format!("\u{feff}{}\r\n\n   \n{}", adult(1), adult(2));
    assert_eq!(run(&app, &file).await, (ImportReport { lines: 2, created: 2, known: 0, rejected: 0 }, Vec::new()));
}

/// The bad line, the field that is named, and a part of the reason.
fn bad_lines() -> Vec<(String, &'static str, &'static str)> {
    let person = || adult(50);
    vec![
        ("not json".to_owned(), "line", "is not JSON"),
        ("{\"birth_name\": \"CANARINOM\"".to_owned(), "line", "ends too early"),
        ("[1]".to_owned(), "line", "must be an object"),
        ("x".repeat(LONGEST_LINE + 1), "line", "longer than 65536 bytes"),
        (with(person(), "/maiden_name", json!("CANARINOM")), "maiden_name", "unknown field"),
        (with(person(), "/ins/key", json!("89")), "ins.key", "unknown field"),
        (without(person(), "ins"), "ins", "missing"),
        (with(person(), "/ins", json!("279035121518989")), "ins", "must be an object"),
        (with(person(), "/ins/matricule", json!("284033155500100")), "ins.matricule", "key"),
        (with(person(), "/ins/matricule", json!(284_033_155_500_101_u64)), "ins.matricule", "must be a text"),
        (with(person(), "/ins/oid", json!("1.2.3")), "ins.oid", "1.2.250.1.213.1.4.8"),
        (with(person(), "/ins/status", json!("sure")), "ins.status", "must be one of provisional"),
        (without(person(), "birth_name"), "birth_name", "missing"),
        (with(person(), "/birth_name", json!("CANARI1")), "birth_name", "letters"),
        (with(person(), "/first_names", json!([])), "first_names", "1 to 20"),
        (with(person(), "/first_names", json!("CANARIPRENOM")), "first_names", "must be a list of texts"),
        (with(person(), "/sex", json!("F")), "sex", "must be one of female, male, unknown"),
        (with(person(), "/born_on", json!("29/03/1984")), "born_on", "must be a date"),
        (with(person(), "/born_on", json!("2026-03-03")), "born_on", "in the future"),
        (with(person(), "/birthplace", json!("Toulouse")), "birthplace", "INSEE"),
        (with(person(), "/email", json!("canari.courriel.example")), "email", "@"),
        (with(person(), "/phone", json!("canari")), "phone", "digits"),
        (with(person(), "/address", json!(["12 RUE CANARIVOIE", "TOULOUSE"])), "address", "postcode"),
        (with(person(), "/insurer", json!("caisse de Toulouse")), "insurer", "CPAM-31"),
        (with(person(), "/department", json!("99")), "department", "01 to 95"),
        (with(person(), "/medical_record_since", json!("2030-01-01")), "medical_record_since", "in the future"),
        (without(child(50), "representative"), "representative", "a minor needs one"),
        (with(child(50), "/representative/email", json!("x@courriel.example")), "representative.email", "unknown field"),
        (with(child(50), "/representative/birth_name", json!("")), "representative.birth_name", "letters"),
    ]
}

#[tokio::test]
async fn each_bad_line_is_named_and_stops_nothing() {
    let storage = TestStorage::fresh(Engine::SqliteMemory).await;
    let app = service(&storage).await;
    let cases = bad_lines();
    let mut file = format!("{}\n", adult(1));
    for (line, _, _) in &cases {
        file.push_str(&format!("{line}\n"));
    }
    file.push_str(&adult(2).to_string());
    let (report, bad) = run(&app, &file).await;
    let rejected = cases.len() as u64;
    assert_eq!(report, ImportReport { lines: rejected + 2, created: 2, known: 0, rejected });
    for ((number, (line, field, reason)), found) in (2..).zip(&cases).zip(&bad) {
        assert_eq!((found.line, found.field.as_str()), (number, *field), "{}: {line}", found.reason);
        assert!(found.reason.contains(reason), "{field}: {}", found.reason);
    }
}

#[tokio::test]
async fn a_reason_never_holds_the_value() {
    let storage = TestStorage::fresh(Engine::SqliteMemory).await;
    let app = service(&storage).await;
    let file: String = bad_lines().iter().map(|(line, _, _)| format!("{line}\n")).collect();
    for found in run(&app, &file).await.1 {
        let said = format!("{} {}", found.field, found.reason).to_lowercase();
        let held =
            ["canari", "28403", "29/03", "2026-03-03", "639981", "caisse", "2030-01-01"].into_iter().find(|value| said.contains(value));
        assert_eq!(held, None, "line {}: {said}", found.line);
    }
}

#[tokio::test]
async fn a_line_that_is_not_text_is_named() {
    let storage = TestStorage::fresh(Engine::SqliteMemory).await;
    let app = service(&storage).await;
    let mut bad = Vec::new();
    let input = [b"\xff\xfe\n".as_slice(), adult(1).to_string().as_bytes()].concat();
    let report = import(&app, input.as_slice(), |line| bad.push(line)).await.unwrap();
    assert_eq!(report, ImportReport { lines: 2, created: 1, known: 0, rejected: 1 });
    assert_eq!(bad, [BadLine { line: 1, field: "line".to_owned(), reason: "not UTF-8".to_owned() }]);
}

#[tokio::test]
async fn production_refuses_test_and_demonstration_identities() {
    let storage = TestStorage::fresh(Engine::SqliteMemory).await;
    let store = service(&storage).await.context.store;
    let mut settings = Settings::in_folder(storage.folder());
    settings.site.production = true;
    let app = App::new(store, Clock::machine(), settings);
    let demo = Ins::parse(ins(2).matricule(), InsAuthority::DemoNir, InsStatus::Qualified).unwrap();
    let (report, bad) = run(&app, &format!("{}\n{}", adult(1), with(adult(2), "/ins", json!(demo)))).await;
    assert_eq!(report, ImportReport { lines: 2, created: 0, known: 0, rejected: 2 });
    assert!(bad.iter().all(|line| line.field == "ins.oid"), "{bad:?}");
}

#[tokio::test]
async fn a_minor_comes_with_a_representative_until_eighteen() {
    let storage = TestStorage::fresh(Engine::SqliteMemory).await;
    let app = service(&storage).await;
    run(&app, &lines([child(1), adult(2)])).await;
    let loaded = app.store.log().state(space_of(&app, 1).await).await.unwrap().unwrap();
    assert_eq!(loaded.version, 2, "created, and the representative declared");
    let adult = app.store.log().state(space_of(&app, 2).await).await.unwrap().unwrap();
    assert_eq!(adult.version, 1);
}

#[tokio::test]
async fn an_adult_may_come_with_whoever_protects_them() {
    let storage = TestStorage::fresh(Engine::SqliteMemory).await;
    let app = service(&storage).await;
    let mut person = child(1);
    person["born_on"] = json!("1934-05-01");
    run(&app, &person.to_string()).await;
    let state = app.store.log().state(space_of(&app, 1).await).await.unwrap().unwrap().space;
    let kinds: Vec<RepresentationKind> = state.representatives().map(|(_, known)| known.kind).collect();
    assert_eq!(kinds, [RepresentationKind::ProtectedAdult]);
}

/// An input that breaks after so many bytes, as a pipe does whose writer was killed.
struct Breaks<'a> {
    left: &'a [u8],
}

impl AsyncRead for Breaks<'_> {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
    }
}

impl AsyncBufRead for Breaks<'_> {
    fn poll_fill_buf(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        if self.left.is_empty() { Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())) } else { Poll::Ready(Ok(self.get_mut().left)) }
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        self.left = &self.left[amount..];
    }
}

#[tokio::test]
async fn an_interrupted_run_goes_on_by_running_again() {
    for engine in Engine::ALL {
        let storage = TestStorage::fresh(engine).await;
        let app = service(&storage).await;
        let file = lines((1..=900).map(|order| if order % 3 == 0 { child(order) } else { adult(order) }));
        let broken = Breaks { left: &file.as_bytes()[..file.len() * 2 / 3] };
        let failure = import(&app, broken, |_| {}).await.unwrap_err();
        assert!(matches!(failure, ImportError::Input { .. }), "{failure}");
        assert_eq!(events(&app).await, 500 + 166, "one whole batch");
        let (report, _) = run(&app, &file).await;
        assert_eq!(report, ImportReport { lines: 900, created: 400, known: 500, rejected: 0 }, "{engine:?}");
        assert_eq!(events(&app).await, 900 + 300, "{engine:?}");
    }
}

#[tokio::test]
async fn a_person_who_was_reserved_and_never_created_is_created() {
    let storage = TestStorage::fresh(Engine::SqliteMemory).await;
    let app = service(&storage).await;
    let reserved: SpaceId = app.new_id().unwrap();
    app.store.commands().reserve(vec![(ins(1).digest(app.store.index_key()), reserved)]).await.unwrap();
    let (report, _) = run(&app, &lines([child(1)])).await;
    assert_eq!(report.created, 1);
    assert_eq!(app.store.log().state(reserved).await.unwrap().unwrap().version, 2, "under the id that was reserved");
}

/// A crash cannot come between the two: they are one command, and one append.
#[tokio::test]
async fn a_minors_space_is_never_without_its_representative() {
    for engine in Engine::ALL {
        let storage = TestStorage::fresh(engine).await;
        let app = service(&storage).await;
        run(&app, &lines((1..=40).map(child))).await;
        for order in 1..=40 {
            let stored = app.store.log().events_of(space_of(&app, order).await).await.unwrap();
            let names: Vec<&str> = stored.iter().map(|event| event.event_type.as_str()).collect();
            assert_eq!(names, ["SpaceCreated", "RepresentationDeclared"], "{engine:?}");
            assert_eq!(stored[1].position, stored[0].position + 1, "{engine:?}: one append");
        }
    }
}

#[tokio::test]
async fn another_representative_named_for_a_space_that_exists_changes_nothing() {
    let storage = TestStorage::fresh(Engine::SqliteMemory).await;
    let app = service(&storage).await;
    run(&app, &lines([child(1)])).await;
    let other = with(child(1), "/representative/birth_name", json!("AUTRENOM"));
    let (report, _) = run(&app, &other).await;
    assert_eq!((report.created, report.known), (0, 1));
    assert_eq!(events(&app).await, 2);
}

#[tokio::test]
async fn a_killed_run_goes_on() {
    for engine in Engine::DURABLE {
        let storage = TestStorage::fresh(engine).await;
        let persons = storage.folder().join("persons.ndjson");
        let file = lines((1..=999).map(child)) + &lines((1..=999).map(|order| on_another_day(adult(order))));
        std::fs::write(&persons, &file).unwrap();
        let key = "07".repeat(32);
        let import = || {
            let mut command = std::process::Command::new(ens_tests::ens_binary());
            command.args(["import", "--json"]).arg(&persons).env("ENS_STORE", storage.url()).env("ENS_MASTER_KEY", &key);
            command.current_dir(storage.folder()).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
            command
        };
        let app = service(&storage).await;
        let mut killed = import().spawn().unwrap();
        ens_tests::eventually("the import has begun", async || (events(&app).await > 0).then_some(())).await;
        killed.kill().unwrap();
        killed.wait().unwrap();

        let before = events(&app).await;
        let again = import().output().unwrap();
        let report: ImportReport = serde_json::from_slice(&again.stdout).unwrap();
        assert_eq!((report.lines, report.created + report.known, report.rejected), (1_998, 1_998, 0), "{engine:?}");
        assert_eq!(events(&app).await, 1_998 + 999, "{engine:?}, killed at {before} events");
    }
}

/// Born a month later, so that the INS is another one.
fn on_another_day(mut person: Value) -> Value {
    let order: u16 = person["ins"]["matricule"].as_str().unwrap()[10..13].parse().unwrap();
    let born_on = "1984-04-29".parse().unwrap();
    person["ins"] = json!(Ins::fictitious(ens_domain::identity::Sex::Female, born_on, &"31555".parse().unwrap(), order).unwrap());
    person["born_on"] = json!(born_on);
    person
}

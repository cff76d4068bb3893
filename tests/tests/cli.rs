//! The command line: its help, settings from the environment, and keys that are created once and kept private.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use ens_tests::cohort::{MASTER_KEY, open_store, spaces_due_today};
use ens_tests::{Engine, TestStorage, ens_binary, times};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};

fn ens(folder: &Path, arguments: &[&str]) -> Output {
    ens_with(folder, arguments, &[])
}

fn ens_with(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(ens_binary())
        .args(arguments)
        .current_dir(folder)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("the binary ens runs")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn the_help_teaches() {
    let folder = folder();
    let help = ens(folder.path(), &["--help"]);
    assert!(help.status.success());
    let words =
        ["demo", "serve", "migrate", "import", "open", "rebuild", "sweep", "verify", "replay", "access", "token", "bounce", "letters"];
    for word in words.into_iter().chain(["R. 1111-28", "opposition", "titulaire", "Examples", "ens demo --persons"]) {
        assert!(out(&help).contains(word), "{word} is not in the help");
    }
}

#[test]
fn every_command_has_its_help_and_every_setting_its_variable() {
    let folder = folder();
    for command in
        ["demo", "serve", "migrate", "import", "open", "rebuild", "sweep", "verify", "replay", "access", "token", "bounce", "letters"]
    {
        let help = ens(folder.path(), &[command, "--help"]);
        assert!(help.status.success(), "{command}");
        for variable in
            ["ENS_STORE", "ENS_DATA", "ENS_LISTEN", "ENS_SITE", "ENS_SMTP_HOST", "ENS_MASTER_KEY_FILE", "ENS_PRODUCTION", "ENS_LOG"]
        {
            assert!(out(&help).contains(variable), "{command} --help does not name {variable}");
        }
    }
}

#[test]
fn nothing_asked_is_answered_with_help() {
    let folder = folder();
    let output = ens(folder.path(), &[]);
    assert!(!output.status.success());
    assert!(err(&output).contains("Usage: ens"));
}

#[cfg(unix)]
#[test]
fn a_development_key_is_made_once_for_its_owner_only_and_said_loudly() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let first = ens(folder.path(), &["migrate"]);
    assert!(first.status.success(), "{}", err(&first));
    assert!(err(&first).contains("DEVELOPMENT MASTER KEY"));
    let path = folder.path().join("ens-data/development-master-key");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let key = std::fs::read_to_string(&path).unwrap();
    assert!(ens(folder.path(), &["migrate"]).status.success());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), key);
}

#[test]
fn a_master_key_from_the_environment_is_used_and_never_shown() {
    let folder = folder();
    let key = "ab".repeat(32);
    let output = ens_with(folder.path(), &["migrate"], &[("ENS_MASTER_KEY", &key), ("ENS_LOG", "trace")]);
    assert!(output.status.success(), "{}", err(&output));
    assert!(!folder.path().join("ens-data/development-master-key").exists());
    assert!(!err(&output).contains(&key) && !out(&output).contains(&key));
    let help = ens_with(folder.path(), &["serve", "--help"], &[("ENS_MASTER_KEY", &key)]);
    assert!(!out(&help).contains(&key));
    let wrong = ens_with(folder.path(), &["migrate"], &[("ENS_MASTER_KEY", "1234")]);
    assert!(!wrong.status.success());
    assert!(err(&wrong).contains("64 hexadecimal digits") && !err(&wrong).contains("1234"), "{}", err(&wrong));
}

#[test]
fn production_makes_no_key() {
    let folder = folder();
    let output = ens_with(folder.path(), &["migrate"], &[("ENS_PRODUCTION", "true")]);
    assert!(!output.status.success());
    assert!(err(&output).contains("ENS_MASTER_KEY"), "{}", err(&output));
    let token = ens_with(folder.path(), &["token", "--role", "cnam"], &[("ENS_PRODUCTION", "1")]);
    assert!(!token.status.success());
}

#[test]
fn a_token_says_what_its_role_needs() {
    let folder = folder();
    let output = ens(folder.path(), &["token", "--role", "holder"]);
    assert!(!output.status.success());
    assert!(err(&output).contains("--role holder needs --space"), "{}", err(&output));
    for (role, option) in [("caregiver", "--caregiver"), ("service", "--service")] {
        let bare = ens(folder.path(), &["token", "--role", role]);
        assert!(!bare.status.success() && err(&bare).contains(option), "{role}");
        let named = ens(folder.path(), &["token", "--role", role, option, "0198c0de-0000-7000-8000-000000000001"]);
        assert!(named.status.success(), "{role}: {}", err(&named));
    }
    let output = ens(folder.path(), &["token", "--role", "cnam"]);
    assert!(output.status.success(), "{}", err(&output));
    assert_eq!(out(&output).trim().split('.').count(), 3);
}

#[test]
fn an_import_prints_its_bad_lines_apart_from_its_counts() {
    let folder = folder();
    std::fs::write(folder.path().join("persons.ndjson"), "{\"nom\": 1}\n\nnope\n").unwrap();
    let output = ens(folder.path(), &["import", "persons.ndjson"]);
    assert!(output.status.success(), "{}", err(&output));
    assert!(out(&output).contains("2 lines: 0 spaces created"), "{}", out(&output));
    assert!(err(&output).contains("line 1: ins: missing") && err(&output).contains("line 3: line: is not JSON"), "{}", err(&output));
    let missing = ens(folder.path(), &["import", "nowhere.ndjson"]);
    assert!(!missing.status.success());
}

/// The same with something on the standard input.
fn ens_piped(folder: &Path, arguments: &[&str], input: &str) -> Output {
    use std::io::Write;
    let mut command = Command::new(ens_binary());
    command.args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary ens runs");
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn what_is_piped_in_is_read() {
    let folder = folder();
    let imported = ens_piped(folder.path(), &["import", "-", "--json"], "{}\n");
    let lines: Vec<serde_json::Value> = out(&imported).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines,
        [
            serde_json::json!({ "line": 1, "field": "ins", "reason": "missing" }),
            serde_json::json!({ "lines": 1, "created": 0, "known": 0, "rejected": 1 })
        ]
    );
    let bounced = ens_piped(folder.path(), &["bounce"], "Subject: hello\r\n\r\nno bounce\r\n");
    assert!(bounced.status.success() && out(&bounced).contains("kept as "), "a message that is no bounce is kept: {}", err(&bounced));
    let letters = ens_piped(folder.path(), &["letters", "-"], "reference,status,date\nabc,posted,2026-03-12\n");
    assert!(letters.status.success() && err(&letters).contains("line 2"), "{}{}", out(&letters), err(&letters));
}

#[test]
fn the_help_never_shows_the_address_of_the_store() {
    let folder = folder();
    let help = ens_with(folder.path(), &["serve", "--help"], &[("ENS_STORE", "postgres://ens:canari@db/ens")]);
    assert!(out(&help).contains("ENS_STORE") && !out(&help).contains("canari"));
}

#[tokio::test]
async fn a_demonstration_prints_one_object_that_adds_up_and_can_be_looked_at() {
    for engine in Engine::DURABLE {
        let storage = TestStorage::fresh(engine).await;
        let here = [("ENS_STORE", storage.url())];
        let demo = ens_with(storage.folder(), &["demo", "--persons", "60", "--no-serve", "--json"], &here);
        assert!(demo.status.success(), "{}", err(&demo));
        let report: serde_json::Value = serde_json::from_str(out(&demo).trim()).unwrap();
        let states = report["by_state"].as_object().unwrap();
        assert_eq!(states.values().filter_map(serde_json::Value::as_u64).sum::<u64>(), 60);
        assert_eq!(report["persons"], 60);
        assert!(report["seconds"].is_number() && report["events"].as_u64().unwrap() > 180, "{report}");

        let verified = ens_with(storage.folder(), &["verify"], &here);
        assert!(verified.status.success(), "{}{}", out(&verified), err(&verified));
        let replayed = ens_with(storage.folder(), &["replay"], &here);
        assert_eq!(out(&replayed).lines().count() as u64, report["events"].as_u64().unwrap());
        for line in out(&replayed).lines() {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(event["payload"].is_object() && event["position"].is_u64(), "{line}");
        }
        assert_a_reader_may_leave(storage.folder(), &here);
        let checked = ens_with(storage.folder(), &["rebuild", "all", "--check"], &here);
        assert!(checked.status.success(), "{}", out(&checked));
        assert!(ens_with(storage.folder(), &["rebuild", "openings_due"], &here).status.success());
        let back = ens_with(storage.folder(), &["rebuild", "all", "--rollback"], &here);
        assert!(back.status.success() && out(&back).contains("openings_due: the version before is back"), "{}{}", out(&back), err(&back));
        assert!(ens_with(storage.folder(), &["rebuild", "all", "--drop-previous"], &here).status.success());
        let gone = ens_with(storage.folder(), &["rebuild", "all", "--rollback"], &here);
        assert!(!gone.status.success() && err(&gone).contains("no earlier version is kept"), "{}", err(&gone));
        let due = ens_with(storage.folder(), &["open", "--dry-run", "--on", "2100-01-01", "--json"], &here);
        assert!(out(&due).contains("\"total\""), "{}", err(&due));
        let early = ens_with(storage.folder(), &["open", "--on", "2100-01-01"], &here);
        assert!(!early.status.success() && err(&early).contains("nothing is opened before its day"), "{}", err(&early));
    }
}

fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", err(output));
    out(output).lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect()
}

#[tokio::test]
async fn a_replay_prints_the_range_that_was_asked_for() {
    for engine in Engine::DURABLE {
        let storage = TestStorage::fresh(engine).await;
        let store = open_store(storage.url()).await;
        let space = spaces_due_today(&store, 30).await[7];
        let partition = store.partition_of(space).to_string();
        store.close().await;
        let here = [("ENS_STORE", storage.url()), ("ENS_MASTER_KEY", MASTER_KEY)];
        let replay = |arguments: &[&str]| lines(&ens_with(storage.folder(), &[&["replay"], arguments].concat(), &here));
        let all = replay(&[]);
        assert_eq!(all.len(), 90, "{engine:?}");
        let of_one = replay(&["--partition", &partition]);
        let positions = |events: &[Value]| events.iter().map(|event| event["position"].as_u64().unwrap()).collect::<Vec<u64>>();
        assert_eq!(positions(&of_one), (1..=of_one.len() as u64).collect::<Vec<u64>>());
        assert_eq!(replay(&["--partition", &partition, "--from", "2", "--to", "3"]), of_one[1..3]);
        assert_eq!(replay(&["--partition", &partition, "--from", "3"]), of_one[2..]);
        assert_eq!(replay(&["--from", "100000"]), [] as [Value; 0]);
        let seconds: Vec<Value> = all.iter().filter(|event| event["position"] == 2).cloned().collect();
        assert_eq!(replay(&["--from", "2", "--to", "2"]), seconds, "each partition counts its own");
        let life = replay(&["--space", &space.to_string()]);
        assert_eq!(life, all.iter().filter(|event| event["aggregate_id"] == space.to_string()).cloned().collect::<Vec<Value>>());
        let second = life[1]["recorded_at"].as_str().unwrap();
        let until: Vec<Value> = all.iter().filter(|event| event["recorded_at"].as_str().unwrap() <= second).cloned().collect();
        assert_eq!(replay(&["--as-of", second]), until, "{engine:?}");
    }
}

#[tokio::test]
async fn a_state_is_made_of_what_was_recorded_until_its_instant() {
    for engine in Engine::DURABLE {
        let storage = TestStorage::fresh(engine).await;
        let store = open_store(storage.url()).await;
        let space = spaces_due_today(&store, 3).await[1];
        store.close().await;
        let here = [("ENS_STORE", storage.url()), ("ENS_MASTER_KEY", MASTER_KEY)];
        let life = lines(&ens_with(storage.folder(), &["replay", "--space", &space.to_string()], &here));
        assert_eq!(life.len(), 3, "{engine:?}");
        assert_states(&storage, &here, &life);
    }
}

#[tokio::test]
async fn a_replay_takes_the_same_memory_whatever_the_log_holds() {
    const BYTES: usize = 8_000;
    const MEBIBYTES: u64 = 128;
    let events = times(30_000, 300_000);
    assert!(events * BYTES > 200 << 20, "more than it may hold");
    let storage = TestStorage::fresh(Engine::Postgres).await;
    open_store(storage.url()).await.close().await;
    let many = format!(
        "INSERT INTO events SELECT 'a', 'a', n, 'E', '1.0', to_json(repeat('x', {BYTES})), '{{}}', 3, n FROM generate_series(1, {events}) n; \
         UPDATE log_heads SET position = {events} WHERE partition = 3"
    );
    PgConnection::connect(storage.url()).await.unwrap().execute(many.as_str()).await.unwrap();
    let mut replay = Command::new(ens_binary())
        .args(["replay", "--to", &events.to_string()])
        .current_dir(storage.folder())
        .envs([("ENS_STORE", storage.url()), ("ENS_MASTER_KEY", MASTER_KEY)])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary ens runs");
    let status = format!("/proc/{}/status", replay.id());
    let (mut lines, mut peak) = (0, 0);
    for line in BufReader::new(replay.stdout.take().expect("its output")).lines() {
        assert!(line.expect("a line").len() > BYTES);
        lines += 1;
        // A line fills more than its share of the pipe, so the process is still there.
        if lines % 1_000 == 0 && lines < events {
            peak = peak.max(peak_mebibytes(&std::fs::read_to_string(&status).expect("a process under way")));
        }
    }
    assert!(replay.wait().expect("an end").success());
    assert_eq!(lines, events);
    assert!(peak > 0 && peak < MEBIBYTES, "{peak} MiB at most");
}

fn peak_mebibytes(status: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("kilobytes") / 1024
}

/// The space as it was after each of its events, and before the first.
fn assert_states(storage: &TestStorage, environment: &[(&str, &str)], life: &[Value]) {
    let space = life[0]["aggregate_id"].as_str().unwrap();
    let as_of = |at: &str| {
        let state = ens_with(storage.folder(), &["replay", "--space", space, "--as-of", at], environment);
        assert!(state.status.success(), "{}", err(&state));
        serde_json::from_str::<Value>(&out(&state)).expect("one object")
    };
    for event in life {
        let state = as_of(event["recorded_at"].as_str().unwrap());
        // Events of one append may bear the same instant: the state is the one after the last of them.
        let mut known = life.iter().filter(|other| other["recorded_at"].as_str() <= event["recorded_at"].as_str());
        let last = known.next_back().unwrap();
        assert_eq!((&state["version"], &state["position"]), (&last["sequence"], &last["position"]));
        assert_eq!(state["last_event"]["event_type"], last["event_type"]);
        assert!(state["state"]["admission"]["ins"]["$sealed"].is_string() && !state.to_string().contains("ESSAI"));
    }
    let last = as_of("2999-01-01T00:00:00Z");
    assert_eq!((&last["stage"], last["window_last_day"].is_string()), (&json!("notified"), true), "{last}");
    let before = as_of("2001-01-01T00:00:00+01:00");
    assert_eq!((&before["version"], &before["stage"], &before["state"]), (&json!(0), &Value::Null, &Value::Null), "{before}");
}

#[test]
fn a_replay_that_makes_no_sense_says_what_to_mend() {
    let folder = folder();
    assert!(ens(folder.path(), &["migrate"]).status.success());
    let id = "0198c0de-0000-7000-8000-000000000001";
    let nonsense: [(&[&str], &str); 9] = [
        (&["--from", "0"], "--from"),
        (&["--from", "9", "--to", "3"], "--to: 3 comes before --from 9"),
        (&["--partition", "1"], "this store has the partitions 0 to 0"),
        (&["--partition", "0", "--space", id], "--space"),
        (&["--as-of", "yesterday"], "such as 2026-07-01T00:00:00+02:00"),
        (&["--as-of", "2026-07-01T00:00:00Z", "--space", id, "--to", "3"], "leave out --from and --to"),
        (&["--space", "x"], "--space"),
        (&["--space", id], "the log holds nothing of 0198c0de"),
        (&["--space", id, "--as-of", "2026-07-01T00:00:00Z"], "the log holds nothing of 0198c0de"),
    ];
    for (arguments, mend) in nonsense {
        let output = ens(folder.path(), &[&["replay"], arguments].concat());
        assert!(!output.status.success() && err(&output).contains(mend), "{arguments:?}: {}", err(&output));
    }
}

#[test]
fn a_store_that_is_not_there_is_read_by_no_command_and_made_by_none_of_them() {
    let folder = folder();
    std::fs::write(folder.path().join("statuses.csv"), "reference,status,date\n").unwrap();
    let explain = ["access", "explain", "--agent", "desk-1", "--reason", "essai", "--space", "0198c0de-0000-7000-8000-000000000001"];
    let reading: [&[&str]; 7] = [
        &["replay"],
        &["verify"],
        &["rebuild", "all"],
        &["open", "--on", "2026-01-01"],
        &["bounce"],
        &["letters", "statuses.csv"],
        &explain,
    ];
    for arguments in reading {
        let output = ens(folder.path(), &[arguments, &["--store", "sqlite:mistyped/ens.db"]].concat());
        assert!(!output.status.success() && err(&output).contains("no store at mistyped/ens.db"), "{arguments:?}: {}", err(&output));
        assert!(!folder.path().join("mistyped").exists());
    }
}

#[test]
fn a_server_that_refuses_is_named_as_the_reason() {
    let folder = folder();
    let output = ens_with(folder.path(), &["verify"], &[("ENS_STORE", "postgres://ens:canari@127.0.0.1:1/ens")]);
    assert!(!output.status.success() && err(&output).contains("Connection refused"), "{}", err(&output));
    assert!(!err(&output).contains("canari"));
}

#[test]
fn a_demonstration_is_of_a_campaign_that_is_over() {
    let folder = folder();
    for day in ["1900-01-01", "2999-01-01"] {
        let output = ens(folder.path(), &["demo", "--from", day, "--persons", "5", "--no-serve"]);
        assert!(!output.status.success() && err(&output).contains("name a day from 2022-01-01 to "), "{}", err(&output));
    }
    let first = ens(folder.path(), &["demo", "--from", "2022-01-01", "--persons", "50", "--no-serve"]);
    assert!(first.status.success(), "{}", err(&first));
}

#[tokio::test]
async fn what_a_demonstration_says_to_try_leads_to_its_store() {
    let storage = TestStorage::fresh(Engine::Postgres).await;
    let here = [("ENS_STORE", storage.url())];
    let told = out(&ens_with(storage.folder(), &["demo", "--persons", "5", "--no-serve"], &here));
    assert!(told.contains("export ENS_STORE=") && !told.contains(storage.url()), "{told}");
    let store = format!("sqlite:{}", storage.folder().join("other.db").display());
    let told = out(&ens(storage.folder(), &["demo", "--persons", "5", "--no-serve", "--store", &store]));
    let verify = told.lines().find_map(|line| line.trim().strip_prefix("verify ")).expect("a line to copy").trim();
    let copied = Command::new("sh").args(["-c", verify]).current_dir(storage.folder()).output().expect("a shell");
    assert!(copied.status.success() && out(&copied).contains("events"), "{verify}: {}{}", out(&copied), err(&copied));
}

/// Output into a pipe that is closed early, as by `head`: there are more lines than the pipe holds.
fn assert_a_reader_may_leave(folder: &Path, environment: &[(&str, &str)]) {
    let mut replay = Command::new(ens_binary())
        .arg("replay")
        .current_dir(folder)
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary ens runs");
    let mut first = String::new();
    BufReader::new(replay.stdout.take().expect("its output")).read_line(&mut first).expect("a line");
    let ended = replay.wait_with_output().expect("a child of ours");
    assert!(ended.status.success() && !err(&ended).contains("ens:"), "{}", err(&ended));
}

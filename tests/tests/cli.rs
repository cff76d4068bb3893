//! The command line, as somebody meets it: help that teaches, settings from the environment, keys that are made once and kept close.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use ens_tests::{Engine, Place, ens_binary};

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
    let words = ["demo", "serve", "migrate", "import", "open", "rebuild", "verify", "replay", "token", "bounce", "letters"];
    for word in words.into_iter().chain(["R. 1111-28", "opposition", "titulaire", "Examples", "ens demo --persons"]) {
        assert!(out(&help).contains(word), "{word} is not in the help");
    }
}

#[test]
fn every_command_has_its_help_and_every_setting_its_variable() {
    let folder = folder();
    for command in ["demo", "serve", "migrate", "import", "open", "rebuild", "verify", "replay", "token", "bounce", "letters"] {
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
    assert!(!bounced.status.success(), "a message that is no bounce stays with the mail server");
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
        let place = Place::fresh(engine).await;
        let here = [("ENS_STORE", place.url())];
        let demo = ens_with(place.folder(), &["demo", "--persons", "60", "--no-serve", "--json"], &here);
        assert!(demo.status.success(), "{}", err(&demo));
        let report: serde_json::Value = serde_json::from_str(out(&demo).trim()).unwrap();
        let states = report["by_state"].as_object().unwrap();
        assert_eq!(states.values().filter_map(serde_json::Value::as_u64).sum::<u64>(), 60);
        assert_eq!(report["persons"], 60);
        assert!(report["seconds"].is_number() && report["events"].as_u64().unwrap() > 180, "{report}");

        let verified = ens_with(place.folder(), &["verify"], &here);
        assert!(verified.status.success(), "{}{}", out(&verified), err(&verified));
        let replayed = ens_with(place.folder(), &["replay"], &here);
        assert_eq!(out(&replayed).lines().count() as u64, report["events"].as_u64().unwrap());
        for line in out(&replayed).lines() {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(event["payload"].is_object() && event["position"].is_u64(), "{line}");
        }
        assert_a_reader_may_leave(place.folder(), &here);
        let checked = ens_with(place.folder(), &["rebuild", "all", "--check"], &here);
        assert!(checked.status.success(), "{}", out(&checked));
        assert!(ens_with(place.folder(), &["rebuild", "openings_due"], &here).status.success());
        let due = ens_with(place.folder(), &["open", "--dry-run", "--on", "2100-01-01", "--json"], &here);
        assert!(out(&due).contains("\"total\""), "{}", err(&due));
        let early = ens_with(place.folder(), &["open", "--on", "2100-01-01"], &here);
        assert!(!early.status.success() && err(&early).contains("nothing is opened before its day"), "{}", err(&early));
    }
}

/// As under `head`: more lines are to come than a pipe holds, and nobody reads on.
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

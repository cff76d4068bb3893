//! The bench tried in very small: every bench gives its rows, in the shape that is promised, and nothing is left behind.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

type Tried<T> = Result<T, Box<dyn Error>>;

fn bench() -> Command {
    Command::new(env!("CARGO_BIN_EXE_ens-bench"))
}

/// A folder for temporary files, into which the account of a private server may go too.
fn open_folder() -> Tried<TempDir> {
    let folder = tempfile::tempdir()?;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

fn is_empty(folder: &Path) -> Tried<bool> {
    Ok(std::fs::read_dir(folder)?.next().is_none())
}

fn rows(file: &Path) -> Tried<Vec<Value>> {
    Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat()).into_owned()
}

/// What is wrong with a row, if anything.
fn fault(row: &Value) -> Option<&'static str> {
    let side = |side: &Value| {
        let numbers = ["ops_s", "cpu_us_op"].iter().all(|name| side[name].is_number());
        let known = ["p50_us", "p99_us", "bytes_op"].iter().all(|name| side.get(name).is_some());
        numbers && known && side["ops_s_range"].as_array().is_some_and(|range| range.len() == 2)
    };
    let bar = |bar: &Value| bar["measured"].is_number() && bar["bound"].is_object() && bar["met"].is_boolean();
    // The gate decides in memory, beside nobody.
    let alone = row["bench"] == "access";
    match row {
        row if !row["bench"].is_string() => Some("no name"),
        row if !side(&row["ours"]) => Some("ours"),
        row if side(&row["peer"]) == alone => Some("peer"),
        row if row["ratio"].is_number() == alone => Some("ratio"),
        row if !row["bars"].as_array().is_some_and(|bars| bars.iter().all(bar)) => Some("bars"),
        _ => None,
    }
}

#[test]
fn every_bench_gives_rows_in_the_promised_shape() {
    let server = std::env::var("ENS_TEST_POSTGRES").expect("ENS_TEST_POSTGRES: run `scripts/test`, which starts a private PostgreSQL");
    let folder = tempfile::tempdir().unwrap();
    let [json, svg, again] = ["rows.json", "plot.svg", "again.svg"].map(|name| folder.path().join(name));
    let output = bench()
        .args(["all", "--tiny", "--rounds", "1", "--seconds", "0.3", "--callers", "2", "--server", &server])
        .args([Path::new("--json"), &json, Path::new("--svg"), &svg])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let rows = rows(&json).unwrap();
    let benches: std::collections::BTreeSet<&str> = rows.iter().filter_map(|row| row["bench"].as_str()).collect();
    let promised = [
        "access",
        "append",
        "commands",
        "commands_sqlite",
        "consult",
        "deposits",
        "growth",
        "http",
        "mixed",
        "openings",
        "rebuild",
        "replay",
    ];
    assert!(benches.iter().eq(promised.iter()), "{benches:?}");
    for row in &rows {
        assert_eq!(fault(row), None, "{row:#}");
    }
    assert!(rows.iter().any(|row| row["sizes"]["events (heap)"].is_number()), "growth tells no sizes");
    assert!(rows.iter().any(|row| row["memory"][0][1].is_number()), "deposits tell no memory");
    let plot = bench().args([Path::new("plot"), Path::new("--from"), &json, Path::new("--svg"), &again]).output().unwrap();
    assert!(plot.status.success(), "{}", said(&plot));
    assert!(std::fs::read_to_string(&svg).unwrap() == std::fs::read_to_string(&again).unwrap(), "a plot out of the file differs");
}

#[test]
fn a_private_server_is_gone_when_the_run_is_over() {
    let folder = open_folder().unwrap();
    let json = tempfile::NamedTempFile::new().unwrap();
    let output = bench()
        .args(["replay", "--events", "8", "--rounds", "1", "--json"])
        .arg(json.path())
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let rows = rows(json.path()).unwrap();
    assert!(rows.iter().all(|row| row["ours"]["server_us_op"].is_number()), "the server's processor time was not seen: {rows:#?}");
    assert!(is_empty(folder.path()).unwrap());
}

#[test]
fn a_run_that_is_interrupted_leaves_nothing() {
    let folder = open_folder().unwrap();
    let mut child = bench()
        .args(["commands", "--callers", "1", "--seconds", "600"])
        .env("TMPDIR", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.is_ok_and(|line| line.contains("round 1 of"))), "no round began");
    assert!(!is_empty(folder.path()).unwrap());
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert!(!child.wait().unwrap().success());
    assert!(is_empty(folder.path()).unwrap());
}

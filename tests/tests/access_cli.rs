//! Access at the command line: `ens access explain` with its trace, and the file of the access matrix.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use chrono::Utc;
use ens_domain::access::{Grantee, Purpose, Scope};
use ens_domain::ids::SpaceId;
use ens_domain::party::Party;
use ens_domain::policy::Policy;
use ens_domain::rpps::Rpps;
use ens_domain::space::commands::GrantAccess;
use ens_store::CommandEnvelope;
use ens_tests::cohort::{MASTER_KEY, open, open_store, spaces_due_today};
use ens_tests::{Engine, TestStorage, ens_binary};
use serde_json::{Value, json};
use uuid::Uuid;

fn ens(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(ens_binary());
    command.args(arguments).current_dir(folder).envs(environment.iter().copied()).stdin(Stdio::null());
    command.output().expect("the binary ens runs")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A space that lets the professional 10100000008 in, opened today.
async fn shared_space(storage: &TestStorage) -> SpaceId {
    let store = open_store(storage.url()).await;
    let space = spaces_due_today(&store, 1).await[0];
    open(&store, [space], Utc::now()).await;
    let (at, rpps) = (Utc::now(), Rpps::parse("10100000008").expect("a number"));
    let (by, grant, to) = (Party::Holder, Uuid::now_v7().into(), Grantee::Professional { rpps });
    let command = GrantAccess { at, by, grant, to, scope: Scope::All, purpose: Purpose::Care, from: None, until: None };
    store.commands().execute(CommandEnvelope::new(space, command), &Policy::default()).await.expect("a grant");
    store.close().await;
    space
}

#[tokio::test]
async fn an_operator_who_looks_at_who_may_read_a_space_leaves_a_trace() {
    for engine in Engine::DURABLE {
        let storage = TestStorage::fresh(engine).await;
        let space = shared_space(&storage).await.to_string();
        let here = [("ENS_STORE", storage.url()), ("ENS_MASTER_KEY", MASTER_KEY)];
        let asked = ["access", "explain", "--space", &space, "--agent", "desk-1", "--reason", "Appel du titulaire"];
        let explain = |more: &[&str]| ens(storage.folder(), &[&asked, more].concat(), &here);
        let readers = explain(&[]);
        for line in [
            "selon la matrice d’habilitation 2023-10-26.",
            "- le titulaire (usage personnel)\u{a0}: C’est votre espace.",
            "- le professionnel 10100000008 (soins, toutes professions)\u{a0}: Vous avez autorisé ce professionnel.",
        ] {
            assert!(out(&readers).contains(line), "{line}: {}{}", out(&readers), err(&readers));
        }
        let nurse = ["--professional", "10100000008", "--profession", "60"];
        let reach = out(&explain(&nurse));
        assert!(reach.contains("- non\u{a0}: remboursements.") || reach.contains("- oui\u{a0}: remboursements."), "{reach}");
        assert!(reach.contains("- oui\u{a0}: 11502-2 ") && reach.contains("- non\u{a0}: 68599-0 "), "{reach}");
        let told: Value = serde_json::from_str(&out(&explain(&[&nurse[..], &["--json"]].concat()))).expect("one object");
        let of = |code: &str| told["documents"].as_array().expect("types").iter().find(|of| of["what"] == code).expect("a type").clone();
        assert_eq!((&of("11502-2")["because"], &of("68599-0")["because"]), (&json!("grant_to_professional"), &json!("not_in_matrix")));
        assert_eq!((&told["space"], &told["access_matrix"]), (&json!(space), &json!("2023-10-26")));

        let replayed = out(&ens(storage.folder(), &["replay"], &here));
        let log: Vec<Value> = replayed.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect();
        let traces: Vec<&Value> = log.iter().filter(|event| event["event_type"] == "AccessMade").collect();
        assert_eq!(traces.len(), 3, "{engine:?}");
        for trace in traces {
            assert_eq!((&trace["metadata"]["agent"], &trace["metadata"]["role"]), (&json!("desk-1"), &json!("admin")));
            assert_eq!(trace["payload"]["AccessMade"]["ground"], "operation");
            assert!(!trace.to_string().contains("Appel"), "the reason is sealed");
        }
    }
}

#[tokio::test]
async fn what_is_asked_of_the_past_is_not_answered() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let space = shared_space(&storage).await.to_string();
    let here = [("ENS_STORE", storage.url()), ("ENS_MASTER_KEY", MASTER_KEY)];
    let (agent, why) = (["--agent", "desk-1"], ["--reason", "essai"]);
    let cases: [(&[&[&str]], &str); 5] = [
        (&[&["--space", &space], &agent, &why, &["--at", "2020-01-01T00:00:00Z"]], "--at: name an instant to come"),
        (&[&["--space", &space], &agent], "--reason"),
        (&[&["--space", &space], &why], "--agent"),
        (&[&["--space", &space], &agent, &why, &["--purpose", "care"]], "--professional"),
        (&[&["--space", "0198c0de-0000-7000-8000-000000000001"], &agent, &why], "the log holds nothing of 0198c0de"),
    ];
    for (parts, mend) in cases {
        let output = ens(storage.folder(), &[&["access", "explain"][..], &parts.concat()].concat(), &here);
        assert!(!output.status.success() && err(&output).contains(mend), "{parts:?}: {}", err(&output));
    }
    let log = out(&ens(storage.folder(), &["replay"], &here));
    assert!(!log.contains("AccessMade"), "nothing was told, so nothing is traced");
    let later = ["access", "explain", "--space", &space, "--agent", "desk-1", "--reason", "essai", "--at", "2100-01-01T00:00:00Z"];
    let told = out(&ens(storage.folder(), &later, &here));
    assert!(told.contains("1er janvier 2100 à 01:00 (heure de Paris)") && !told.contains("le professionnel"), "the grant is over: {told}");
}

#[test]
fn a_file_that_is_no_access_matrix_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let row = |profession: &str| format!(r#"{{"profession":"{profession}","types":["11488-4"],"readable":true,"source":"essai"}}"#);
    let matrix = |head: &str, rows: &str| format!(r#"{{{head}"source":"essai","rows":[{rows}]}}"#);
    let dated = |day: &str| format!(r#""version":"2","effective_on":"{day}","#);
    let cases = [
        (matrix(&dated("2024-01-01"), &row("99")), "row 1: no profession has the code \"99\""),
        (matrix(&dated("2024-01-01"), &[row("10"), row("10")].join(",")), "11488-4 stands in row 1 and again in row 2"),
        (matrix(&dated("2024-13-01"), ""), "effective_on \"2024-13-01\" is no day: write it as 2023-10-30"),
        (matrix(r#""effective_on":"2024-01-01","#, ""), "missing field `version`"),
        (matrix(&dated("2999-01-01"), ""), "is in force from 2999-01-01: start with it on that day"),
    ];
    for (text, mend) in cases {
        std::fs::write(folder.path().join("matrix.json"), &text).unwrap();
        let output = ens(folder.path(), &["serve"], &[("ENS_ACCESS_MATRIX", "matrix.json"), ("ENS_DEVELOPMENT_TOKENS", "true")]);
        assert!(!output.status.success() && err(&output).contains(mend), "{text}: {}", err(&output));
        assert!(err(&output).contains("access matrix matrix.json: "), "{}", err(&output));
    }
    assert!(!folder.path().join("ens-data").exists(), "the matrix is read before a store is made");
}

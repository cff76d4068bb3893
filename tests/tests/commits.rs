//! The subjects of commits: `area: Imperative`, at most 60 characters, read from the git history where there is one.

use std::process::Command;

use ens_tests::source;

/// The last commit before the rule; older subjects may be longer.
const BASE: &str = "34aa1888487022e9a02db9b72af90e3c44f15713";
/// The longest subject.
const CHARACTERS: usize = 60;

#[test]
fn every_subject_is_an_area_and_an_imperative_of_60_characters_at_most() {
    let wrong: Vec<String> =
        subjects().into_iter().filter_map(|subject| fault(&subject).map(|fault| format!("{subject}: {fault}"))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_subject_of_another_form_is_seen() {
    for subject in ["", "Mend the tests", "tests:Mend them", "tests: mend them", "Tests: Mend them", "tests: Mend them.", ": Mend them"] {
        assert!(fault(subject).is_some(), "it lets this pass: {subject}");
    }
    let longest = format!("tests: {}", "M".repeat(CHARACTERS - 7));
    assert_eq!((fault(&longest), fault(&format!("{longest}m")).is_some()), (None, true));
    assert_eq!(fault("api, store: Refuse an élan"), None);
}

/// What is wrong with a subject, or nothing.
fn fault(subject: &str) -> Option<&'static str> {
    let Some((area, does)) = subject.split_once(": ") else { return Some("it has no area") };
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
    if !area.split(", ").all(is_name) {
        return Some("its area is no name in lower case");
    }
    if !does.starts_with(char::is_uppercase) || does.ends_with('.') {
        return Some("it starts in lower case or ends with a full stop");
    }
    (subject.chars().count() > CHARACTERS).then_some("it is too long")
}

/// The subjects since [`BASE`], or all that a shallow clone has; none where the tree is not a checkout of its own, or git is missing.
fn subjects() -> Vec<String> {
    let is_own = git(&["rev-parse", "--show-toplevel"])
        .is_some_and(|top| source::root().canonicalize().is_ok_and(|root| root.as_os_str() == top.trim()));
    if !is_own {
        return Vec::new();
    }
    let since = format!("{BASE}..HEAD");
    let known = git(&["cat-file", "-e", &format!("{BASE}^{{commit}}")]).is_some();
    let told = git(&["log", "--no-merges", "--format=%s", if known { &since } else { "HEAD" }]).expect("the history of a checkout");
    told.lines().map(str::to_owned).collect()
}

/// What git says in the folder of the workspace, or nothing where it fails.
fn git(arguments: &[&str]) -> Option<String> {
    let answer = Command::new("git").args(arguments).current_dir(source::root()).output().ok()?;
    answer.status.success().then(|| String::from_utf8_lossy(&answer.stdout).into_owned())
}

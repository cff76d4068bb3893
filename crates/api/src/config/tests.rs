//! What the settings promise, tried without an environment.

use clap::Parser;
use ens_notices::SmtpTls;
use ens_store::{ContentPlace, S3Bucket};

use super::{ContentAddress, NotAPlace, Settings, development_token_key, master_key};
use crate::cli::Cli;

fn settings(arguments: &[&str]) -> Settings {
    Cli::try_parse_from(["ens", "migrate"].iter().chain(arguments)).unwrap_or_else(|error| panic!("{error}")).settings
}

/// A folder of its own for each test, gone with it.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ens-config-{name}-{}", std::process::id()));
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.0.exists() {
            std::fs::remove_dir_all(&self.0).unwrap();
        }
    }
}

#[test]
fn no_secret_shows_in_debug_output() {
    let shown = format!("{:?}", settings(&["--store", "postgres://ens:canari@db/ens", "--master-key", &"c4".repeat(32)]));
    assert!(!shown.contains("canari") && !shown.contains("c4c4"), "{shown}");
}

#[test]
fn the_store_is_embedded_in_the_data_folder_unless_one_is_named() {
    assert_eq!(settings(&["--data", "here"]).store_url(), "sqlite:here/ens.db");
    assert_eq!(settings(&["--store", "postgres://db/ens"]).store_url(), "postgres://db/ens");
}

#[test]
fn contents_lie_beside_the_embedded_store_unless_a_place_is_named() {
    let place = |arguments: &[&str]| settings(arguments).content_place();
    let folder = |path: &str| ContentPlace::Folder(path.into());
    assert_eq!(place(&["--data", "here"]), folder("here/ens.db-contents"));
    assert_eq!(place(&["--store", "sqlite:/srv/other.db"]), folder("/srv/other.db-contents"));
    assert_eq!(place(&["--data", "here", "--store", "postgres://db/ens"]), folder("here/contents"));
    assert_eq!(place(&["--contents", "/srv/contents"]), folder("/srv/contents"));
    let s3 = ["--contents", "s3://ens/", "--contents-endpoint", "https://s3.example.org", "--contents-region", "par"];
    let bucket = S3Bucket { bucket: "ens".to_owned(), endpoint: Some("https://s3.example.org".to_owned()), region: Some("par".to_owned()) };
    assert_eq!(place(&s3), ContentPlace::S3(bucket));
    for nowhere in ["", "s3://", "s3:///", "s3://bucket/folder"] {
        assert_eq!(nowhere.parse::<ContentAddress>(), Err(NotAPlace), "{nowhere}");
    }
}

#[test]
fn an_embedding_program_starts_from_the_same_defaults() {
    let (line, program) = (settings(&[]), Settings::in_folder("ens-data".as_ref()));
    assert_eq!(line.store_url(), program.store_url());
    assert_eq!(line.content_place(), program.content_place());
    assert_eq!((line.site.url, line.site.production), (program.site.url, program.site.production));
    assert_eq!((line.mail.sender, line.mail.bounces), (program.mail.sender, program.mail.bounces));
    assert_eq!((line.mail.smtp_tls, line.mail.claim_seconds), (program.mail.smtp_tls, program.mail.claim_seconds));
    assert_eq!((line.tokens.issuer, line.tokens.audience), (program.tokens.issuer, program.tokens.audience));
    let (line, program) = (line.limits, program.limits);
    assert_eq!(
        (line.requests_per_second, line.requests_burst, line.body_limit, line.commands_waiting),
        (program.requests_per_second, program.requests_burst, program.body_limit, program.commands_waiting)
    );
}

#[test]
fn the_file_of_an_embedded_store_is_known_however_it_is_spelled() {
    let file = |url: &str| settings(&["--store", url]).embedded_file();
    assert_eq!(file("sqlite:here/ens.db"), Some("here/ens.db".into()));
    assert_eq!(file("sqlite://ens.db"), Some("ens.db".into()));
    assert_eq!(file("sqlite:///srv/ens.db"), Some("/srv/ens.db".into()));
    for elsewhere in ["sqlite::memory:", "sqlite://:memory:", "sqlite:", "postgres://db/ens"] {
        assert_eq!(file(elsewhere), None, "{elsewhere}");
    }
}

#[test]
fn a_queue_that_could_hold_no_command_is_refused() {
    assert!(Cli::try_parse_from(["ens", "serve", "--commands-waiting", "0"]).is_err());
    assert_eq!(settings(&["--commands-waiting", "1"]).limits.commands_waiting, 1);
}

#[test]
fn the_connection_to_a_mail_server_is_protected_unless_told_otherwise() {
    assert_eq!(settings(&[]).mail.smtp_tls, SmtpTls::Starttls);
    assert_eq!(settings(&["--smtp-tls", "none"]).mail.smtp_tls, SmtpTls::None);
}

#[test]
fn a_key_that_was_not_given_is_made_once() {
    let folder = Folder::new("once");
    let settings = Settings::in_folder(&folder.0);
    let first = development_token_key(&settings).unwrap();
    assert_eq!(first.public_bytes(), development_token_key(&settings).unwrap().public_bytes());
    assert_eq!(master_key(&settings).unwrap().to_hex(), master_key(&settings).unwrap().to_hex());
    let entries = std::fs::read_dir(&folder.0).unwrap().count();
    assert_eq!(entries, 2, "two keys, and no draft of one");
}

#[test]
fn two_that_start_at_once_have_one_key() {
    let folder = Folder::new("race");
    let keys: Vec<String> = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..8).map(|_| scope.spawn(|| master_key(&Settings::in_folder(&folder.0)).unwrap().to_hex())).collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    assert!(keys.iter().all(|key| Some(key) == keys.first()));
}

#[test]
fn production_refuses_keys_made_for_development() {
    let folder = Folder::new("production");
    let mut settings = Settings::in_folder(&folder.0);
    settings.site.production = true;
    assert!(master_key(&settings).is_err() && development_token_key(&settings).is_err());
    assert!(!folder.0.exists());
}

#[test]
fn production_refuses_identities_that_are_not_of_real_persons() {
    use ens_domain::ins::InsAuthority::{DemoNir, Nia, Nir, TestNir};
    let mut settings = Settings::in_folder("nowhere".as_ref());
    assert!([Nir, Nia, TestNir, DemoNir].into_iter().all(|authority| settings.admits(authority)));
    settings.site.production = true;
    assert_eq!([Nir, Nia, TestNir, DemoNir].map(|authority| settings.admits(authority)), [true, true, false, false]);
}

#[test]
fn a_token_key_signs_what_its_public_half_believes() {
    let folder = Folder::new("token");
    let key = development_token_key(&Settings::in_folder(&folder.0)).unwrap();
    let pair = ring::signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.private_der()).unwrap();
    let public = ring::signature::UnparsedPublicKey::new(&ring::signature::ED25519, key.public_bytes());
    assert!(public.verify(b"claims", pair.sign(b"claims").as_ref()).is_ok());
}

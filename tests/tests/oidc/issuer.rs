//! The issuer as a child process (`tests/oidc/server.mjs`, with oauth2-mock-server inside), spoken to by one line of JSON at a time.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use serde_json::{Value, json};

/// A running issuer. It ends when its input closes, so it never outlives its test.
pub(crate) struct Issuer {
    child: Child,
    url: String,
    lines: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Issuer {
    /// Starts it, with a key of each kind under the names `rsa`, `pss`, `ec` and `ed`, all published.
    pub(crate) fn start() -> Self {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut child = Command::new("node")
            .arg(tests.join("oidc/server.mjs"))
            .arg(modules())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node runs: `scripts/test` installs it");
        let input = child.stdin.take().expect("a piped input");
        let mut output = BufReader::new(child.stdout.take().expect("a piped output"));
        let url = read(&mut output).as_str().expect("an address").to_owned();
        let issuer = Self { child, url, lines: Mutex::new((input, output)) };
        for (kid, alg) in [("rsa", "RS256"), ("pss", "PS256"), ("ec", "ES256"), ("ed", "EdDSA")] {
            issuer.make_key(kid, alg, &json!({}));
        }
        issuer
    }

    /// Its name, which is also its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Makes a key and publishes it, with these members besides; answers its public part.
    pub(crate) fn make_key(&self, kid: &str, alg: &str, extra: &Value) -> Value {
        self.tell(&json!({ "do": "key", "kid": kid, "alg": alg, "extra": extra }))
    }

    /// Publishes these keys, and no others.
    pub(crate) fn publish(&self, kids: &[&str]) {
        self.tell(&json!({ "do": "publish", "kids": kids }));
    }

    /// The signature of a text, in base64url.
    pub(crate) fn sign(&self, kid: &str, alg: &str, text: &str) -> String {
        self.tell(&json!({ "do": "sign", "kid": kid, "alg": alg, "text": text })).as_str().expect("a signature").to_owned()
    }

    /// The public part of a key.
    pub(crate) fn public(&self, kid: &str) -> Value {
        self.tell(&json!({ "do": "public", "kid": kid }))
    }

    /// How it answers from now on: `open`, `shut` and more, as `server.mjs` says.
    pub(crate) fn door(&self, state: &str) {
        self.tell(&json!({ "do": "door", "state": state }));
    }

    /// What introspection answers from now on.
    pub(crate) fn introspection(&self, answer: &Value) {
        self.tell(&json!({ "do": "introspection", "answer": answer }));
    }

    /// How often a path was asked for.
    pub(crate) fn count(&self, path: &str) -> u64 {
        self.tell(&json!({ "do": "counts" }))[path].as_u64().unwrap_or_default()
    }

    /// The credentials that introspection was given last.
    pub(crate) fn credentials(&self) -> String {
        self.tell(&json!({ "do": "counts" }))["credentials"].as_str().expect("credentials").to_owned()
    }

    fn tell(&self, line: &Value) -> Value {
        let mut lines = self.lines.lock().expect("nobody panicked while speaking");
        writeln!(lines.0, "{line}").expect("the issuer listens");
        read(&mut lines.1)
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        // Its input closes with the child's handle; killing it is only quicker, and it may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn read(output: &mut BufReader<ChildStdout>) -> Value {
    let mut line = String::new();
    output.read_line(&mut line).expect("a line of the issuer");
    serde_json::from_str(&line).expect("the issuer speaks JSON: is oauth2-mock-server installed? `scripts/test` installs it")
}

/// The folder in which `scripts/test` installs oauth2-mock-server.
fn modules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("target/test-oidc")
}

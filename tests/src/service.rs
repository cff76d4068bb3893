//! The real `ens` binary as a child process: started on a free port, stopped by its id, its log kept for reading.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

use tempfile::TempDir;

use crate::http_client::http_client;
use crate::polling::eventually;

/// The path of the `ens` binary of this build: `ENS_TEST_BINARY`, else built once by cargo beside the running test.
pub fn ens_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| std::env::var_os("ENS_TEST_BINARY").map_or_else(|| build(["--bin", "ens"]).join("ens"), PathBuf::from))
}

/// The path of an example of this build, built by cargo beside the running test.
pub fn example(name: &str) -> PathBuf {
    build(["--example", name]).join("examples").join(name)
}

/// Has cargo build this, with the features that all of the workspace has: another set would be another build of all dependencies. Answers
/// the folder of the profile.
fn build(target: [&str; 2]) -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    let profile = test.ancestors().nth(2).expect("target/<profile>/deps/<test>").to_owned();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--workspace"]).args(target).current_dir(env!("CARGO_MANIFEST_DIR"));
    // Build scripts that watch what cargo told this test of its package would build their crates anew, and all above them.
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"CARGO_PKG_") || name.as_encoded_bytes().starts_with(b"CARGO_MANIFEST_") {
            cargo.env_remove(name);
        }
    }
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().expect("cargo runs").success(), "{target:?} does not build");
    profile
}

/// How a service is started: arguments and environment, on a port that is free.
#[derive(Debug, Default)]
pub struct Launch {
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Launch {
    /// `ens serve` over this store, for the tokens of `ens token`.
    pub fn serve(store: &str) -> Self {
        Self::default().arg("serve").env("ENS_STORE", store).env("ENS_DEVELOPMENT_TOKENS", "true")
    }

    /// One more argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// One more variable of the environment.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Runs a command that ends by itself, with this on its standard input; what it printed on both outputs, and how it ended.
    pub fn run(self, input: &str) -> (ExitStatus, String) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let given = folder.path().join("input");
        std::fs::write(&given, input).expect("an input file");
        let output = Command::new(ens_binary())
            .args(&self.arguments)
            .current_dir(folder.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(File::open(&given).expect("the input file"))
            .output()
            .expect("the binary ens starts");
        let printed = [output.stdout, output.stderr].concat();
        (output.status, String::from_utf8(printed).expect("printed text"))
    }

    /// Starts it and waits until `/livez` answers.
    pub async fn start(self) -> Service {
        let mut service = self.spawn();
        let livez = format!("{}/livez", service.url());
        let client = http_client();
        eventually("the service lives", async || {
            if let Some(status) = service.child.try_wait().expect("a child of ours") {
                panic!("ens ended with {status} before it lived:\n{}", service.log());
            }
            let answer = client.get(&livez).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
        service
    }

    /// Starts it without waiting.
    pub fn spawn(self) -> Service {
        let port = free_port();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = folder.path().join("log");
        let out = File::create(&log).expect("a log file");
        let child = Command::new(ens_binary())
            .args(&self.arguments)
            .current_dir(folder.path())
            .env("ENS_LISTEN", format!("127.0.0.1:{port}"))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(out.try_clone().expect("a second handle on the log"))
            .stderr(out)
            .spawn()
            .expect("the binary ens starts");
        Service { child, port, log, _folder: folder }
    }
}

/// A running `ens`, killed when dropped.
#[derive(Debug)]
pub struct Service {
    child: Child,
    port: u16,
    log: PathBuf,
    _folder: TempDir,
}

impl Service {
    /// Where it answers, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Everything it has said so far, on both of its outputs.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("the log of the service")
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it where it stands (SIGKILL), and waits until it is dead.
    pub fn kill(&mut self) -> ExitStatus {
        self.child.kill().expect("a child of ours can be killed");
        self.child.wait().expect("a child of ours can be waited for")
    }

    /// Asks it to stop (SIGTERM), and waits until it has.
    pub async fn stop(&mut self) -> ExitStatus {
        self.ask_to_stop();
        self.stopped().await
    }

    /// Asks it to stop (SIGTERM).
    pub fn ask_to_stop(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill runs");
        assert!(asked.success(), "the service was gone before it was asked to stop:\n{}", self.log());
    }

    /// Waits until it has stopped, after it was asked to.
    pub async fn stopped(&mut self) -> ExitStatus {
        eventually("the service stops when asked", async || self.child.try_wait().expect("a child of ours")).await
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.kill();
        }
    }
}

/// A loopback port that was free a moment ago, and that nobody else is given: below those that the system hands out, each once a process.
pub fn free_port() -> u16 {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + u16::try_from(std::process::id() % 100).expect("below 100") * 100;
    let candidates = std::iter::repeat_with(|| first + GIVEN.fetch_add(1, Ordering::Relaxed)).take(1_000);
    candidates.into_iter().find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a free port")
}

//! The S3 server of a test program: one child process, with a bucket for each test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use uuid::Uuid;

use crate::http_client::http_client;

/// The environment that the store and the tests read the server's credentials from; the server takes any.
const CREDENTIALS: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// A bucket of its own on the server, empty at first. It goes with the server, when the test program ends.
#[derive(Debug)]
pub struct TestBucket {
    name: String,
    endpoint: String,
}

impl TestBucket {
    /// A bucket that was never used before.
    pub async fn fresh() -> Self {
        for name in CREDENTIALS {
            assert!(std::env::var_os(name).is_some(), "{name} is not set: run `scripts/test`, or set {CREDENTIALS:?} to any text");
        }
        let bucket = Self { name: format!("ens-{}", Uuid::now_v7()), endpoint: format!("http://127.0.0.1:{}", server_port()) };
        let made = http_client().put(bucket.url()).send().await.expect("the S3 server answers");
        assert!(made.status().is_success(), "{made:?}");
        bucket
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address of its server.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What the server says of the uploads that were begun and not ended.
    pub async fn unfinished_uploads(&self) -> usize {
        let answer = http_client().get(format!("{}?uploads", self.url())).send().await.expect("the S3 server answers");
        answer.text().await.expect("a list of uploads").matches("<Upload>").count()
    }

    fn url(&self) -> String {
        format!("{}/{}", self.endpoint, self.name)
    }
}

/// The port of the server, which is started when the first test asks. It ends when its input closes: with this process.
fn server_port() -> u16 {
    static SERVER: OnceLock<(Child, u16)> = OnceLock::new();
    SERVER.get_or_init(start).1
}

fn start() -> (Child, u16) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut child = Command::new(python())
        .arg(tests.join("s3/server.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python of the S3 server runs");
    let mut line = String::new();
    let output = child.stdout.take().expect("a piped output");
    BufReader::new(output).read_line(&mut line).expect("the port of the server");
    let port = line.trim().parse().expect("the server prints its port: is moto installed? `scripts/test` installs it");
    (child, port)
}

/// The Python that has moto: the one that `scripts/test` made.
fn python() -> PathBuf {
    std::env::var_os("ENS_TEST_S3_PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from)
}

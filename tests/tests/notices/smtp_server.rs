//! The scripted SMTP server as a child process: started on a free port, ended with its test, read through the files that it writes.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use ens_notices::{MailSettings, SmtpTls};
use serde_json::Value;
use tempfile::TempDir;

/// A running server. It ends when its input closes, so it never outlives its test.
pub(crate) struct SmtpServer {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl SmtpServer {
    /// Starts it and waits for its port.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("smtp/server.py");
        let mut child = Command::new(python())
            .arg(script)
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 runs");
        let mut line = String::new();
        let output = child.stdout.take().expect("a piped output");
        BufReader::new(output).read_line(&mut line).expect("the port of the server");
        let port = line.trim().parse().expect("the server prints its port: is python3-aiosmtpd installed? `scripts/test` installs it");
        Self { child, port, folder }
    }

    /// Settings whose e-mail goes to this server.
    pub(crate) fn settings(&self, sender: MailSettings) -> MailSettings {
        MailSettings { smtp_host: Some("127.0.0.1".to_owned()), smtp_port: Some(self.port), smtp_tls: SmtpTls::None, ..sender }
    }

    /// What it took, in order.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.folder.path())
            .expect("the server's folder")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .collect();
        files.sort();
        files.iter().map(|path| Taken(serde_json::from_str(&std::fs::read_to_string(path).expect("a record")).expect("JSON"))).collect()
    }

    /// Every recipient that was tried, with the verdict.
    pub(crate) fn attempts(&self) -> Vec<String> {
        let lines = std::fs::read_to_string(self.folder.path().join("attempts.ndjson")).unwrap_or_default();
        let verdict = |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["verdict"].as_str().expect("a verdict").to_owned();
        lines.lines().map(verdict).collect()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        // Its input closes with the child's handle; killing it is only quicker, and it may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One message that the server took.
pub(crate) struct Taken(Value);

impl Taken {
    /// The envelope's sender.
    pub(crate) fn from(&self) -> &str {
        self.0["from"].as_str().expect("a sender")
    }

    /// A header of the message.
    pub(crate) fn header(&self, name: &str) -> String {
        let message = mail_parser::MessageParser::default().parse(self.data()).expect("a message");
        message.header_raw(name.to_owned()).unwrap_or_default().trim().to_owned()
    }

    /// The plain text of the message.
    pub(crate) fn text(&self) -> String {
        let message = mail_parser::MessageParser::default().parse(self.data()).expect("a message");
        message.body_text(0).expect("a text").into_owned()
    }

    /// The HTML of the message.
    pub(crate) fn html(&self) -> String {
        let message = mail_parser::MessageParser::default().parse(self.data()).expect("a message");
        message.body_html(0).expect("HTML").into_owned()
    }

    /// The whole message as it came.
    pub(crate) fn data(&self) -> &str {
        self.0["data"].as_str().expect("data")
    }
}

/// Debian's, for which python3-aiosmtpd is installed; else whichever is found.
fn python() -> &'static str {
    let debian = "/usr/bin/python3";
    if Path::new(debian).exists() { debian } else { "python3" }
}

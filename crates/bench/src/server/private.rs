//! A PostgreSQL of the run's own: found as `scripts/test` finds it, set as a production server is, stopped and removed when dropped.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::failure::Failure;

/// The oldest version that Ens runs on.
const AT_LEAST: u32 = 15;

/// Durable, as in production; caches and log large enough that neither side waits for a checkpoint in the middle of a round.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = 2GB
max_wal_size = 8GB
min_wal_size = 4GB
checkpoint_timeout = 30min
jit = off
";

/// How many ports are tried.
const PORTS: u32 = 10;

/// A running private server.
pub(super) struct Private {
    install: Install,
    port: u16,
}

/// The programs of a PostgreSQL, and where and as whom they work.
struct Install {
    programs: PathBuf,
    folder: TempDir,
    /// Whom to run as; nobody else where this is not root.
    user: Option<String>,
}

impl Private {
    /// Makes a database cluster in a temporary folder and starts a server on a free loopback port.
    pub(super) fn start() -> Result<Self, Failure> {
        let install = Install::in_fresh_folder()?;
        install.run("initdb", &["-D", "data", "-U", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C"])?;
        let mut file = fs::OpenOptions::new().append(true).open(install.folder.path().join("data/postgresql.conf"))?;
        file.write_all(SETTINGS.as_bytes())?;
        // Full pages in the log are the larger part of it; a server built without lz4 has its own, slower compression.
        let lz4 = install.run("postgres", &["-D", "data", "-C", "wal_compression", "-c", "wal_compression=lz4"]).is_ok();
        writeln!(file, "wal_compression = {}", if lz4 { "lz4" } else { "on" })?;
        let mut last = Failure::because("no port was tried");
        for _ in 0..PORTS {
            let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
            match install.run("pg_ctl", &["start", "-D", "data", "-w", "-s", "-l", "log", "-o", &format!("-p {port}")]) {
                Ok(()) => return Ok(Self { install, port }),
                Err(failure) => last = failure,
            }
        }
        Err(last)
    }

    /// The address of the database that administers the others.
    pub(super) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        // What it holds is not wanted any more, so nothing need be written out first.
        if let Err(failure) = self.install.run("pg_ctl", &["stop", "-D", "data", "-m", "immediate", "-s"]) {
            eprintln!("ens-bench: the private PostgreSQL on port {} did not stop: {failure}", self.port);
        }
    }
}

impl Install {
    fn in_fresh_folder() -> Result<Self, Failure> {
        let programs = newest().ok_or_else(|| {
            Failure::because(format!(
                "no PostgreSQL {AT_LEAST} or later was found; `scripts/test` installs it, or name a server with --server"
            ))
        })?;
        let folder = tempfile::Builder::new().prefix("ens-bench.").tempdir()?;
        // PostgreSQL refuses to run as root.
        let user = if fs::metadata("/proc/self")?.uid() == 0 { Some(unprivileged()?) } else { None };
        if let Some((_, id)) = &user {
            chown(folder.path(), Some(*id), None)?;
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700))?;
        }
        Ok(Self { programs, folder, user: user.map(|(name, _)| name) })
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), Failure> {
        let path = self.programs.join(program);
        let mut command = match &self.user {
            None => Command::new(&path),
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(&path);
                command
            }
        };
        // Nothing of the caller's own set-up may reach the server, nor may the server keep the pipes of its starter open.
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")).for_each(|(name, _)| {
            command.env_remove(name);
        });
        let said = fs::File::create(self.folder.path().join(format!("{program}.said")))?;
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said);
        let status = command.status()?;
        if status.success() {
            return Ok(());
        }
        let said = fs::read_to_string(self.folder.path().join(format!("{program}.said"))).unwrap_or_default();
        Err(Failure::because(format!("{program} ended with {status}: {}", said.trim())))
    }
}

/// The folder of the newest PostgreSQL that is new enough.
fn newest() -> Option<PathBuf> {
    let found =
        candidates().into_iter().filter(|folder| ["postgres", "initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file()));
    let versions = found.filter_map(|folder| Some((version(&folder)?, folder)));
    versions.filter(|(version, _)| *version >= AT_LEAST).max_by_key(|(version, _)| *version).map(|(_, folder)| folder)
}

fn candidates() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let below = |parent: &str, prefix: &str| -> Vec<PathBuf> {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix)).map(|entry| entry.path().join("bin")).collect()
    };
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(below("/usr/lib/postgresql", ""));
    folders.extend(below("/usr", "pgsql-"));
    folders.push(PathBuf::from("/usr/local/pgsql/bin"));
    folders
}

/// The first number that `postgres --version` tells.
fn version(folder: &Path) -> Option<u32> {
    // A program that does not run is not used.
    let told = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    // Nor is one that prints no text.
    let told = String::from_utf8(told.stdout).ok()?;
    // Nor is one without a version that fits.
    told.split(|letter: char| !letter.is_ascii_digit()).find(|part| !part.is_empty())?.parse().ok()
}

/// Whom root lets the server run as: the account of the packages, else nobody.
fn unprivileged() -> Result<(String, u32), Failure> {
    let found = ["postgres", "nobody"].into_iter().find_map(|name| {
        // A machine without `id`, or without this account, has none to use.
        let told = Command::new("id").args(["-u", name]).output().ok().filter(|told| told.status.success())?;
        // An answer that is no number counts as none.
        Some((name.to_owned(), String::from_utf8(told.stdout).ok()?.trim().parse().ok()?))
    });
    found.ok_or_else(|| Failure::because("no account to run PostgreSQL as; start ens-bench as another user than root"))
}

//! Lists the migrations of both engines for `engine/migrations.rs`, so that a new file under `migrations` needs no line of code.
//!
//! `sqlx::migrate!` would do the same, and have sqlx, its TLS and SQLite built a second time for the compiler's own use (ADR 28).

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = Path::new(&of_cargo("CARGO_MANIFEST_DIR")?).join("../../migrations");
    let lists = [("POSTGRES", "postgres"), ("SQLITE", "sqlite")].map(|(name, engine)| list(name, &root.join(engine)));
    let text = lists.into_iter().collect::<io::Result<String>>()?;
    fs::write(Path::new(&of_cargo("OUT_DIR")?).join("migrations.rs"), text)
}

/// A constant that holds version, description and text of each migration in a folder, in order.
fn list(name: &str, folder: &Path) -> io::Result<String> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    files.sort();
    let entries = files.iter().map(|file| entry(file)).collect::<io::Result<String>>()?;
    Ok(format!("const {name}: &[Embedded] = &[\n{entries}];\n"))
}

/// One migration: the file `0011_events.sql` is version 11.
fn entry(file: &Path) -> io::Result<String> {
    println!("cargo::rerun-if-changed={}", file.display());
    let misnamed = || io::Error::other(format!("{}: expected a name such as 0011_events.sql", file.display()));
    let stem = file.file_stem().and_then(|stem| stem.to_str()).ok_or_else(misnamed)?;
    let (version, description) = stem.split_once('_').ok_or_else(misnamed)?;
    let version: i64 = version.parse().map_err(|_| misnamed())?;
    Ok(format!("    ({version}, {:?}, include_str!({:?})),\n", description.replace('_', " "), file.canonicalize()?))
}

fn of_cargo(variable: &str) -> io::Result<String> {
    env::var(variable).map_err(io::Error::other)
}

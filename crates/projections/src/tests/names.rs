//! One name for file, table and checkpoint, and the same columns in the code and in both dialects.

use std::path::{Path, PathBuf};

use crate::all::read_models;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The last migration of that dialect that makes the table; the name of its file ends with the table's.
fn migration(dialect: &str, table: &str) -> String {
    let entries = std::fs::read_dir(root().join("migrations").join(dialect)).unwrap();
    let named = entries.map(|entry| entry.unwrap().path()).filter(|path| path.to_str().unwrap().ends_with(&format!("_{table}.sql")));
    let mut paths: Vec<PathBuf> = named.collect();
    paths.sort();
    let mut texts = paths.into_iter().rev().map(|path| std::fs::read_to_string(path).unwrap());
    texts.find(|sql| sql.contains(&format!("CREATE TABLE {table} ("))).unwrap_or_else(|| panic!("{dialect} has no table {table}"))
}

/// The columns of the statement that creates the table, and those of its primary key.
fn columns(sql: &str, table: &str) -> (Vec<String>, Vec<String>) {
    let body = sql.split_once(&format!("CREATE TABLE {table} (")).unwrap().1;
    let (columns, key) = body.split_once("PRIMARY KEY (").unwrap();
    let names = columns.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    let key = key.split_once(')').unwrap().0.split(", ").map(str::to_owned).collect();
    (names, key)
}

#[test]
fn a_projections_name_is_its_file_its_table_and_its_checkpoint() {
    for read_model in read_models() {
        let (table, name) = (read_model.table(), read_model.name());
        assert_eq!(table.name, name);
        let file = |folder| root().join(format!("crates/projections/src/{folder}/{name}.rs"));
        assert!(["life", "sections"].into_iter().any(|folder| file(folder).exists()), "{name}");
        for dialect in ["postgres", "sqlite"] {
            let (columns, key) = columns(&migration(dialect, name), name);
            assert_eq!(columns, table.columns, "{dialect}");
            // On PostgreSQL the partition, which is the same all over a leaf, comes last.
            let last = if dialect == "postgres" { 1 } else { 0 };
            let mut expected = table.key.to_vec();
            expected.rotate_left(last);
            assert_eq!(key, expected, "{dialect}");
        }
    }
}

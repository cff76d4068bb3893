//! Rebuilds the crate when a migration changes, because the migrations are built in.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}

//! The bare deposit: a file that is written, its bytes and its folder on the disk, then a row in a committed transaction. No HTTP, no seal.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use sqlx::Executor;
use sqlx::postgres::PgPool;
use uuid::Uuid;

use crate::failure::Failure;
use crate::measure::Caller;
use crate::request::document_of;

const TABLE: &str = "CREATE TABLE deposits (id uuid PRIMARY KEY, space uuid NOT NULL, title text NOT NULL, document_type text NOT NULL, \
     author text NOT NULL, media_type text NOT NULL, size integer NOT NULL, deposited_at timestamptz NOT NULL DEFAULT now())";
const INSERT: &str = "INSERT INTO deposits (id, space, title, document_type, author, media_type, size) \
     VALUES ($1, $2, 'Compte rendu de consultation', '11488-4', '81000000014', 'application/pdf', $3)";

/// Somebody who deposits one document after the other; clones deposit into the same place.
#[derive(Clone)]
pub(crate) struct BareDepositor {
    pool: PgPool,
    folder: Arc<Path>,
    document: Arc<[u8]>,
}

impl BareDepositor {
    /// Makes the table and 256 folders, among which files are spread by the end of their id.
    pub(crate) async fn prepared(pool: PgPool, folder: &Path, size: usize) -> Result<Self, Failure> {
        pool.execute(TABLE).await?;
        for end in 0..=u8::MAX {
            fs::create_dir_all(folder.join(format!("{end:02x}")))?;
        }
        Ok(Self { pool, folder: folder.into(), document: document_of(size).into() })
    }
}

impl Caller for BareDepositor {
    async fn call(&mut self) -> Result<u64, Failure> {
        let (id, document) = (Uuid::now_v7(), Arc::clone(&self.document));
        let [.., end] = id.into_bytes();
        let folder = self.folder.join(format!("{end:02x}"));
        tokio::task::spawn_blocking(move || write(&folder, &folder.join(id.to_string()), &document)).await??;
        let size = i32::try_from(self.document.len()).unwrap_or(i32::MAX);
        sqlx::query(INSERT).bind(id).bind(Uuid::now_v7()).bind(size).execute(&self.pool).await?;
        Ok(1)
    }
}

/// Writes a file, and returns when its bytes and its name are on the disk.
fn write(folder: &Path, file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create_new(file)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::File::open(folder)?.sync_all()
}

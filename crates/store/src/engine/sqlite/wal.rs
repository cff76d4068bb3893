//! The write-ahead log of the keys' file.

use sqlx::sqlite::SqlitePool;

use crate::ground::StoreError;

/// Checkpoints the keys' write-ahead log and empties it: what `secure_delete` overwrote in the file must not survive beside it.
pub(super) async fn checkpoint_keys(writer: &SqlitePool) -> Result<(), StoreError> {
    let (busy, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA keys.wal_checkpoint(TRUNCATE)").fetch_one(writer).await?;
    if busy != 0 {
        tracing::info!("a reader holds the keys' write-ahead log; it is emptied with the next destruction or at the next start");
    }
    Ok(())
}

//! Inserting keys of spaces on PostgreSQL, committed by themselves.

use sqlx::postgres::PgPool;

use crate::ground::{StoreError, StoredKey};

/// Inserts the generations that are absent and answers how many that were.
pub(super) async fn insert_keys(pool: &PgPool, keys: &[StoredKey]) -> Result<u64, StoreError> {
    let made = sqlx::query(
        "INSERT INTO keys.space_keys (partition, space, generation, wrapped) \
         SELECT p, s, g, w FROM UNNEST($1::smallint[], $2::uuid[], $3::integer[], $4::bytea[]) AS row (p, s, g, w) \
         ORDER BY p, s, g ON CONFLICT (partition, space, generation) DO NOTHING",
    )
    .bind(keys.iter().map(|key| key.partition.column()).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.space.uuid()).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| i32::try_from(key.generation).unwrap_or(i32::MAX)).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.wrapped.as_deref()).collect::<Vec<_>>())
    .execute(pool)
    .await?;
    Ok(made.rows_affected())
}

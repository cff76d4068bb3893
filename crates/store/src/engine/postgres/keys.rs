//! The keys on PostgreSQL: a schema of their own.

use async_trait::async_trait;
use ens_domain::ids::SpaceId;
use uuid::Uuid;

use super::connections::Postgres;
use super::new_keys::insert_keys;
use crate::engine::contract::Keys;
use crate::engine::text;
use crate::ground::{Partition, StoreError, StoreIdentity, StoredKey};

#[async_trait]
impl Keys for Postgres {
    async fn keys(&self, partition: Partition, spaces: &[SpaceId]) -> Result<Vec<StoredKey>, StoreError> {
        let sql = format!(
            "SELECT space, generation, wrapped FROM keys.space_keys \
             WHERE partition = {partition} AND space = ANY($1) ORDER BY space, generation"
        );
        let wanted: Vec<Uuid> = spaces.iter().map(|space| space.uuid()).collect();
        let rows: Vec<(Uuid, i32, Option<Vec<u8>>)> = sqlx::query_as(&sql).bind(wanted).fetch_all(&self.writers).await?;
        rows.into_iter().map(|(space, generation, wrapped)| stored_key(partition, space, generation, wrapped)).collect()
    }

    async fn create_keys(&self, keys: &[StoredKey]) -> Result<u64, StoreError> {
        insert_keys(&self.pool, keys).await
    }

    async fn destroy_keys_again(&self) -> Result<u64, StoreError> {
        let destroyed = sqlx::query(
            "UPDATE keys.space_keys k SET wrapped = NULL, destroyed_at = clock_timestamp() \
             FROM (SELECT partition, aggregate_id::uuid AS space, count(*) AS ended FROM events \
                   WHERE aggregate_type = 'health_space' AND event_type = 'Destroyed' GROUP BY partition, aggregate_id) gone \
             WHERE k.partition = gone.partition AND k.space = gone.space AND k.generation <= gone.ended AND k.wrapped IS NOT NULL",
        )
        .execute(&self.pool)
        .await?;
        Ok(destroyed.rows_affected())
    }

    async fn any_key(&self) -> Result<Option<StoredKey>, StoreError> {
        let row: Option<(i16, Uuid, i32, Option<Vec<u8>>)> = sqlx::query_as(text::ANY_KEY).fetch_optional(&self.pool).await?;
        row.map(|(partition, space, generation, wrapped)| stored_key(Partition::from_column(partition)?, space, generation, wrapped))
            .transpose()
    }

    async fn identity(&self) -> Result<Option<StoreIdentity>, StoreError> {
        let row: Option<(Uuid, Vec<u8>)> = sqlx::query_as(text::IDENTITY).fetch_optional(&self.pool).await?;
        Ok(row.map(|(store, master_check)| StoreIdentity { store, master_check }))
    }

    async fn keep_identity(&self, identity: &StoreIdentity) -> Result<StoreIdentity, StoreError> {
        sqlx::query(text::KEEP_IDENTITY).bind(identity.store).bind(&identity.master_check).execute(&self.pool).await?;
        // A statement of its own: it sees what another process committed while the insert waited for it.
        let (store, master_check) = sqlx::query_as(text::IDENTITY).fetch_one(&self.pool).await?;
        Ok(StoreIdentity { store, master_check })
    }
}

fn stored_key(partition: Partition, space: Uuid, generation: i32, wrapped: Option<Vec<u8>>) -> Result<StoredKey, StoreError> {
    let generation = u32::try_from(generation).map_err(|_| StoreError::Malformed("a key's generation is negative"))?;
    Ok(StoredKey { space: space.into(), partition, generation, wrapped })
}

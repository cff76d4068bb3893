//! The keys on SQLite: a file of their own, attached.

use async_trait::async_trait;
use ens_domain::ids::SpaceId;
use uuid::Uuid;

use super::append::{Target, insert};
use super::binding::{SPACE_KEY, array, bind_space_key};
use super::connections::Sqlite;
use super::wal::checkpoint_keys;
use crate::engine::contract::Keys;
use crate::engine::text;
use crate::ground::{Partition, StoreError, StoreIdentity, StoredKey};

#[async_trait]
impl Keys for Sqlite {
    async fn keys(&self, partition: Partition, spaces: &[SpaceId]) -> Result<Vec<StoredKey>, StoreError> {
        let sql = format!(
            "SELECT space, generation, wrapped FROM keys.space_keys \
             WHERE partition = {partition} AND space IN (SELECT value FROM json_each($1)) ORDER BY space, generation"
        );
        let wanted: Vec<String> = spaces.iter().map(SpaceId::to_string).collect();
        let rows: Vec<(String, u32, Option<Vec<u8>>)> = sqlx::query_as(&sql).bind(array(&wanted)).fetch_all(self.readers()).await?;
        rows.into_iter().map(|(space, generation, wrapped)| stored_key(partition, &space, generation, wrapped)).collect()
    }

    async fn create_keys(&self, keys: &[StoredKey]) -> Result<u64, StoreError> {
        let mut transaction = self.write().await?;
        let into = Target {
            head: "keys.space_keys (partition, space, generation, wrapped)",
            columns: SPACE_KEY,
            on_conflict: "ON CONFLICT (partition, space, generation) DO NOTHING",
        };
        let made = insert(&mut transaction, into, keys, bind_space_key).await?;
        transaction.commit().await.map_err(StoreError::at_commit)?;
        Ok(made)
    }

    async fn destroy_keys_again(&self) -> Result<u64, StoreError> {
        let destroyed = sqlx::query(
            "UPDATE keys.space_keys AS k SET wrapped = NULL, destroyed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') \
             FROM (SELECT partition, aggregate_id AS space, count(*) AS ended FROM events \
                   WHERE aggregate_type = 'health_space' AND event_type = 'Destroyed' GROUP BY partition, aggregate_id) AS gone \
             WHERE k.partition = gone.partition AND k.space = gone.space AND k.generation <= gone.ended AND k.wrapped IS NOT NULL",
        )
        .execute(self.writer())
        .await?
        .rows_affected();
        checkpoint_keys(self.writer()).await?;
        Ok(destroyed)
    }

    async fn any_key(&self) -> Result<Option<StoredKey>, StoreError> {
        let row: Option<(i16, String, u32, Option<Vec<u8>>)> = sqlx::query_as(text::ANY_KEY).fetch_optional(self.readers()).await?;
        row.map(|(partition, space, generation, wrapped)| stored_key(Partition::from_column(partition)?, &space, generation, wrapped))
            .transpose()
    }

    async fn identity(&self) -> Result<Option<StoreIdentity>, StoreError> {
        let row: Option<(Uuid, Vec<u8>)> = sqlx::query_as(text::IDENTITY).fetch_optional(self.readers()).await?;
        Ok(row.map(|(store, master_check)| StoreIdentity { store, master_check }))
    }

    async fn keep_identity(&self, identity: &StoreIdentity) -> Result<StoreIdentity, StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query(text::KEEP_IDENTITY).bind(identity.store).bind(&identity.master_check).execute(&mut *transaction).await?;
        let (store, master_check) = sqlx::query_as(text::IDENTITY).fetch_one(&mut *transaction).await?;
        transaction.commit().await.map_err(StoreError::at_commit)?;
        Ok(StoreIdentity { store, master_check })
    }
}

fn stored_key(partition: Partition, space: &str, generation: u32, wrapped: Option<Vec<u8>>) -> Result<StoredKey, StoreError> {
    let space = space.parse().map_err(|_| StoreError::Malformed("a key names no space"))?;
    Ok(StoredKey { space, partition, generation, wrapped })
}

//! The registry on SQLite.

use async_trait::async_trait;
use ens_domain::ids::SpaceId;
use ens_domain::ins::InsDigest;

use super::binding::{array, hex};
use super::connections::Sqlite;
use crate::engine::contract::Registry;
use crate::ground::StoreError;

#[async_trait]
impl Registry for Sqlite {
    async fn reserve(&self, proposals: &[(InsDigest, SpaceId)]) -> Result<Vec<(InsDigest, SpaceId)>, StoreError> {
        let mut transaction = self.write().await?;
        let mut reserved = Vec::new();
        for (digest, space) in proposals {
            let inserted =
                sqlx::query("INSERT INTO space_registry (ins_digest, space_id) VALUES ($1, $2) ON CONFLICT (ins_digest) DO NOTHING")
                    .bind(digest.as_bytes().as_slice())
                    .bind(space.to_string())
                    .execute(&mut *transaction)
                    .await?;
            if inserted.rows_affected() == 1 {
                reserved.push((*digest, *space));
            }
        }
        transaction.commit().await?;
        Ok(reserved)
    }

    async fn find_spaces(&self, digests: &[InsDigest]) -> Result<Vec<(InsDigest, SpaceId)>, StoreError> {
        let wanted: Vec<String> = digests.iter().map(|digest| hex(digest.as_bytes())).collect();
        let rows: Vec<(Vec<u8>, String)> =
            sqlx::query_as("SELECT ins_digest, space_id FROM space_registry WHERE ins_digest IN (SELECT unhex(value) FROM json_each($1))")
                .bind(array(&wanted))
                .fetch_all(self.readers())
                .await?;
        rows.into_iter()
            .map(|(found, space)| {
                let space = space.parse().map_err(|_| StoreError::Malformed("the registry names no space"))?;
                Ok((InsDigest::from_bytes(digest(found)?), space))
            })
            .collect()
    }
}

/// 32 bytes out of a blob.
fn digest(blob: Vec<u8>) -> Result<[u8; 32], StoreError> {
    blob.try_into().map_err(|_| StoreError::Malformed("a digest has another length"))
}

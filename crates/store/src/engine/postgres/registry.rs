//! The registry on PostgreSQL.

use async_trait::async_trait;
use ens_domain::ids::SpaceId;
use ens_domain::ins::InsDigest;
use uuid::Uuid;

use super::connections::Postgres;
use crate::engine::contract::Registry;
use crate::ground::StoreError;

#[async_trait]
impl Registry for Postgres {
    async fn reserve(&self, proposals: &[(InsDigest, SpaceId)]) -> Result<Vec<(InsDigest, SpaceId)>, StoreError> {
        let rows: Vec<([u8; 32], Uuid)> = sqlx::query_as(
            "INSERT INTO space_registry (ins_digest, space_id) SELECT d, s FROM UNNEST($1::bytea[], $2::uuid[]) AS row (d, s) \
             ON CONFLICT (ins_digest) DO NOTHING RETURNING ins_digest, space_id",
        )
        .bind(proposals.iter().map(|(digest, _)| digest.as_bytes().as_slice()).collect::<Vec<_>>())
        .bind(proposals.iter().map(|(_, space)| space.uuid()).collect::<Vec<_>>())
        .fetch_all(&self.pool)
        .await?;
        Ok(entries(rows))
    }

    async fn find_spaces(&self, digests: &[InsDigest]) -> Result<Vec<(InsDigest, SpaceId)>, StoreError> {
        let rows: Vec<([u8; 32], Uuid)> = sqlx::query_as("SELECT ins_digest, space_id FROM space_registry WHERE ins_digest = ANY($1)")
            .bind(digests.iter().map(|digest| digest.as_bytes().as_slice()).collect::<Vec<_>>())
            .fetch_all(&self.pool)
            .await?;
        Ok(entries(rows))
    }
}

fn entries(rows: Vec<([u8; 32], Uuid)>) -> Vec<(InsDigest, SpaceId)> {
    rows.into_iter().map(|(digest, space)| (InsDigest::from_bytes(digest), SpaceId::from(space))).collect()
}

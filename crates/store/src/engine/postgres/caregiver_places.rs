//! The places of caregivers on PostgreSQL: each statement is on the rows of one caregiver, which Citus keeps on one server.

use async_trait::async_trait;
use ens_domain::ids::SpaceId;
use uuid::Uuid;

use super::connections::Postgres;
use crate::engine::contract::CaregiverPlaces;
use crate::engine::text;
use crate::ground::{CaregiverDigest, CaregiverPlace, StoreError};

#[async_trait]
impl CaregiverPlaces for Postgres {
    async fn caregiver_places(&self, caregiver: &CaregiverDigest) -> Result<Vec<CaregiverPlace>, StoreError> {
        let rows: Vec<(i16, Uuid, i64)> = sqlx::query_as(text::CAREGIVER_PLACES).bind(caregiver.as_slice()).fetch_all(&self.pool).await?;
        rows.into_iter().map(|(number, space, taken_at)| place(number, SpaceId::from(space), taken_at)).collect()
    }

    async fn insert_place(&self, caregiver: &CaregiverDigest, place: &CaregiverPlace) -> Result<bool, StoreError> {
        let inserted = sqlx::query(text::INSERT_PLACE)
            .bind(caregiver.as_slice())
            .bind(i16::from(place.number))
            .bind(place.space.uuid())
            .bind(place.taken_at)
            .execute(&self.pool)
            .await?;
        Ok(inserted.rows_affected() == 1)
    }

    async fn renew_place(&self, caregiver: &CaregiverDigest, space: SpaceId, taken_at: i64) -> Result<bool, StoreError> {
        let renewed =
            sqlx::query(text::RENEW_PLACE).bind(caregiver.as_slice()).bind(space.uuid()).bind(taken_at).execute(&self.pool).await?;
        Ok(renewed.rows_affected() == 1)
    }

    async fn free_place(&self, caregiver: &CaregiverDigest, place: &CaregiverPlace) -> Result<bool, StoreError> {
        let freed = sqlx::query(text::FREE_PLACE)
            .bind(caregiver.as_slice())
            .bind(i16::from(place.number))
            .bind(place.space.uuid())
            .bind(place.taken_at)
            .execute(&self.pool)
            .await?;
        Ok(freed.rows_affected() == 1)
    }
}

fn place(number: i16, space: SpaceId, taken_at: i64) -> Result<CaregiverPlace, StoreError> {
    let number = u8::try_from(number).map_err(|_| StoreError::Malformed("a place of a caregiver has another number"))?;
    Ok(CaregiverPlace { number, space, taken_at })
}

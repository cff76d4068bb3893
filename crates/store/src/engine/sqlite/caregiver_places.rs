//! The places of caregivers on SQLite: one statement each, which is a transaction of its own.

use async_trait::async_trait;
use ens_domain::ids::SpaceId;

use super::connections::Sqlite;
use crate::engine::contract::CaregiverPlaces;
use crate::engine::text;
use crate::ground::{CaregiverDigest, CaregiverPlace, StoreError};

#[async_trait]
impl CaregiverPlaces for Sqlite {
    async fn caregiver_places(&self, caregiver: &CaregiverDigest) -> Result<Vec<CaregiverPlace>, StoreError> {
        let rows: Vec<(i64, String, i64)> =
            sqlx::query_as(text::CAREGIVER_PLACES).bind(caregiver.as_slice()).fetch_all(self.readers()).await?;
        rows.into_iter().map(|(number, space, taken_at)| place(number, &space, taken_at)).collect()
    }

    async fn insert_place(&self, caregiver: &CaregiverDigest, place: &CaregiverPlace) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let inserted = sqlx::query(text::INSERT_PLACE)
            .bind(caregiver.as_slice())
            .bind(i64::from(place.number))
            .bind(place.space.to_string())
            .bind(place.taken_at)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await.map_err(StoreError::at_commit)?;
        Ok(inserted.rows_affected() == 1)
    }

    async fn renew_place(&self, caregiver: &CaregiverDigest, space: SpaceId, taken_at: i64) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let renewed = sqlx::query(text::RENEW_PLACE)
            .bind(caregiver.as_slice())
            .bind(space.to_string())
            .bind(taken_at)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await.map_err(StoreError::at_commit)?;
        Ok(renewed.rows_affected() == 1)
    }

    async fn free_place(&self, caregiver: &CaregiverDigest, place: &CaregiverPlace) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let freed = sqlx::query(text::FREE_PLACE)
            .bind(caregiver.as_slice())
            .bind(i64::from(place.number))
            .bind(place.space.to_string())
            .bind(place.taken_at)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await.map_err(StoreError::at_commit)?;
        Ok(freed.rows_affected() == 1)
    }
}

fn place(number: i64, space: &str, taken_at: i64) -> Result<CaregiverPlace, StoreError> {
    let number = u8::try_from(number).map_err(|_| StoreError::Malformed("a place of a caregiver has another number"))?;
    let space = space.parse().map_err(|_| StoreError::Malformed("a place of a caregiver names no space"))?;
    Ok(CaregiverPlace { number, space, taken_at })
}

//! The order of one append, spelled once: what every transaction of several statements writes, and in which order.
//!
//! head moved → events → idempotency keys → messages in → messages out → keys destroyed, places freed → commit
//! The keys of new spaces are committed before, by themselves: a key that seals nothing does no harm, and on SQLite two files are not
//! committed at once.

use crate::ground::{Batch, StoreError, count};

use super::contract::{AppendTransaction, AtHead};

/// Writes a batch in one transaction, if the head is where the transaction knows it to be.
pub(crate) async fn append_in_parts(mut transaction: Box<dyn AppendTransaction>, batch: &Batch) -> Result<AtHead, StoreError> {
    if transaction.move_head(batch.last_position()).await? == AtHead::Moved {
        return Ok(AtHead::Moved);
    }
    if !batch.rows.is_empty() {
        transaction.insert_events(&batch.rows).await?;
    }
    if !batch.requests.is_empty() && transaction.remember(&batch.requests).await? < count(batch.requests.len()) {
        return Err(StoreError::duplicate());
    }
    if !batch.messages.is_empty() {
        transaction.enqueue_messages(&batch.messages).await?;
    }
    if !batch.completed_messages.is_empty() {
        transaction.complete_messages(&batch.completed_messages).await?;
    }
    if !batch.destroyed.is_empty() {
        transaction.destroy_keys(&batch.destroyed).await?;
    }
    transaction.commit().await?;
    Ok(AtHead::Written)
}

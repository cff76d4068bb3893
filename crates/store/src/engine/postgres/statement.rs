//! The parts of an append on PostgreSQL, and what is bound to them: one statement of several parts, or one part a statement.
//!
//! In the one statement every part reads from `head`, the row that was moved: where the head is not where it was known to be, no part finds
//! anything to write. The partition stands in the text, so that a plan is made once for it and touches no other.

use sqlx::postgres::{PgArguments, PgHasArrayType};
use sqlx::{Arguments, Encode, Postgres as Pg, Type};

use crate::append::{NewMessage, Remembered, Row};
use crate::engine::{StoredKey, column};
use crate::error::StoreError;
use crate::partition::Partition;
use ens_domain::ids::MessageId;

/// A statement that is being put together.
pub(super) struct Statement {
    partition: Partition,
    /// What a part reads from besides its own arrays.
    source: &'static str,
    parts: Vec<String>,
    arguments: PgArguments,
    bound: usize,
}

impl Statement {
    /// A statement of one part.
    pub(super) fn alone(partition: Partition) -> Self {
        Self { partition, source: "", parts: Vec::new(), arguments: PgArguments::default(), bound: 0 }
    }

    /// A statement whose parts are written if the head is moved from where it is known to be.
    pub(super) fn at_head(partition: Partition, from: u64, to: u64) -> Result<Self, StoreError> {
        let mut statement = Self { source: "head, ", ..Self::alone(partition) };
        let (from, to) = (statement.bind(column(from))?, statement.bind(column(to))?);
        let head =
            format!("UPDATE log_heads SET position = {to} WHERE partition = {partition} AND position = {from} RETURNING {from} AS known");
        statement.parts.push(head);
        Ok(statement)
    }

    /// Its text, where it is of one part.
    pub(super) fn one(self) -> (String, PgArguments) {
        (self.parts.concat(), self.arguments)
    }

    /// Its text; it answers one row if it wrote.
    pub(super) fn all(self) -> (String, PgArguments) {
        let parts: Vec<String> = self
            .parts
            .iter()
            .enumerate()
            .map(|(number, part)| if number == 0 { format!("head AS ({part})") } else { format!("part_{number} AS ({part})") })
            .collect();
        (format!("WITH {} SELECT known FROM head", parts.join(", ")), self.arguments)
    }

    fn bind<'q, T: Encode<'q, Pg> + Type<Pg> + 'q>(&mut self, value: T) -> Result<String, StoreError> {
        self.arguments.add(value).map_err(|_| StoreError::Unstorable("a value that does not encode"))?;
        self.bound += 1;
        Ok(format!("${}", self.bound))
    }

    /// Binds one array a column, each made of the rows by its own function.
    fn array<'q, R, T>(&mut self, rows: &'q [R], field: impl Fn(&'q R) -> T) -> Result<String, StoreError>
    where
        T: Encode<'q, Pg> + Type<Pg> + PgHasArrayType + 'q,
        Vec<T>: Encode<'q, Pg> + Type<Pg>,
    {
        self.bind(rows.iter().map(field).collect::<Vec<T>>())
    }

    /// The rows of the log; only in a statement at a head, which gives them their positions.
    pub(super) fn log(&mut self, rows: &[Row<'_>]) -> Result<(), StoreError> {
        let arrays = [
            self.array(rows, |row| row.aggregate_type)?,
            self.array(rows, |row| row.aggregate_id)?,
            self.array(rows, |row| column(row.sequence))?,
            self.array(rows, |row| row.event.event_type.as_str())?,
            self.array(rows, |row| row.event.event_version.as_str())?,
            self.array(rows, |row| row.event.payload.as_str())?,
            self.array(rows, |row| row.event.metadata.as_str())?,
        ]
        .join(", ");
        let partition = self.partition;
        self.parts.push(format!(
            "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, partition, position) \
             SELECT t, i, s, e, v, p::json, m::json, {partition}, known + n FROM head, \
             UNNEST({arrays}) WITH ORDINALITY AS row (t, i, s, e, v, p, m, n)"
        ));
        Ok(())
    }

    /// The idempotency keys.
    pub(super) fn remembered(&mut self, keys: &[Remembered]) -> Result<(), StoreError> {
        let arrays = [
            self.array(keys, |key| key.request.key.as_slice())?,
            self.array(keys, |key| key.request.digest.as_slice())?,
            self.array(keys, |key| key.space.as_str())?,
            self.array(keys, |key| column(key.version_before))?,
            self.array(keys, |key| column(key.version))?,
            self.array(keys, |key| column(key.position))?,
        ]
        .join(", ");
        let Self { partition, source, .. } = self;
        let part = format!(
            "INSERT INTO idempotency_keys (key, digest, partition, space, version_before, version, position) \
             SELECT k, d, {partition}, s, b, v, p FROM {source}UNNEST({arrays}) AS row (k, d, s, b, v, p)"
        );
        self.parts.push(part);
        Ok(())
    }

    /// The keys of spaces.
    pub(super) fn space_keys(&mut self, keys: &[StoredKey]) -> Result<(), StoreError> {
        let arrays = [
            self.array(keys, |key| key.space.uuid())?,
            self.array(keys, |key| i32::try_from(key.generation).unwrap_or(i32::MAX))?,
            self.array(keys, |key| key.wrapped.as_deref())?,
        ]
        .join(", ");
        let Self { partition, source, .. } = self;
        let part = format!(
            "INSERT INTO keys.space_keys (partition, space, generation, wrapped) \
             SELECT {partition}, s, g, w FROM {source}UNNEST({arrays}) AS row (s, g, w)"
        );
        self.parts.push(part);
        Ok(())
    }

    /// The messages of the outbox; one that is there already stays as it is.
    pub(super) fn posted(&mut self, messages: &[&NewMessage]) -> Result<(), StoreError> {
        let arrays = [
            self.array(messages, |message| message.message.uuid())?,
            self.array(messages, |message| message.space.uuid())?,
            self.array(messages, |message| message.kind)?,
            self.array(messages, |message| message.channel)?,
            self.array(messages, |message| message.content.as_str())?,
            self.array(messages, |message| message.due_at)?,
        ]
        .join(", ");
        let Self { partition, source, .. } = self;
        let part = format!(
            "INSERT INTO outbox (partition, message, space, kind, channel, content, due_at) \
             SELECT {partition}, m, s, k, c, x::json, d FROM {source}UNNEST({arrays}) AS row (m, s, k, c, x, d) \
             ON CONFLICT (partition, message) DO NOTHING"
        );
        self.parts.push(part);
        Ok(())
    }

    /// The end of messages.
    pub(super) fn settled(&mut self, messages: &[MessageId]) -> Result<(), StoreError> {
        let ids = self.array(messages, |message| message.uuid())?;
        let Self { partition, source, .. } = self;
        let using = if source.is_empty() { "" } else { " USING head" };
        let part = format!("DELETE FROM outbox{using} WHERE partition = {partition} AND message = ANY({ids})");
        self.parts.push(part);
        Ok(())
    }

    /// What a lone insertion does with rows that are there already.
    pub(super) fn but_leave(&mut self, key: &str) {
        self.parts.push(format!(" ON CONFLICT ({key}) DO NOTHING"));
    }
}

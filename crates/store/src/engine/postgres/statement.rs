//! The statements of an append on PostgreSQL, and what is bound to them: arrays of any length, so that one text and one plan serve all.
//!
//! One partition: one table a statement, the partition in its text, so that it touches no other. Several at their heads, on one server: one
//! statement for all tables; `head` are the heads that were where they were known to be, and only their rows find anything to be written to.

use sqlx::postgres::{PgArguments, PgHasArrayType};
use sqlx::{Arguments, Encode, Postgres as Pg, Type};

use crate::engine::numbers::column;
use crate::ground::Partition;
use crate::ground::StoreError;
use crate::ground::StoredKey;
use crate::ground::{Batch, NewMessage, NewRow, Remembered};

/// Where the rows of a statement go.
#[derive(Clone, Copy)]
enum WrittenTo {
    One(Partition),
    /// Each row says where, and is written if the head of that partition was moved.
    AtHeads,
}

/// A statement that is being put together.
pub(super) struct Statement {
    written_to: WrittenTo,
    parts: Vec<String>,
    arguments: PgArguments,
    bound: usize,
}

/// A table, its columns but the partition, and how they are made of the arrays' own columns.
struct Target {
    table: &'static str,
    columns: &'static str,
    values: &'static str,
    arrays: &'static str,
}

const LOG: Target = Target {
    table: "events",
    columns: "aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, position",
    values: "t, i, s, e, v, p::json, m::json, n",
    arrays: "t, i, s, e, v, p, m, n",
};
const REMEMBERED: Target = Target {
    table: "idempotency_keys",
    columns: "key, digest, space, version_before, version, position",
    values: "k, d, s, b, v, n",
    arrays: "k, d, s, b, v, n",
};
const SPACE_KEYS: Target = Target { table: "keys.space_keys", columns: "space, generation, wrapped", values: "s, g, w", arrays: "s, g, w" };
const OUTBOX: Target = Target {
    table: "outbox",
    columns: "message, space, kind, channel, content, due_at",
    values: "m, s, k, c, x::json, d",
    arrays: "m, s, k, c, x, d",
};

impl Statement {
    /// A statement for one table in one partition.
    pub(super) fn of(partition: Partition) -> Self {
        Self::at(WrittenTo::One(partition))
    }

    /// The statement that writes these batches, those of one partition together, if its head is where it is known to be; it answers the
    /// partitions that were written.
    pub(super) fn at_heads(parts: &[&[Batch]]) -> Result<(String, PgArguments), StoreError> {
        let mut statement = Self::at(WrittenTo::AtHeads);
        let (firsts, lasts) = (parts.iter().filter_map(|part| part.first()), parts.iter().filter_map(|part| part.last()));
        let partitions = statement.array(firsts.clone(), |batch| batch.partition.column())?;
        let known = statement.array(firsts, |batch| column(batch.head))?;
        let moved = statement.array(lasts, |batch| column(batch.last_position()))?;
        let batches: Vec<&Batch> = parts.iter().copied().flatten().collect();
        // By index, so in the order of the partitions: two processes wait for each other instead of deadlocking.
        let of = |array: &str| format!("({array}::bigint[])[array_position({partitions}::smallint[], partition)]");
        let head = format!(
            "UPDATE log_heads SET position = {} WHERE partition = ANY({partitions}::smallint[]) AND position = {} RETURNING partition",
            of(&moved),
            of(&known)
        );
        statement.parts.push(head);
        statement.insert(&LOG, &batches, |batch| &batch.rows, Self::row_arrays)?;
        statement.insert(&REMEMBERED, &batches, |batch| &batch.requests, Self::remembered_arrays)?;
        statement.insert(&SPACE_KEYS, &batches, |batch| &batch.new_keys, Self::key_arrays)?;
        statement.insert(&OUTBOX, &batches, |batch| &batch.messages, Self::message_arrays)?;
        let named = statement.parts.iter().enumerate().map(|(number, part)| match number {
            0 => format!("head AS ({part})"),
            number => format!("part_{number} AS ({part})"),
        });
        let sql = format!("WITH {} SELECT partition FROM head", named.collect::<Vec<_>>().join(", "));
        Ok((sql, statement.arguments))
    }

    fn at(written_to: WrittenTo) -> Self {
        Self { written_to, parts: Vec::new(), arguments: PgArguments::default(), bound: 0 }
    }

    /// The text of a statement for one table.
    pub(super) fn text(self) -> (String, PgArguments) {
        (self.parts.concat(), self.arguments)
    }

    /// The same, where rows that are there already are left as they are.
    pub(super) fn on_conflict_do_nothing(self, key: &str) -> (String, PgArguments) {
        let (sql, arguments) = self.text();
        (format!("{sql} ON CONFLICT ({key}) DO NOTHING"), arguments)
    }

    /// Rows of the log.
    pub(super) fn events(&mut self, rows: &[NewRow]) -> Result<(), StoreError> {
        let arrays = self.row_arrays(&rows.iter().collect::<Vec<_>>())?;
        self.push(&LOG, &arrays);
        Ok(())
    }

    /// Idempotency keys.
    pub(super) fn requests(&mut self, keys: &[Remembered]) -> Result<(), StoreError> {
        let arrays = self.remembered_arrays(&keys.iter().collect::<Vec<_>>())?;
        self.push(&REMEMBERED, &arrays);
        Ok(())
    }

    /// Messages of the outbox; one that is there already stays as it is.
    pub(super) fn messages(&mut self, messages: &[NewMessage]) -> Result<(), StoreError> {
        let arrays = self.message_arrays(&messages.iter().collect::<Vec<_>>())?;
        self.push(&OUTBOX, &arrays);
        Ok(())
    }

    /// What all batches have for one table, each row with its batch's partition; nothing where none has any.
    fn insert<R>(
        &mut self,
        target: &Target,
        batches: &[&Batch],
        of: impl Fn(&Batch) -> &Vec<R>,
        arrays: impl Fn(&mut Self, &[&R]) -> Result<Vec<String>, StoreError>,
    ) -> Result<(), StoreError> {
        let rows: Vec<&R> = batches.iter().flat_map(|batch| of(batch)).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let placed = batches.iter().flat_map(|batch| std::iter::repeat_n(batch.partition.column(), of(batch).len()));
        let mut all = vec![format!("{}::smallint[]", self.array(placed, |partition| partition)?)];
        all.extend(arrays(self, &rows)?);
        self.push(target, &all);
        Ok(())
    }

    fn push(&mut self, target: &Target, arrays: &[String]) {
        let Target { table, columns, values, arrays: names } = target;
        let arrays = arrays.join(", ");
        let part = match self.written_to {
            WrittenTo::One(partition) => {
                format!("INSERT INTO {table} (partition, {columns}) SELECT {partition}, {values} FROM UNNEST({arrays}) AS row ({names})")
            }
            WrittenTo::AtHeads => format!(
                "INSERT INTO {table} (partition, {columns}) SELECT a, {values} FROM UNNEST({arrays}) AS row (a, {names}) \
                 WHERE a = ANY(ARRAY(SELECT partition FROM head))"
            ),
        };
        let kept = if *table == OUTBOX.table { " ON CONFLICT (partition, message) DO NOTHING" } else { "" };
        self.parts.push(format!("{part}{kept}"));
    }

    fn row_arrays(&mut self, rows: &[&NewRow]) -> Result<Vec<String>, StoreError> {
        Ok(vec![
            self.array(rows.iter(), |row| row.aggregate_type.as_str())?,
            self.array(rows.iter(), |row| row.aggregate_id.as_str())?,
            self.array(rows.iter(), |row| column(row.sequence))?,
            self.array(rows.iter(), |row| row.event.event_type.as_str())?,
            self.array(rows.iter(), |row| row.event.event_version.as_str())?,
            self.array(rows.iter(), |row| row.event.payload.as_str())?,
            self.array(rows.iter(), |row| row.event.metadata.as_str())?,
            self.array(rows.iter(), |row| column(row.position))?,
        ])
    }

    fn remembered_arrays(&mut self, keys: &[&Remembered]) -> Result<Vec<String>, StoreError> {
        Ok(vec![
            self.array(keys.iter(), |key| key.request.key)?,
            self.array(keys.iter(), |key| key.request.digest)?,
            self.array(keys.iter(), |key| key.request.space.uuid())?,
            self.array(keys.iter(), |key| column(key.version_before))?,
            self.array(keys.iter(), |key| column(key.version))?,
            self.array(keys.iter(), |key| column(key.position))?,
        ])
    }

    fn key_arrays(&mut self, keys: &[&StoredKey]) -> Result<Vec<String>, StoreError> {
        Ok(vec![
            self.array(keys.iter(), |key| key.space.uuid())?,
            self.array(keys.iter(), |key| i32::try_from(key.generation).unwrap_or(i32::MAX))?,
            self.array(keys.iter(), |key| key.wrapped.as_deref())?,
        ])
    }

    fn message_arrays(&mut self, messages: &[&NewMessage]) -> Result<Vec<String>, StoreError> {
        Ok(vec![
            self.array(messages.iter(), |message| message.message.uuid())?,
            self.array(messages.iter(), |message| message.space.uuid())?,
            self.array(messages.iter(), |message| message.kind)?,
            self.array(messages.iter(), |message| message.channel)?,
            self.array(messages.iter(), |message| message.content.as_str())?,
            self.array(messages.iter(), |message| message.due_at)?,
        ])
    }

    /// Binds one array, made of the rows by a function; answers its placeholder.
    fn array<'q, R, T>(&mut self, rows: impl Iterator<Item = R>, field: impl Fn(R) -> T) -> Result<String, StoreError>
    where
        T: Encode<'q, Pg> + Type<Pg> + PgHasArrayType + 'q,
        Vec<T>: Encode<'q, Pg> + Type<Pg>,
    {
        let values: Vec<T> = rows.map(field).collect();
        self.arguments.add(values).map_err(|_| StoreError::Unstorable("a value that does not encode"))?;
        self.bound += 1;
        Ok(format!("${}", self.bound))
    }
}

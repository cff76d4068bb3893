//! The gauges that are read before and after each run: clock, processors, bytes written.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::{PgConnection, Row};
use tokio::sync::Mutex;

use crate::failure::Failure;
use crate::number::as_float;
use crate::processor;

/// Which gauges there are to read.
#[derive(Clone)]
pub(crate) struct Gauges {
    /// The database server's first process, where it runs on this machine.
    server: Option<u32>,
    written: Written,
}

/// Where it is seen how much was written.
#[derive(Clone)]
enum Written {
    Nowhere,
    /// The write-ahead log of a PostgreSQL server.
    Wal(Arc<Mutex<PgConnection>>),
    /// The sizes of files.
    Files(Vec<PathBuf>),
}

impl Gauges {
    /// Of this process alone.
    pub(crate) const fn of_this_process() -> Self {
        Self { server: None, written: Written::Nowhere }
    }

    /// Of this process and of a PostgreSQL server, over a connection that does nothing else.
    pub(crate) async fn of_postgres(mut connection: PgConnection) -> Result<Self, Failure> {
        let backend: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await?;
        // A server on another machine has no process here.
        let server = u32::try_from(backend).ok().and_then(|backend| processor::parent_named(backend, "postgres"));
        Ok(Self { server, written: Written::Wal(Arc::new(Mutex::new(connection))) })
    }

    /// Of this process and of the files of an embedded database.
    pub(crate) const fn of_files(files: Vec<PathBuf>) -> Self {
        Self { server: None, written: Written::Files(files) }
    }

    /// What they show now.
    pub(crate) async fn read(&self) -> Result<Reading, Failure> {
        let written = match &self.written {
            Written::Nowhere => None,
            Written::Wal(connection) => Some(wal_position(&mut *connection.lock().await).await?),
            // A file that does not exist yet holds nothing.
            Written::Files(files) => Some(files.iter().filter_map(|file| Some(file.metadata().ok()?.len())).map(as_float).sum()),
        };
        Ok(Reading {
            at: Instant::now(),
            client: processor::of_this_process(),
            server: self.server.map(processor::of_family),
            machine: processor::of_the_machine(),
            written,
        })
    }
}

async fn wal_position(connection: &mut PgConnection) -> Result<f64, Failure> {
    let row = sqlx::query("SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::float8").fetch_one(connection).await?;
    Ok(row.try_get(0)?)
}

/// What the gauges showed at one instant.
pub(crate) struct Reading {
    at: Instant,
    client: Duration,
    server: Option<Duration>,
    machine: Duration,
    written: Option<f64>,
}

/// What a run took.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spent {
    /// Seconds that passed.
    pub(crate) seconds: f64,
    /// Processor time of the client, in microseconds.
    pub(crate) client_us: f64,
    /// Processor time of the server, where it could be seen.
    pub(crate) server_us: Option<f64>,
    /// Processors that other programs kept busy meanwhile.
    pub(crate) others: f64,
    /// Bytes written.
    pub(crate) bytes: Option<f64>,
}

impl Spent {
    /// Processor time of client and server, in microseconds.
    pub(crate) fn processor_us(&self) -> f64 {
        self.client_us + self.server_us.unwrap_or_default()
    }

    /// Takes what another process of the bench used out of the others' share.
    pub(crate) fn without(mut self, ours_us: f64) -> Self {
        self.others = (self.others - ours_us / 1e6 / self.seconds.max(f64::EPSILON)).max(0.0);
        self
    }
}

impl Reading {
    /// What was spent from here to there.
    pub(crate) fn until(&self, after: &Self) -> Spent {
        let seconds = (after.at - self.at).as_secs_f64();
        let client_us = micros(self.client, after.client);
        let server_us = self.server.zip(after.server).map(|(before, after)| micros(before, after));
        let busy = micros(self.machine, after.machine);
        let others = ((busy - client_us - server_us.unwrap_or_default()) / 1e6 / seconds.max(f64::EPSILON)).max(0.0);
        let bytes = self.written.zip(after.written).map(|(before, after)| (after - before).max(0.0));
        Spent { seconds, client_us, server_us, others, bytes }
    }
}

fn micros(before: Duration, after: Duration) -> f64 {
    after.saturating_sub(before).as_secs_f64() * 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_grows_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let gauges = Gauges::of_files(vec![file.clone()]);
        let before = gauges.read().await.unwrap();
        std::fs::write(&file, [0; 100]).unwrap();
        let spent = before.until(&gauges.read().await.unwrap());
        assert_eq!((spent.bytes, spent.server_us), (Some(100.0), None));
    }

    #[test]
    fn what_a_helper_used_is_not_the_others() {
        let spent = Spent { seconds: 2.0, others: 1.5, ..Spent::default() };
        assert!((spent.without(2e6).others - 0.5).abs() < 1e-9);
    }
}

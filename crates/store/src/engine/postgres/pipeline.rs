//! Reads of rows by their keys, sent one behind the other on one connection without waiting for answers, which sqlx cannot.
//!
//! absent --a read--> open --ended by the server--> the next read opens it anew        either --the store closes--> closed
//! - a connection that the server ended is opened anew
//! - what was said to be encrypted is not sent in clear
//!
//! Whatever this driver cannot do as sqlx does it is left to sqlx.

use std::borrow::Cow;
use std::collections::HashMap;
use std::env;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{Client, Config, NoTls, Row, Statement};

use super::session::{KEYED, REACH, SESSION};
use crate::engine::contract::RowsOf;
use crate::engine::text;
use crate::ground::Partition;
use crate::ground::StoreError;
use crate::ground::Table;

/// The connection. One, because the server gives each its own process: several cost the processors more in turns between them than they
/// save, and one sends more rows than a service can answer with.
pub(super) struct Pipeline {
    config: Config,
    connection: tokio::sync::Mutex<Connection>,
}

/// A connection, or why there is none.
enum Connection {
    Absent,
    Open { session: Arc<Session>, driven: JoinHandle<()> },
    Closed,
}

/// An open connection, and what it has prepared.
struct Session {
    client: Client,
    statements: Mutex<HashMap<TableOfPartition, Statement>>,
}

/// A statement is one a table and partition: its plan is made once and reads one leaf.
type TableOfPartition = (Cow<'static, str>, Partition);

impl Pipeline {
    /// The pipeline to the database that sqlx reached by this address; nothing where this driver cannot reach it as safely.
    pub(super) async fn open(url: &str, reached: &PgConnectOptions) -> Option<Self> {
        let pipeline = Self { config: config(url, reached)?, connection: tokio::sync::Mutex::new(Connection::Absent) };
        match pipeline.session().await {
            Ok(_) => Some(pipeline),
            Err(why) => {
                tracing::warn!(%why, "reads of rows by their keys are not pipelined");
                None
            }
        }
    }

    /// The rows of these spaces of one partition.
    pub(super) async fn rows_of(&self, wanted: &RowsOf<'_>) -> Result<Vec<Row>, StoreError> {
        let session = self.session().await?;
        match session.rows_of(wanted).await {
            Ok(rows) => Ok(rows),
            // The connection ended, or the table was made anew with other types; a read may be sent again.
            Err(why) => Box::pin(self.again(&session, why, wanted)).await,
        }
    }

    async fn again(&self, session: &Arc<Session>, why: StoreError, wanted: &RowsOf<'_>) -> Result<Vec<Row>, StoreError> {
        if matches!(why, StoreError::Unreachable(_)) {
            self.leave(session).await;
        }
        self.session().await?.rows_of(wanted).await
    }

    /// The server says that it is about to end a connection before it does.
    async fn leave(&self, left: &Arc<Session>) {
        let mut connection = self.connection.lock().await;
        if matches!(&*connection, Connection::Open { session, .. } if Arc::ptr_eq(session, left)) {
            *connection = Connection::Absent;
        }
    }

    async fn session(&self) -> Result<Arc<Session>, StoreError> {
        let mut connection = self.connection.lock().await;
        match &*connection {
            Connection::Closed => return Err(StoreError::Unreachable("the store is closed".to_owned())),
            Connection::Open { session, .. } if !session.client.is_closed() => return Ok(Arc::clone(session)),
            Connection::Open { .. } | Connection::Absent => {}
        }
        let opened = Box::pin(timeout(REACH, Session::open(&self.config))).await;
        let (session, driven) = opened.map_err(|_| StoreError::Unreachable("no connection in time".to_owned()))??;
        *connection = Connection::Open { session: Arc::clone(&session), driven };
        Ok(session)
    }

    /// Ends the connection, once it has answered what is under way.
    pub(super) async fn close(&self) {
        let connection = std::mem::replace(&mut *self.connection.lock().await, Connection::Closed);
        if let Connection::Open { session, driven } = connection {
            drop(session);
            // It can only have panicked, which is over as well.
            driven.await.unwrap_or_default();
        }
    }
}

impl Session {
    async fn open(config: &Config) -> Result<(Arc<Self>, JoinHandle<()>), StoreError> {
        let (client, connection) = config.connect(NoTls).await?;
        let driven = tokio::spawn(async move {
            // Whoever has a read under way is told; the others find the connection closed.
            if let Err(error) = connection.await {
                tracing::debug!(why = %StoreError::from(error), "a connection for reads ended");
            }
        });
        client.batch_execute(&format!("{SESSION}; {KEYED}")).await?;
        Ok((Arc::new(Self { client, statements: Mutex::default() }), driven))
    }

    async fn rows_of(&self, wanted: &RowsOf<'_>) -> Result<Vec<Row>, StoreError> {
        let table_of_partition = (wanted.table.name.clone(), wanted.partition);
        let known = self.statements(|statements| statements.get(&table_of_partition).cloned());
        let statement = match known {
            Some(statement) => statement,
            None => Box::pin(self.prepare(wanted.table, &table_of_partition)).await?,
        };
        let answer = self.client.query(&statement, &[&wanted.spaces]).await;
        if answer.is_err() {
            // Of a table that was made anew with other types it would be refused for good.
            self.statements(|statements| statements.remove(&table_of_partition));
        }
        Ok(answer?)
    }

    async fn prepare(&self, table: &Table, table_of_partition: &TableOfPartition) -> Result<Statement, StoreError> {
        let statement = self.client.prepare(&format!("{} = ANY($1)", text::rows_of(table, table_of_partition.1))).await?;
        self.statements(|statements| statements.insert(table_of_partition.clone(), statement.clone()));
        Ok(statement)
    }

    /// Whoever panicked while holding the statements left them whole: every change is one call.
    fn statements<T>(&self, act: impl FnOnce(&mut HashMap<TableOfPartition, Statement>) -> T) -> T {
        act(&mut self.statements.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Where sqlx goes and as whom: in clear only, so where that was asked for, or never leaves the machine.
fn config(url: &str, reached: &PgConnectOptions) -> Option<Config> {
    // sqlx does not give the password back. An option that is unknown here is left to sqlx, and so is a file of passwords: the first
    // connection then fails.
    let password =
        Config::from_str(url).ok()?.get_password().map(<[u8]>::to_vec).or_else(|| env::var("PGPASSWORD").ok().map(String::into_bytes));
    let host = match reached.get_socket() {
        Some(socket) => socket.to_str()?,
        None => reached.get_host(),
    };
    if !may_be_in_clear(host, reached.get_ssl_mode()) {
        return None;
    }
    let mut config = Config::new();
    config.host(host).port(reached.get_port()).user(reached.get_username()).application_name("ens").connect_timeout(REACH);
    password.map(|password| config.password(password));
    reached.get_database().map(|database| config.dbname(database));
    reached.get_options().map(|options| config.options(options));
    Some(config)
}

fn may_be_in_clear(host: &str, mode: PgSslMode) -> bool {
    let stays_here = host.starts_with('/') || host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    match mode {
        PgSslMode::Disable => true,
        PgSslMode::Allow | PgSslMode::Prefer => stays_here,
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_pipelined(url: &str) -> bool {
        config(url, &PgConnectOptions::from_str(url).expect("an address")).is_some()
    }

    #[test]
    fn what_was_said_to_be_encrypted_is_not_sent_in_clear() {
        for clear in ["127.0.0.1/ens", "localhost:5433/ens", "h/ens?sslmode=disable", "u:p@%2Frun%2Fpostgresql/ens", "/ens?host=/run"] {
            assert!(is_pipelined(&format!("postgres://{clear}")), "{clear}");
        }
        for kept in ["h/ens", "127.0.0.1/ens?sslmode=require", "h/ens?sslmode=verify-full", "h/ens?sslmode=prefer", "127.0.0.1/ens?x=y"] {
            assert!(!is_pipelined(&format!("postgres://{kept}")), "{kept}");
        }
    }

    #[test]
    fn the_connection_is_that_of_sqlx() {
        let url = "postgres://mo%40d:p%2Fw@127.0.0.1:5433/ens?options=-c%20a%3Db";
        let config = config(url, &PgConnectOptions::from_str(url).expect("an address")).expect("a way");
        assert_eq!((config.get_user(), config.get_password()), (Some("mo@d"), Some("p/w".as_bytes())));
        assert_eq!((config.get_ports(), config.get_dbname()), ([5433].as_slice(), Some("ens")));
        assert_eq!((config.get_options(), config.get_application_name()), (Some("-c a=b"), Some("ens")));
    }
}

//! Citus: how the tables of one log are laid over several PostgreSQL servers, as statements that can be read before they are run.
//!
//! partition in the key --distributed by it, beside `log_heads`      digest in the key --distributed by the digest      else --refused
//! A table that is new is found in the catalog by its `partition` column: nobody has to remember to list it here.
//! - every table has a place
//! - what is laid out already is left alone

use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};

use crate::ground::StoreError;

/// What the partitions of one space's tables are placed beside.
const ANCHOR: &str = "log_heads";

/// How many shards a set of tables has; 16 partitions fall into 12 of these 32.
const SHARDS: u32 = 32;

/// Tables whose rows belong to no partition, and the column that places them: a request and a person are looked up before it is known
/// whose space it is; a caregiver helps in many. `idempotency_keys` has a partition, but a key is unique in the whole store, so it must be placed by the key.
const BY_DIGEST: [(&str, &str); 3] = [("caregiver_places", "caregiver"), ("idempotency_keys", "key"), ("space_registry", "ins_digest")];

/// Tables that stay on the coordinator, where the migrations run: a start reads them, and nothing else does.
const AT_HOME: [&str; 2] = ["_sqlx_migrations", "keys.store_identity"];

/// Tables, each with its column `partition` if it has one, outermost only: no leaf of a partitioned table, nothing of an extension.
const TABLES: &str = "SELECT c.oid::regclass::text, \
        (SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'partition' AND NOT a.attisdropped) \
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ('public', 'keys') \
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') \
     ORDER BY c.oid::regclass::text";

/// Triggers of ours, leaf by leaf; those of the row kind go with the table that they were made on. A superuser sees the triggers of all
/// schemas and of extensions, Citus's own among them: those are not ours to drop.
const TRIGGERS: &str = "SELECT format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass) FROM pg_trigger t \
     JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND n.nspname IN ('public', 'keys') \
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.deptype = 'e' AND (d.classid = 'pg_trigger'::regclass AND d.objid = t.oid \
            OR d.classid = 'pg_class'::regclass AND d.objid = t.tgrelid OR d.classid = 'pg_proc'::regclass AND d.objid = t.tgfoid)) \
     ORDER BY t.tgrelid::regclass::text, t.tgname";

/// The statements that lay a database over a Citus cluster, in their order. Each stands alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    statements: Vec<String>,
}

impl Layout {
    /// What is still to be done in a PostgreSQL database whose tables are up to date. Needs no Citus: without it, that is everything.
    ///
    /// # Errors
    /// [`StoreError::Address`] for anything but PostgreSQL, [`StoreError::Migration`] where a table has no place, or the database's.
    pub async fn of(url: &str) -> Result<Self, StoreError> {
        Self::read(&mut connect(url).await?).await
    }

    /// The statements, each without its semicolon.
    pub fn statements(&self) -> &[String] {
        &self.statements
    }

    /// Runs what is still to be done, all of it or nothing, and answers what it ran. Stop every writer first.
    ///
    /// # Errors
    /// [`StoreError::Migration`] where the extension is missing or a table has no place, or the database's.
    pub async fn carry_out(url: &str) -> Result<Self, StoreError> {
        let mut connection = connect(url).await?;
        if !is_citus(&mut connection).await? {
            let missing = "this database has no Citus: install it on every node, then CREATE EXTENSION citus, then citus_add_node";
            return Err(StoreError::Migration(missing.to_owned()));
        }
        let mut transaction = connection.begin().await?;
        let layout = Self::read(&mut transaction).await?;
        for statement in &layout.statements {
            (&mut *transaction).execute(statement.as_str()).await?;
        }
        transaction.commit().await.map_err(StoreError::at_commit)?;
        Ok(layout)
    }

    async fn read(connection: &mut PgConnection) -> Result<Self, StoreError> {
        let laid_out = laid_out(connection).await?;
        let tables: Vec<(String, Option<String>)> = sqlx::query_as(TABLES).fetch_all(&mut *connection).await?;
        let mut statements = without_triggers(connection).await?;
        // Citus opens its connections under the role that asks, so the role must be let in on every node.
        let locked_out: bool =
            sqlx::query_scalar("SELECT NOT rolcanlogin FROM pg_roles WHERE rolname = 'ens_service'").fetch_one(&mut *connection).await?;
        if locked_out {
            statements.push("ALTER ROLE ens_service LOGIN".to_owned());
        }
        let (anchor, others): (Vec<_>, Vec<_>) = tables.into_iter().partition(|(table, _)| table == ANCHOR);
        for (table, partition) in anchor.into_iter().chain(others) {
            if !laid_out.contains(&table) {
                statements.extend(place(&table, partition.as_deref())?);
            }
        }
        Ok(Self { statements })
    }
}

/// The statement that places a table, by its column `partition` if it has one; none where it stays at home.
fn place(table: &str, partition: Option<&str>) -> Result<Option<String>, StoreError> {
    let by_digest = BY_DIGEST.iter().find(|(name, _)| *name == table).map(|(_, column)| *column);
    let Some(column) = by_digest.or(partition) else {
        let stays = AT_HOME.contains(&table).then_some(None);
        return stays.ok_or_else(|| StoreError::Migration(format!("table {table} has no partition and no place on Citus")));
    };
    let alone = by_digest.is_some() || table == ANCHOR;
    let beside = if alone { format!("'none', shard_count => {SHARDS}") } else { format!("'{ANCHOR}'") };
    Ok(Some(format!("SELECT create_distributed_table('{table}', '{column}', colocate_with => {beside})")))
}

/// Takes away what Citus does not have: the stock writer's leaf with its trigger, and the guards of the owner. The role's rights stay.
async fn without_triggers(connection: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    let leaf: Option<String> = sqlx::query_scalar("SELECT to_regclass('events_unplaced')::text").fetch_one(&mut *connection).await?;
    let triggers: Vec<String> = sqlx::query_scalar(TRIGGERS).fetch_all(&mut *connection).await?;
    let of_leaf = |statement: &String| statement.ends_with(" ON events_unplaced");
    let mut statements: Vec<String> = leaf.map(|leaf| vec![format!("DROP TABLE {leaf}")]).unwrap_or_default();
    statements.extend(triggers.into_iter().filter(|statement| !of_leaf(statement)));
    Ok(statements)
}

/// The tables that Citus knows already.
async fn laid_out(connection: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    if !is_citus(connection).await? {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_scalar("SELECT logicalrelid::regclass::text FROM pg_dist_partition").fetch_all(connection).await?)
}

async fn is_citus(connection: &mut PgConnection) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("SELECT to_regproc('create_distributed_table') IS NOT NULL").fetch_one(connection).await?)
}

async fn connect(url: &str) -> Result<PgConnection, StoreError> {
    if !url.starts_with("postgres") {
        return Err(StoreError::Address);
    }
    let options = PgConnectOptions::from_str(url).map_err(|_| StoreError::Address)?;
    Ok(PgConnection::connect_with(&options.application_name("ens")).await?)
}

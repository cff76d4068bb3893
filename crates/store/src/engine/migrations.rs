//! The migrations that the program brings with it, as sqlx runs them.

use std::future::ready;

use futures::FutureExt;
use futures::future::BoxFuture;
use sqlx::error::BoxDynError;
use sqlx::migrate::{Migration, MigrationSource, MigrationType, Migrator};

use crate::ground::StoreError;

/// Version, description and text of a migration.
type Embedded = (i64, &'static str, &'static str);

include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// The migrations of one engine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Migrations(&'static [Embedded]);

impl Migrations {
    pub(super) const POSTGRES: Self = Self(POSTGRES);
    pub(super) const SQLITE: Self = Self(SQLITE);

    /// What runs those that a database lacks.
    pub(super) async fn migrator(self) -> Result<Migrator, StoreError> {
        Migrator::new(self).await.map_err(|error| StoreError::Migration(error.to_string()))
    }
}

impl MigrationSource<'static> for Migrations {
    fn resolve(self) -> BoxFuture<'static, Result<Vec<Migration>, BoxDynError>> {
        let migration =
            |&(version, description, sql): &Embedded| Migration::new(version, description.into(), MigrationType::Simple, sql.into(), false);
        ready(Ok(self.0.iter().map(migration).collect())).boxed()
    }
}

//! The status of a space over HTTP: our router and a real token, beside a bare axum handler with the same SELECT, both in this process.
//!
//! The bare handler needs no token and asks the database in the better of two ways: a pool of sqlx that does not ping, or a few connections
//! of tokio-postgres that are pipelined.

use ens_api::http::gate::Actor;
use ens_projections::rebuild;
use tokio::task::JoinSet;

use crate::bench::{Bench, Ground};
use crate::cli::HttpArgs;
use crate::contest::Contest;
use crate::failure::Failure;
use crate::lives::Step;
use crate::peers::http;
use crate::ready_made::Template;
use crate::report::Row;
use crate::served::{Sends, Served, serve, service};

/// Connections of the load.
const CALLERS: [usize; 2] = [32, 128];
/// Paths that the load walks through.
const PATHS: u32 = 20_000;

/// On PostgreSQL.
pub(crate) async fn run(bench: &Bench, args: HttpArgs) -> Result<Vec<Row>, Failure> {
    let folder = tempfile::tempdir()?;
    let ground = Ground::fresh(bench, "http").await?;
    Template::lived(&ground.store, Step::Received).await?.fill(&ground.store, args.spaces.saturating_sub(1)).await?;
    rebuild(&ground.store, "space_status").await?;
    ground.settle().await?;
    let paths = folder.path().join("paths");
    tokio::fs::write(&paths, some_paths(&ground).await?).await?;
    let mut serving = JoinSet::new();
    let (routes, token) = service(&ground.store, &Actor::Cnam, folder.path())?;
    let partitions = ground.store.partitions();
    let bare = [http::over_sqlx(&ground.url, partitions).await?, http::over_tokio_postgres(&ground.url, partitions).await?];
    let own = serve(&mut serving, routes).await?;
    let [pool, pipelined] = bare;
    let (pool, pipelined) = (serve(&mut serving, pool).await?, serve(&mut serving, pipelined).await?);
    let mut rows = Vec::new();
    for connections in bench.callers(&CALLERS) {
        let side = |name: &str, address, token: &str| Served {
            name: name.to_owned(),
            address,
            token: token.to_owned(),
            paths: paths.clone(),
            sends: Sends::Questions,
            connections,
            seconds: bench.time().counting.as_secs_f64(),
            gauges: ground.gauges.clone(),
        };
        let mut ours = side("ens, GET /v1/spaces/ID", own, &token);
        let mut first = side("a bare axum handler over a sqlx pool without ping", pool, "");
        let mut second = side("a bare axum handler over pipelined tokio-postgres", pipelined, "");
        let contest =
            Contest::held(&format!("http, {connections} connections"), bench.how.rounds, &mut [&mut ours, &mut first, &mut second]).await?;
        rows.push(Row::of("http", "the status of a space", contest).at(connections).ratio_at_least(0.8));
    }
    drop(serving);
    ground.clear(&[]).await?;
    Ok(rows)
}

async fn some_paths(ground: &Ground<'_>) -> Result<String, Failure> {
    let mut paths = Vec::new();
    for partition in ground.store.partitions().each() {
        let page = ground.store.log().feed(partition, 0, PATHS).await?;
        paths.extend(page.iter().filter(|event| event.sequence == 1).map(|event| format!("/v1/spaces/{}\n", event.aggregate_id)));
    }
    Ok(paths.concat())
}

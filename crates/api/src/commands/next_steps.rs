//! The end of `ens demo`: where its files are, and what to try on the service.

use std::path::Path;

use ens_demo::{DemoReport, Plan};
use ens_domain::ids::SpaceId;

use crate::config::Settings;

/// The table, and where the files are.
pub(super) fn after_the_campaign(settings: &Settings, folder: &Path, plan: Plan, report: &DemoReport) -> String {
    let (ens, store) = (program(), store(settings));
    let export = export(settings);
    format!(
        "{persons} invented persons of Haute-Garonne, Loire-Atlantique and Somme; campaign from {from} (seed {seed}):\n\n\
         {report}\n\n\
         Where to look{export}:\n  \
         persons      {file}\n  \
         events       {ens} replay{store} | head\n  \
         verify       {ens} verify{store}\n  \
         read models  {ens} rebuild all --check{store}",
        persons = report.persons,
        from = plan.from,
        seed = plan.seed,
        file = folder.join("persons.ndjson").display(),
    )
}

/// What to ask the service that follows, ready to copy.
pub(super) fn while_it_serves(settings: &Settings, first: Option<SpaceId>) -> String {
    let (ens, store, site) = (program(), store(settings), &settings.site.listen);
    let space = first.map_or_else(|| "ID".to_owned(), |space| space.to_string());
    let export = export(settings);
    format!(
        "\nServing on http://{site} (Ctrl-C stops). In another terminal{export}:\n\n  \
         export CNAM=$({ens} token --role cnam{store})\n  \
         export HOLDER=$({ens} token --role holder --space {space}{store})\n  \
         curl -sw '\\n' http://{site}/v1/support-line\n  \
         curl -sw '\\n' -H \"Authorization: Bearer $CNAM\" 'http://{site}/v1/campaign/progress?by=department,state'\n  \
         curl -sw '\\n' -H \"Authorization: Bearer $HOLDER\" http://{site}/v1/spaces/{space}\n  \
         curl -sw '\\n' -H \"Authorization: Bearer $HOLDER\" http://{site}/v1/spaces/{space}/history\n  \
         the documented API: http://{site}/docs/\n"
    )
}

/// The program as it was called, so that the printed commands can be copied.
fn program() -> String {
    std::env::args().next().unwrap_or_else(|| "ens".to_owned())
}

/// The options that lead another command to the same store and keys.
fn store(settings: &Settings) -> String {
    let data = settings.store.data.display();
    match &settings.store.url {
        Some(url) if settings.embedded_file().is_some() => format!(" --data {data} --store {}", url.expose()),
        Some(_) | None => format!(" --data {data}"),
    }
}

/// What the commands need besides. An address of a database may hold a password: it is not repeated.
fn export(settings: &Settings) -> &'static str {
    let elsewhere = settings.store_url().starts_with("postgres");
    if elsewhere { " (export ENS_STORE=…, the address of this store, first)" } else { "" }
}

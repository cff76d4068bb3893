//! The end of `ens demo`: where its files are, and what to try on the service.

use std::path::Path;

use ens_demo::{DemoReport, Plan, Tour};
use ens_domain::party::Party;
use ens_domain::rpps::Rpps;

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

/// What to ask the service that follows, ready to copy: a line that begins with two spaces is a command.
pub(super) fn while_it_serves(settings: &Settings, tour: Option<&Tour>) -> String {
    let site = &settings.site.listen;
    let export = export(settings);
    let lines = [of_the_campaign(settings), tour.map(|tour| of_one_space(settings, tour)).unwrap_or_default()].concat();
    format!(
        "\nServing on http://{site} (Ctrl-C stops). In another terminal{export}:\n\n\
         {}\n\n\
         The documented API: http://{site}/docs/\n",
        lines.join("\n")
    )
}

/// What anybody may ask, and CNAM.
fn of_the_campaign(settings: &Settings) -> Vec<String> {
    vec![
        format!("  export ENS=http://{}/v1", settings.site.listen),
        format!("  export CNAM={}", token(settings, "--role cnam")),
        "  curl -sw '\\n' $ENS/support-line".to_owned(),
        format!("  {}", curl("CNAM", "\"$ENS/campaign/progress?by=department,state\"")),
    ]
}

/// What happens in one space: its holder, a document, a blocked doctor, an emergency, and what the holder sees of it all.
fn of_one_space(settings: &Settings, tour: &Tour) -> Vec<String> {
    let Tour { space, by, attending_doctor, specialist, blocked, emergency_doctor } = tour;
    let side = if *by == Party::Representative { "representative" } else { "holder" };
    let doctor = |name: &str, rpps: &Rpps, mode: &str| {
        format!("  export {name}={}", token(settings, &format!("--role professional --rpps {rpps}{mode}")))
    };
    let form =
        r#"-F 'document={"title":"Compte rendu de contrôle","type":"11488-4"};type=application/json' -F 'content=@-;type=text/plain'"#;
    let id = r#"sed 's/.*"id":"\([^"]*\)".*/\1/'"#;
    let reason = "-H 'Ens-Reason: personne%20inconsciente%2C%20amen%C3%A9e%20aux%20urgences'";
    vec![
        "\nOne of the spaces that were opened, as its holder sees it:\n".to_owned(),
        format!("  export SPACE=$ENS/spaces/{space}"),
        format!("  export HOLDER={}", token(settings, &format!("--role {side} --space {space}"))),
        format!("  {}", curl("HOLDER", "$SPACE")),
        format!("  {}", curl("HOLDER", "$SPACE/history")),
        "\nThe attending doctor deposits a report; a doctor whom the holder let in finds and reads it:\n".to_owned(),
        doctor("ATTENDING", attending_doctor, ""),
        doctor("DOCTOR", specialist, ""),
        format!(
            "  export DOCUMENT=$(printf 'Tension : 12/8. Contrôle dans trois mois.' | {} | tee /dev/stderr | {id})",
            curl("ATTENDING", &format!("{form} $SPACE/documents"))
        ),
        format!("  {}", curl("DOCTOR", "\"$SPACE/documents?limit=2\"")),
        format!("  {}", curl("DOCTOR", "$SPACE/documents/$DOCUMENT/content")),
        "\nA doctor whom the holder blocked is refused:\n".to_owned(),
        doctor("BLOCKED", blocked, ""),
        format!("  {}", curl("BLOCKED", "$SPACE/documents")),
        "\nAn emergency (bris de glace) opens the record to a doctor who states why:\n".to_owned(),
        doctor("EMERGENCY", emergency_doctor, " --mode break-glass"),
        format!("  {}", curl("EMERGENCY", &format!("{reason} \"$SPACE/documents?limit=1\""))),
        "\nThe holder sees who looked, and why:\n".to_owned(),
        format!("  {}", curl("HOLDER", "\"$SPACE/accesses?section=medical_record&limit=4\" | grep -o '\"sentence\":\"[^\"]*\"'")),
    ]
}

/// A request of whoever has the token in this variable.
fn curl(token: &str, what: &str) -> String {
    format!("curl -sw '\\n' -H \"Authorization: Bearer ${token}\" {what}")
}

/// The command that prints a token.
fn token(settings: &Settings, whose: &str) -> String {
    format!("$({} token {whose}{})", program(), store(settings))
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

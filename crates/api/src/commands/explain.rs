//! `ens access explain`: who could read a space, and why; or what one professional could read. The gate itself answers.
//!
//! asked by whom, why --traced in the space--> the space as it stands --the gate--> French sentences, or JSON
//! - an operator who looks at who may read a space leaves a trace
//! - what is asked of the past is not answered

use chrono::{DateTime, SecondsFormat, Utc};
use ens_domain::access::{
    AccessRefusal, Action, DocumentFacts, Ground, PossibleReader, Profession, Professional, Reach, Reader, Target, Who, what_could_read,
    who_could_read,
};
use ens_domain::calendar::paris;
use ens_domain::french;
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::personal::Personal;
use ens_domain::sections::consultations::{Consult, ConsultationCommand, Subject};
use ens_domain::space::HealthSpace;
use ens_domain::space::terms::Section;
use ens_domain::stream::StreamId;
use ens_store::{CommandEnvelope, Rejection};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::cli::ExplainArgs;
use crate::config::Settings;
use crate::http::{ReachBody, ReadersBody};

use super::failure::Failure;
use super::store::{deciding_app, open_existing};
use super::streams::print;

/// Answers the question. Who treats a person is told to nobody without a trace, so the store must be one that can be written.
pub(super) async fn run(settings: Settings, args: ExplainArgs) -> Result<(), Failure> {
    let app = deciding_app(settings, open_existing).await?;
    let at = args.at.unwrap_or_else(|| app.now());
    if at < app.now() && args.at.is_some() {
        return Err(Failure::Asked("--at: name an instant to come; who read in the past is among the accesses of the space".to_owned()));
    }
    trace(&app, &args).await?;
    let asked = Asked { app: &app, at, space: state(&app, args.space).await?, args: &args };
    match &args.professional {
        None => asked.readers().await?,
        Some(rpps) => {
            let professional =
                Professional { rpps: rpps.clone(), profession: args.profession, structure: args.structure.clone(), mode: args.mode.into() };
            asked.reach(&professional)?;
        }
    }
    app.store.close().await;
    Ok(())
}

/// Writes the trace of the operator's look, before anything is printed.
async fn trace(app: &App, args: &ExplainArgs) -> Result<(), Failure> {
    let (at, trace): (_, ItemId) = (app.now(), app.new_id()?);
    let (by, subject) = (Reader::Admin, Subject::Directory { document: args.document });
    let reason = Some(Personal::new(args.reason.clone()));
    let command = Consult { at, purpose: by.usual_purpose(), by, action: Action::List, subject, reason };
    let envelope = CommandEnvelope::to_stream(StreamId::of_item(args.space, trace), ConsultationCommand::from(command));
    let envelope = envelope.with_metadata("role", "admin").with_metadata("agent", args.agent.as_str());
    match app.store.commands().execute(envelope, &app.policy).await {
        Ok(_) => Ok(()),
        Err(Rejection::NoSuchSpace) => Err(unknown(args.space)),
        Err(Rejection::Store(error)) => Err(error.into()),
        Err(rejection @ (Rejection::Refused(_) | Rejection::Stale { .. } | Rejection::KeyReused)) => {
            Err(Failure::Asked(rejection.to_string()))
        }
    }
}

async fn state(app: &App, space: SpaceId) -> Result<HealthSpace, Failure> {
    app.store.log().state(space).await?.map(|loaded| loaded.space).ok_or_else(|| unknown(space))
}

fn unknown(space: SpaceId) -> Failure {
    Failure::Asked(format!("--space: the log holds nothing of {space}; POST /v1/spaces/search finds a person's space"))
}

/// What is asked, of the space as it stands.
struct Asked<'a> {
    app: &'a App,
    at: DateTime<Utc>,
    space: HealthSpace,
    args: &'a ExplainArgs,
}

impl Asked<'_> {
    async fn readers(&self) -> Result<(), Failure> {
        let facts = self.document().await?;
        let target = facts.as_ref().map_or(Target::Section(Section::MedicalRecord), Target::Document);
        let view = self.space.view(paris::day_of(self.at)).ok_or_else(|| unknown(self.args.space))?;
        let readers = who_could_read(target, self.at, &view, &self.app.policy.matrix);
        if self.args.json {
            return self.print_json(json!(ReadersBody::from(readers)));
        }
        let what = self.args.document.map_or_else(|| "le dossier médical partagé".to_owned(), |id| format!("le document {id}"));
        print(&format!("Qui pourrait lire {what} de l’espace {}, et pourquoi.", self.args.space))?;
        self.print_circumstances()?;
        if readers.is_empty() {
            return print("Personne.");
        }
        readers.iter().try_for_each(|reader| print(&sentence(reader)))
    }

    /// The document that is asked about.
    async fn document(&self) -> Result<Option<DocumentFacts>, Failure> {
        let Some(document) = self.args.document else { return Ok(None) };
        let loaded = self.app.store.log().stream(StreamId::of_item(self.args.space, document)).await?;
        let facts = loaded.and_then(|loaded| loaded.state.document_facts());
        facts.map(Some).ok_or_else(|| Failure::Asked(format!("--document: the space holds no document {document}")))
    }

    fn reach(&self, professional: &Professional) -> Result<(), Failure> {
        let view = self.space.view(paris::day_of(self.at)).ok_or_else(|| unknown(self.args.space))?;
        let purpose = self.args.purpose.unwrap_or_else(|| Reader::Professional(professional.clone()).usual_purpose());
        let reach = what_could_read(professional, purpose, self.at, &view, &self.app.policy.matrix);
        if self.args.json {
            return self.print_json(json!(ReachBody::from(reach)));
        }
        let (rpps, profession) = (&professional.rpps, professional.profession.label());
        print(&format!("Ce que {rpps} ({profession}, {}) pourrait lire de l’espace {}.", purpose.label(), self.args.space))?;
        self.print_circumstances()?;
        print_reach(&reach)
    }

    fn print_circumstances(&self) -> Result<(), Failure> {
        let matrix = &self.app.policy.matrix;
        print(&format!("Le {}, selon la matrice d’habilitation {}.", instant(self.at), matrix.version()))?;
        print("Les phrases sont celles que lit le titulaire. Cette consultation figure parmi les accès à son espace.\n")
    }

    fn print_json(&self, answer: Value) -> Result<(), Failure> {
        let mut told = Map::from_iter([
            ("space".to_owned(), json!(self.args.space)),
            ("at".to_owned(), json!(self.at.to_rfc3339_opts(SecondsFormat::AutoSi, true))),
            ("access_matrix".to_owned(), json!(self.app.policy.matrix.version())),
        ]);
        told.extend(answer.as_object().cloned().unwrap_or_default());
        print(&format!("{:#}", Value::from(told)))
    }
}

/// An instant as a person reads it.
fn instant(at: DateTime<Utc>) -> String {
    format!("{} à {} (heure de Paris)", french::date(paris::day_of(at)), paris::local(at).format("%H:%M"))
}

/// One reader: who, what for, with which professions, and why.
fn sentence(reader: &PossibleReader) -> String {
    let professions = match reader.professions.as_slice() {
        [] => String::new(),
        all if all.len() == Profession::ALL.len() => ", toutes professions".to_owned(),
        some => format!(", comme {}", some.iter().map(|one| one.label()).collect::<Vec<_>>().join(", ")),
    };
    format!("- {} ({}{professions})\u{a0}: {}", name(&reader.who), reader.purpose.label(), reader.ground.sentence())
}

fn name(who: &Who) -> String {
    match who {
        Who::Holder => "le titulaire".to_owned(),
        Who::Representative => "son représentant".to_owned(),
        Who::Caregiver { caregiver } => format!("l’aidant {caregiver}"),
        Who::Professional { rpps } => format!("le professionnel {rpps}"),
        Who::ProfessionalOf { finess } => format!("tout professionnel de la structure {finess}"),
        Who::AnyProfessional { .. } => "tout professionnel, en urgence".to_owned(),
        Who::Service { service } => format!("le service {service}"),
    }
}

fn print_reach(reach: &Reach) -> Result<(), Failure> {
    print("Rubriques")?;
    for section in &reach.sections {
        print(&decision(french::section(section.section), section.decided))?;
    }
    print("\nDocuments déposés par un autre professionnel et que personne n’a masqués")?;
    for document in &reach.documents {
        let what = format!("{} {}", document.document_type.as_str(), document.document_type.label());
        print(&decision(&what, document.decided))?;
    }
    Ok(())
}

fn decision(what: &str, decided: Result<Ground, AccessRefusal>) -> String {
    match decided {
        Ok(ground) => format!("- oui\u{a0}: {what}. {}", ground.sentence()),
        Err(refusal) => format!("- non\u{a0}: {what}. {}", refusal.sentence()),
    }
}

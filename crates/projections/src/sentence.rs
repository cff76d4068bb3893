//! One fact of a space's life as one or two French sentences, said to the holder without saying who they are.
//!
//! Nothing here reads a personal value: sentences are made of dates, numbers of receipts, RPPS and FINESS numbers and the trade's words.

use chrono::NaiveDate;
use ens_domain::party::{Grantee, Party};
use ens_domain::space::terms::{
    BlockReason, Channel, ClosingGround, CodePurpose, DestructionGround, MedicalRecordOrigin, NotificationFailure, OpeningGround,
    OppositionChannel, RepresentationEnd, RepresentationKind, Scope, Stage, SuspensionGround, UnreachableReason,
};
use ens_domain::space::{
    AccessEvent, AdmissionEvent, ClosingEvent, CodeEvent, DestructionEvent, NoticeEvent, OpeningEvent, OppositionEvent,
    RepresentationEvent, SuspensionEvent,
};
use ens_domain::space::{Receipt, SpaceEvent};

use crate::french::{NO_BREAK_SPACE, by_channel, by_way, counted, date, to_scope};

/// The fact, as its holder reads it.
pub(crate) fn sentence(event: &SpaceEvent) -> String {
    match event {
        SpaceEvent::Admission(AdmissionEvent::SpaceCreated { notice_by, .. }) => created(*notice_by),
        SpaceEvent::Notice(NoticeEvent::FoundUnreachable { reason, .. }) => unreachable(*reason),
        SpaceEvent::Admission(AdmissionEvent::ContactsDeclared { by, .. }) => {
            format!("Vos coordonnées ont été mises à jour {}.", by_party(by))
        }
        SpaceEvent::Admission(AdmissionEvent::InsReplaced { .. }) => "Votre identité nationale de santé (INS) a été remplacée.".to_owned(),
        SpaceEvent::Code(CodeEvent::CodeIssued { purpose, channel, .. }) => code_issued(*purpose, *channel),
        SpaceEvent::Code(CodeEvent::CodeReceived { received_on, code_valid_until, .. }) => {
            format!(
                "Le nouveau code provisoire a été reçu le {}. Il est valable jusqu’au {} inclus.",
                date(*received_on),
                date(*code_valid_until)
            )
        }
        SpaceEvent::Code(CodeEvent::CodeUndelivered { channel, failure, .. }) => {
            format!("{}. Vous pouvez demander un nouveau code.", undelivered("qui portait un code provisoire", *channel, *failure))
        }
        SpaceEvent::Code(CodeEvent::WrongCodeEntered { left, .. }) => {
            format!("Un code inexact a été saisi. Il reste {}.", counted(usize::from(*left), "essai", "essais"))
        }
        SpaceEvent::Code(CodeEvent::CodeLocked { .. }) => {
            "Le code provisoire est bloqué après trop d’essais. Vous pouvez demander un nouveau code.".to_owned()
        }
        SpaceEvent::Notice(NoticeEvent::NotifiedByEmail { received_on, last_day, .. }) => {
            format!("Le courriel d’information a été reçu le {}. {}", date(*received_on), may_oppose(*last_day))
        }
        SpaceEvent::Notice(NoticeEvent::NotifiedByPost { posted_on, received_on, last_day, .. }) => {
            told_by_post(*posted_on, *received_on, *last_day)
        }
        SpaceEvent::Notice(NoticeEvent::DeliveryRecorded { delivered_on, last_day, .. }) => {
            format!("La remise du courrier d’information a été constatée le {}. {}", date(*delivered_on), may_oppose(*last_day))
        }
        SpaceEvent::Notice(NoticeEvent::NotificationFailed { channel, failure, retry_by, .. }) => {
            notice_failed(*channel, *failure, *retry_by)
        }
        SpaceEvent::Opposition(OppositionEvent::Opposed { by, via, receipt, .. }) => opposed(by, *via, receipt),
        SpaceEvent::Opposition(OppositionEvent::OppositionWithdrawn { by, via, .. }) => {
            format!("L’opposition a été retirée {}, {}.", by_way(*via), by_party(by))
        }
        SpaceEvent::Opening(OpeningEvent::OpeningBlocked { reason, .. }) => blocked(*reason),
        SpaceEvent::Opening(OpeningEvent::OpeningUnblocked { notice_by, .. }) => {
            format!("L’ouverture peut reprendre.{}", to_be_told(*notice_by))
        }
        SpaceEvent::Opening(OpeningEvent::OpenedByCnam { opened_on, ground, medical_record, .. }) => {
            opened(*opened_on, *ground, *medical_record)
        }
        SpaceEvent::Opening(OpeningEvent::Activated { by, medical_record, .. }) => activated(by, *medical_record),
        SpaceEvent::Access(AccessEvent::AccessGranted { to, scope, until, .. }) => granted(to, scope, *until),
        SpaceEvent::Access(AccessEvent::AccessRevoked { by, .. }) => format!("Un accès donné auparavant a été retiré {}.", by_party(by)),
        SpaceEvent::Access(AccessEvent::AccessExpired { .. }) => "Un accès donné auparavant a pris fin à la date prévue.".to_owned(),
        SpaceEvent::Access(AccessEvent::ProfessionalBlocked { professional, ended, .. }) => {
            professional_blocked(professional.as_str(), ended.len())
        }
        SpaceEvent::Access(AccessEvent::ProfessionalUnblocked { professional, .. }) => format!(
            "Le professionnel de santé RPPS{NO_BREAK_SPACE}{professional} n’est plus bloqué. Les accès donnés auparavant ne reviennent pas."
        ),
        SpaceEvent::Representation(RepresentationEvent::RepresentationDeclared { kind, ends_on, .. }) => represented(*kind, *ends_on),
        SpaceEvent::Representation(RepresentationEvent::RepresentationEnded { reason, .. }) => representation_ended(*reason),
        SpaceEvent::Representation(RepresentationEvent::CameOfAge { on, .. }) => {
            format!("Majorité atteinte le {}. Vous gérez désormais vous-même votre espace de santé.", date(*on))
        }
        SpaceEvent::Suspension(SuspensionEvent::Suspended { ground, informed_on, last_day, .. }) => {
            suspended(*ground, *informed_on, *last_day)
        }
        SpaceEvent::Suspension(SuspensionEvent::ClosingOpposed { by, .. }) => {
            format!("Une opposition à la clôture a été enregistrée {}. L’espace est rétabli.", by_party(by))
        }
        SpaceEvent::Suspension(SuspensionEvent::SuspensionLifted { .. }) => "La suspension a été levée. L’espace est rétabli.".to_owned(),
        SpaceEvent::Closing(ClosingEvent::DeathRecorded { stage, .. }) => death(*stage),
        SpaceEvent::Closing(ClosingEvent::Closed { ground, by, closed_on, archived_until, .. }) => {
            closed(*ground, by, *closed_on, *archived_until)
        }
        SpaceEvent::Closing(ClosingEvent::Reopened { by, .. }) => {
            format!("L’espace a été rouvert {}. Son contenu archivé est de retour.", by_party(by))
        }
        SpaceEvent::Destruction(DestructionEvent::DestructionRequested { by, destroy_on, .. }) => {
            format!("La destruction du contenu archivé a été demandée {}. Elle aura lieu le {}.", by_party(by), date(*destroy_on))
        }
        SpaceEvent::Destruction(DestructionEvent::DestructionCancelled { by, .. }) => {
            format!("La demande de destruction a été annulée {}.", by_party(by))
        }
        SpaceEvent::Destruction(DestructionEvent::Destroyed { ground, .. }) => destroyed(*ground),
        SpaceEvent::Destruction(DestructionEvent::SpaceRenewed { by, .. }) => {
            format!("Un nouvel espace de santé, vide, a été ouvert {}.", by_party(by))
        }
    }
}

fn by_party(by: &Party) -> String {
    match by {
        Party::Holder => "à votre demande".to_owned(),
        Party::Representative => "à la demande de votre représentant".to_owned(),
        Party::Cnam => "par l’Assurance maladie".to_owned(),
        Party::Insurer { .. } => "par votre organisme d’assurance maladie".to_owned(),
        Party::Support { .. } => "par un agent, pour vous".to_owned(),
        Party::Professional { rpps } => format!("par le professionnel de santé RPPS{NO_BREAK_SPACE}{rpps}"),
        Party::Clock => "à la date prévue".to_owned(),
    }
}

fn may_oppose(last_day: NaiveDate) -> String {
    format!("Vous pouvez vous opposer à l’ouverture jusqu’au {} inclus.", date(last_day))
}

/// What will be sent next, after a space; nothing where nothing will.
fn to_be_told(channel: Option<Channel>) -> String {
    channel.map(|channel| format!(" Une information va vous être envoyée {}.", by_channel(channel))).unwrap_or_default()
}

fn created(notice_by: Option<Channel>) -> String {
    format!("L’Assurance maladie prépare l’ouverture de votre espace de santé.{}", to_be_told(notice_by))
}

fn unreachable(reason: UnreachableReason) -> String {
    let why = match reason {
        UnreachableReason::NoContact => "Aucune adresse n’est connue pour vous informer",
        UnreachableReason::EmailFailed => "Le courriel n’est pas arrivé et aucune adresse postale n’est connue",
        UnreachableReason::LetterReturned => "Le courrier est revenu à l’expéditeur",
    };
    format!("{why}{NO_BREAK_SPACE}: votre espace de santé ne s’ouvrira pas de lui-même.")
}

fn code_issued(purpose: CodePurpose, channel: Channel) -> String {
    match purpose {
        CodePurpose::Notice => format!("Une information, avec un code provisoire, vous est envoyée {}.", by_channel(channel)),
        CodePurpose::Reissue => {
            format!("Un nouveau code provisoire vous est envoyé {}. Le code précédent ne fonctionne plus.", by_channel(channel))
        }
    }
}

/// The beginning of a sentence: which message did not arrive, and how.
fn undelivered(which: &str, channel: Channel, failure: NotificationFailure) -> String {
    let what = match channel {
        Channel::Email => "Le courriel",
        Channel::Post => "Le courrier",
    };
    let how = match failure {
        NotificationFailure::Refused => "a été refusé par la messagerie du destinataire",
        NotificationFailure::Bounced => "n’a pas pu être remis",
        NotificationFailure::Undeliverable => "n’a pas pu être envoyé",
        NotificationFailure::Returned => "est revenu à l’expéditeur",
    };
    format!("{what} {which} {how}")
}

fn notice_failed(channel: Channel, failure: NotificationFailure, retry_by: Option<Channel>) -> String {
    let what = undelivered("d’information", channel, failure);
    format!("{what}{NO_BREAK_SPACE}: le délai d’opposition correspondant ne compte pas.{}", to_be_told(retry_by))
}

fn told_by_post(posted_on: NaiveDate, received_on: NaiveDate, last_day: NaiveDate) -> String {
    let (posted, received) = (date(posted_on), date(received_on));
    format!("Le courrier d’information a été posté le {posted} et il est réputé reçu le {received}. {}", may_oppose(last_day))
}

fn opposed(by: &Party, via: OppositionChannel, receipt: &Receipt) -> String {
    let (way, party, day) = (by_way(via), by_party(by), date(receipt.on));
    format!("Une opposition à l’ouverture a été enregistrée {way}, {party}. Récépissé n°{NO_BREAK_SPACE}{} du {day}.", receipt.number)
}

fn blocked(reason: BlockReason) -> String {
    match reason {
        BlockReason::NotTheRepresentative => {
            format!("Le destinataire a déclaré ne pas être le représentant légal{NO_BREAK_SPACE}: l’ouverture est arrêtée.")
        }
        BlockReason::Technical => "Un incident technique empêche l’ouverture. Elle reprendra dès qu’il sera réparé.".to_owned(),
    }
}

fn medical_record(origin: MedicalRecordOrigin) -> &'static str {
    match origin {
        MedicalRecordOrigin::Created => "Un dossier médical partagé a été créé.",
        MedicalRecordOrigin::Joined => "Votre dossier médical partagé, plus ancien, l’a rejoint.",
    }
}

fn opened(opened_on: NaiveDate, ground: OpeningGround, origin: MedicalRecordOrigin) -> String {
    let why = match ground {
        OpeningGround::WindowOver => "le délai d’opposition étant écoulé",
        OpeningGround::OppositionWithdrawn => "l’opposition ayant été retirée",
    };
    format!("Votre espace de santé a été ouvert par l’Assurance maladie le {}, {why}. {}", date(opened_on), medical_record(origin))
}

fn activated(by: &Party, origin: Option<MedicalRecordOrigin>) -> String {
    let who = if *by == Party::Representative { "Votre représentant a activé" } else { "Vous avez activé" };
    let record = origin.map(|origin| format!(" Cela l’a ouvert. {}", medical_record(origin))).unwrap_or_default();
    format!("{who} votre espace de santé.{record}")
}

fn granted(to: &Grantee, scope: &Scope, until: Option<NaiveDate>) -> String {
    let whom = match to {
        Grantee::Professional { rpps } => format!("au professionnel de santé RPPS{NO_BREAK_SPACE}{rpps}"),
        Grantee::Structure { finess } => format!("à la structure FINESS{NO_BREAK_SPACE}{finess}"),
    };
    let end = until.map_or_else(|| "sans date de fin".to_owned(), |day| format!("jusqu’au {} inclus", date(day)));
    format!("Un accès {} a été donné {whom}, {end}.", to_scope(scope))
}

fn professional_blocked(rpps: &str, ended: usize) -> String {
    let grants =
        if ended == 0 { String::new() } else { format!(" {} fin pour toujours.", counted(ended, "accès a pris", "accès ont pris")) };
    format!("Le professionnel de santé RPPS{NO_BREAK_SPACE}{rpps} a été bloqué.{grants}")
}

fn represented(kind: RepresentationKind, ends_on: Option<NaiveDate>) -> String {
    let who = match kind {
        RepresentationKind::Minor => "Un représentant légal a été déclaré",
        RepresentationKind::ProtectedAdult => "Une personne chargée de la mesure de protection a été déclarée",
    };
    let end = ends_on.map(|day| format!(", jusqu’à la majorité le {}", date(day))).unwrap_or_default();
    format!("{who}{end}.")
}

fn representation_ended(reason: RepresentationEnd) -> String {
    match reason {
        RepresentationEnd::CameOfAge => "Une représentation a pris fin à la majorité.".to_owned(),
        RepresentationEnd::Denied => {
            format!("Une représentation a pris fin{NO_BREAK_SPACE}: le destinataire a déclaré ne pas être le représentant légal.")
        }
        RepresentationEnd::Ended => "Une représentation a pris fin.".to_owned(),
    }
}

fn suspended(ground: SuspensionGround, informed_on: NaiveDate, last_day: NaiveDate) -> String {
    let why = match ground {
        SuspensionGround::Fraud => "un usage frauduleux",
        SuspensionGround::Malfunction => "un dysfonctionnement grave",
    };
    format!(
        "L’Assurance maladie a suspendu votre espace de santé pour {why}. L’information date du {}. Vous pouvez vous opposer à la clôture jusqu’au {} inclus.",
        date(informed_on),
        date(last_day)
    )
}

/// The day of the death is nobody's to read here.
fn death(stage: Stage) -> String {
    let end = if stage == Stage::Ended { " L’espace de santé ne sera pas ouvert." } else { "" };
    format!("Le décès du titulaire a été enregistré.{end}")
}

fn closed(ground: ClosingGround, by: &Party, closed_on: NaiveDate, archived_until: NaiveDate) -> String {
    let why = match ground {
        ClosingGround::Request => by_party(by),
        ClosingGround::Death => "à la suite du décès du titulaire".to_owned(),
        ClosingGround::Suspension => "après une suspension sans opposition à la clôture".to_owned(),
    };
    format!(
        "L’espace de santé a été clôturé le {}, {why}. Son contenu est archivé jusqu’au {} inclus.",
        date(closed_on),
        date(archived_until)
    )
}

fn destroyed(ground: DestructionGround) -> String {
    let why = match ground {
        DestructionGround::Request => "comme demandé",
        DestructionGround::ArchiveOver => "la durée d’archivage étant écoulée",
    };
    format!("Le contenu de l’espace a été détruit, {why}. Plus personne ne peut le lire.")
}

//! What persons and professionals are told after the fact: an emergency reading, a wrong patient, an announcement, a new reader.

use std::sync::Arc;

use chrono::Duration;
use ens_domain::access::{AccessMode, Action, DocumentType, Grantee, Profession, Professional, Purpose, Reader, Scope, Visibility};
use ens_domain::event::Command;
use ens_domain::ids::{ContentId, GrantId, ItemId, SpaceId};
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::rpps::Rpps;
use ens_domain::sections::consultations::{Consult, StatedReason, Subject};
use ens_domain::sections::medical_record::{
    ActDays, Content, ContentDigest, ContentSize, DocumentCommand, DocumentRequest, DocumentTitle, Explanation, MediaType, NewDocument,
};
use ens_domain::space::commands::{ChooseReaderMessages, Close, DeclareAttendingDoctor, GrantAccess, LiftSuspension, Open, Suspend};
use ens_domain::space::telling::{Addressee, Telling, TellingOutcome, Untold};
use ens_domain::space::terms::{ReaderMessages, Section, SuspensionGround};
use ens_domain::space::{Contacts, InformationEvent, SpaceEvent};
use ens_domain::stream::StreamId;
use ens_notices::{Dispatcher, Information, Informed, ProfessionalMailboxes, SendOutcome};
use ens_store::CommandEnvelope;
use ens_tests::Engine;

use super::email::{through, with_server};
use super::letters::{folder_carrier, letters_dropped};
use super::smtp_server::SmtpServer;
use super::test_service::{Always, TestService, by_both, by_email, day};

/// Professionals who have a mailbox; the others have none.
const REACHABLE: std::ops::RangeInclusive<u32> = 1..=3;

pub(crate) fn doctor(number: u32) -> Rpps {
    Rpps::from_first10(&format!("81{number:08}")).expect("a professional")
}

fn reader(number: u32, mode: AccessMode) -> Reader {
    Reader::Professional(Professional { rpps: doctor(number), profession: Profession::Doctor, structure: None, mode })
}

/// The file of mailboxes as the national directory gives it, read.
pub(crate) fn mailboxes(service: &TestService) -> Arc<ProfessionalMailboxes> {
    let line = |number| format!("PER|dr{number}@mssante.invalid|8|{}|8|\n", doctor(number));
    let lines: String = REACHABLE.map(line).collect();
    let file = service.storage.folder().join("mailboxes.txt");
    let header = "Type de BAL|Adresse BAL|Type d'identifiant PP|Identifiant PP|Identification nationale PP|\n";
    std::fs::write(&file, format!("{header}{lines}")).expect("a file");
    Arc::new(ProfessionalMailboxes::read(&file).expect("mailboxes"))
}

/// A space that opened on 14 April, whose holder can be reached so.
pub(crate) async fn opened(service: &TestService, contacts: Contacts) -> SpaceId {
    service.now_is("2026-03-02 10:00");
    let quiet = service.dispatcher(Always(SendOutcome::Accepted), folder_carrier(service));
    let space = service.with_dispatched_notice(contacts, &quiet).await;
    service.now_is("2026-04-14 09:00");
    service.say(space, Open { at: service.app.now() }).await.expect("an opening");
    space
}

/// Tells those who are to be told, after the read models saw everything.
pub(crate) async fn inform(service: &TestService, mailboxes: &ProfessionalMailboxes) -> Informed {
    service.catch_up().await;
    Information { context: &service.app, mailboxes }.send_due(100).await.expect("a round")
}

async fn execute(service: &TestService, space: SpaceId, item: ItemId, command: Command) {
    let envelope = CommandEnvelope::to_stream(StreamId::of_item(space, item), command);
    service.app.store.commands().execute(envelope, &service.app.policy).await.expect("a command on an item");
}

async fn consult(service: &TestService, space: SpaceId, by: Reader, subject: Subject) {
    let action = if subject.document().is_some() { Action::Read } else { Action::List };
    let reason = by.breaks_the_glass().then(|| Personal::new(StatedReason::parse("inconscient").expect("a reason")));
    let command = Consult { at: service.app.now(), purpose: by.usual_purpose(), by, action, subject, reason };
    let item = service.app.new_id().expect("an id");
    execute(service, space, item, Command::Consultation(command.into())).await;
}

/// A professional breaks the glass and lists the medical record.
pub(crate) async fn break_glass(service: &TestService, space: SpaceId, number: u32) {
    let record = Subject::Section { section: Section::MedicalRecord };
    consult(service, space, reader(number, AccessMode::BreakGlass), record).await;
}

async fn list(service: &TestService, space: SpaceId, number: u32) {
    let record = Subject::Section { section: Section::MedicalRecord };
    consult(service, space, reader(number, AccessMode::Ordinary), record).await;
}

async fn on_document(service: &TestService, space: SpaceId, document: ItemId, request: DocumentRequest) {
    let command = DocumentCommand { at: service.app.now(), by: reader(1, AccessMode::Ordinary), purpose: Purpose::Care, request };
    execute(service, space, document, Command::Document(command)).await;
}

/// A document of the first doctor.
async fn deposited(service: &TestService, space: SpaceId, explanation: Explanation) -> ItemId {
    let document: ItemId = service.app.new_id().expect("an id");
    let new = NewDocument {
        title: Personal::new(DocumentTitle::parse("Compte rendu").expect("a title")),
        document_type: DocumentType::parse("11488-4").expect("a type"),
        act: ActDays::on(day("2026-04-14")),
        content: Content {
            id: ContentId::at(service.app.now(), service.app.store.entropy().bytes().expect("randomness")),
            media_type: MediaType::Pdf,
            size: ContentSize::of(1_000).expect("a size"),
            clear_digest: Personal::new(ContentDigest::of([1; 32])),
            sealed_digest: ContentDigest::of([2; 32]),
        },
        visibility: None,
        to_representatives: Visibility::Shown,
        explanation,
        legacy: None,
    };
    on_document(service, space, document, DocumentRequest::Deposit(new)).await;
    document
}

async fn let_in(service: &TestService, space: SpaceId, number: u32) {
    let grant: GrantId = service.app.new_id().expect("an id");
    let to = Grantee::Professional { rpps: doctor(number) };
    let (at, by) = (service.app.now(), Party::Holder);
    let command = GrantAccess { at, by, grant, to, scope: Scope::All, purpose: Purpose::Care, from: None, until: None };
    service.say(space, command).await.expect("a grant");
}

async fn declare(service: &TestService, space: SpaceId, number: u32) {
    let command = DeclareAttendingDoctor { at: service.app.now(), by: Party::Holder, doctor: doctor(number) };
    service.say(space, command).await.expect("an attending doctor");
}

async fn ask_for_new_readers(service: &TestService, space: SpaceId, messages: ReaderMessages) {
    let command = ChooseReaderMessages { at: service.app.now(), by: Party::Holder, messages };
    service.say(space, command).await.expect("a choice");
}

/// A service with a mail server, mailboxes, and an open space reached by e-mail.
async fn with_space(engine: Engine) -> (TestService, SmtpServer, Arc<ProfessionalMailboxes>, SpaceId) {
    let (service, server, _) = with_server(engine).await;
    let (mailboxes, space) = (mailboxes(&service), opened(&service, by_email("camille@exemple.invalid")).await);
    (service, server, mailboxes, space)
}

fn sending(service: &TestService, mailboxes: &Arc<ProfessionalMailboxes>) -> Dispatcher {
    through(service).reaching(Arc::clone(mailboxes))
}

/// To whom the server took messages, in alphabetical order.
fn recipients(server: &SmtpServer) -> Vec<String> {
    let mut recipients: Vec<String> = server.taken().iter().map(|taken| taken.header("To")).collect();
    recipients.sort();
    recipients
}

/// What the last information of the space says of those whom it concerned.
async fn last_told(service: &TestService, space: SpaceId) -> Vec<Telling> {
    let told = |event| if let SpaceEvent::Information(InformationEvent::InformationSent { told, .. }) = event { Some(told) } else { None };
    service.events(space).await.into_iter().filter_map(told).next_back().expect("an information")
}

#[tokio::test]
async fn an_emergency_reading_is_told_to_the_holder_and_the_attending_doctor_once_a_day() {
    for engine in [Engine::SqliteMemory, Engine::Postgres] {
        let (service, server, mailboxes, space) = with_space(engine).await;
        let dispatcher = sending(&service, &mailboxes);
        declare(&service, space, 1).await;
        break_glass(&service, space, 3).await;
        break_glass(&service, space, 3).await;
        assert_eq!(inform(&service, &mailboxes).await, Informed { settled: 1, ..Informed::default() }, "{engine:?}");
        assert_eq!(service.dispatch(&dispatcher).await.accepted, 2, "{engine:?}");
        assert_eq!(recipients(&server), ["camille@exemple.invalid", "dr1@mssante.invalid"]);
        for taken in server.taken() {
            let text = taken.text().replace('\u{a0}', " ");
            assert!(text.contains("profession : Médecin") && text.contains("en urgence, le mardi 14 avril 2026"), "{text}");
            assert!(!taken.data().contains(doctor(3).as_str()) && !text.contains("inconscient"), "{text}");
        }
        let later = (service.later(Duration::hours(2)), break_glass(&service, space, 3).await, inform(&service, &mailboxes).await).2;
        assert_eq!(later, Informed::default(), "the same reader on the same day");
        service.now_is("2026-04-15 00:01");
        break_glass(&service, space, 3).await;
        assert_eq!(inform(&service, &mailboxes).await.settled, 1, "{engine:?}");
        assert_eq!((service.dispatch(&dispatcher).await.accepted, service.outbox().await), (2, (0, 0)));
    }
}

#[tokio::test]
async fn an_emergency_reading_goes_by_post_where_the_e_mail_fails_and_a_new_reader_does_not() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let (mailboxes, space) = (mailboxes(&service), opened(&service, by_both("camille@exemple.invalid")).await);
    let refusing = service.dispatcher(Always(SendOutcome::Refused { code: "5.1.1".to_owned() }), folder_carrier(&service));
    let refusing = refusing.reaching(Arc::clone(&mailboxes));
    declare(&service, space, 1).await;
    break_glass(&service, space, 3).await;
    ask_for_new_readers(&service, space, ReaderMessages::Wanted).await;
    list(&service, space, 1).await;
    // One a round: what is told first changes the version that the other one expects.
    let rounds = [inform(&service, &mailboxes).await.settled, inform(&service, &mailboxes).await.settled];
    assert_eq!(rounds, [1, 1]);
    assert_eq!(inform(&service, &mailboxes).await, Informed::default(), "both were told");
    let mut rerouted = 0;
    while service.outbox().await.0 > 0 {
        rerouted += service.dispatch(&refusing).await.rerouted;
    }
    assert_eq!((rerouted, letters_dropped(&service).len(), service.outbox().await), (1, 1, (0, 1)));
}

#[tokio::test]
async fn a_professional_without_a_mailbox_is_noted_as_not_told_and_never_tried_again() {
    let (service, server, mailboxes, space) = with_space(Engine::SqliteMemory).await;
    declare(&service, space, 9).await;
    break_glass(&service, space, 3).await;
    assert_eq!(inform(&service, &mailboxes).await.settled, 1);
    service.dispatch(&sending(&service, &mailboxes)).await;
    assert_eq!((recipients(&server), service.outbox().await), (vec!["camille@exemple.invalid".to_owned()], (0, 0)));
    let told = last_told(&service, space).await;
    assert!(matches!(&told[1].to, Addressee::AttendingDoctor { professional } if professional.get().is_none()), "sealed in the log");
    assert_eq!(told[1].outcome, TellingOutcome::NotSent { why: Untold::NoMailbox });
    assert_eq!(inform(&service, &mailboxes).await, Informed::default());
}

#[tokio::test]
async fn a_mailbox_that_vanishes_before_the_sending_ends_its_message() {
    let (service, server, mailboxes, space) = with_space(Engine::SqliteMemory).await;
    declare(&service, space, 1).await;
    break_glass(&service, space, 3).await;
    inform(&service, &mailboxes).await;
    let done = service.dispatch(&through(&service)).await;
    assert_eq!((done.accepted, done.given_up, done.rerouted), (1, 1, 0));
    assert_eq!((server.taken().len(), service.outbox().await), (1, (0, 0)));
}

#[tokio::test]
async fn what_is_owed_is_told_once_whoever_else_is_telling() {
    for engine in [Engine::SqliteFile, Engine::Postgres] {
        let (service, _server, mailboxes, space) = with_space(engine).await;
        break_glass(&service, space, 3).await;
        service.catch_up().await;
        let information = Information { context: &service.app, mailboxes: &mailboxes };
        let (one, other) = tokio::join!(information.send_due(100), information.send_due(100));
        assert_eq!(one.expect("a round").settled + other.expect("a round").settled, 1, "{engine:?}");
        // The read model has not seen yet that it was told.
        let again = information.send_due(100).await.expect("a round");
        assert_eq!((again.settled, again.quiet), (0, 1), "{engine:?}");
        assert_eq!(service.outbox().await, (1, 0));
        assert_eq!(service.story(space).await.iter().filter(|name| **name == "InformationSent").count(), 1);
    }
}

#[tokio::test]
async fn a_space_that_cannot_be_told_of_something_holds_up_no_other() {
    let (service, _server, mailboxes, suspended) = with_space(Engine::SqliteMemory).await;
    let other = opened(&service, by_email("autre@exemple.invalid")).await;
    break_glass(&service, suspended, 3).await;
    break_glass(&service, other, 3).await;
    service.say(suspended, Suspend { at: service.app.now(), ground: SuspensionGround::Malfunction }).await.expect("a suspension");
    assert_eq!(inform(&service, &mailboxes).await, Informed { settled: 1, quiet: 0, waiting: 1 });
    assert_eq!(service.story(other).await.pop(), Some("InformationSent"));
    service.say(suspended, LiftSuspension { at: service.app.now() }).await.expect("lifted");
    assert_eq!(inform(&service, &mailboxes).await.settled, 1, "it was only put off");
}

#[tokio::test]
async fn a_space_that_was_closed_meanwhile_tells_its_holder_nothing() {
    let (service, server, mailboxes, space) = with_space(Engine::SqliteMemory).await;
    break_glass(&service, space, 3).await;
    service.say(space, Close { at: service.app.now(), by: Party::Holder }).await.expect("a closing");
    assert_eq!(inform(&service, &mailboxes).await.settled, 1);
    let nobody = Telling { to: Addressee::Holder, outcome: TellingOutcome::NotSent { why: Untold::SpaceClosed } };
    assert_eq!((last_told(&service, space).await, service.outbox().await, server.taken().len()), (vec![nobody], (0, 0), 0));
    assert_eq!(inform(&service, &mailboxes).await, Informed::default());
}

#[tokio::test]
async fn everyone_who_had_read_a_document_of_another_person_is_told_but_for_who_moved_it_out() {
    for engine in [Engine::SqliteMemory, Engine::Postgres] {
        let (service, server, mailboxes, space) = with_space(engine).await;
        let_in(&service, space, 1).await;
        let_in(&service, space, 2).await;
        let_in(&service, space, 9).await;
        let document = deposited(&service, space, Explanation::NotNeeded).await;
        for number in [1, 2, 9] {
            consult(&service, space, reader(number, AccessMode::Ordinary), Subject::Document { document }).await;
        }
        consult(&service, space, Reader::Holder, Subject::Document { document }).await;
        on_document(&service, space, document, DocumentRequest::MoveOut).await;
        assert_eq!(inform(&service, &mailboxes).await.settled, 1, "{engine:?}");
        assert_eq!(service.dispatch(&sending(&service, &mailboxes)).await.accepted, 2, "{engine:?}");
        assert_eq!(recipients(&server), ["camille@exemple.invalid", "dr2@mssante.invalid"]);
        assert!(server.taken().iter().all(|taken| !taken.text().contains("Compte rendu") && taken.text().contains("autre personne")));
        let outcomes: Vec<TellingOutcome> = last_told(&service, space).await.into_iter().map(|telling| telling.outcome).collect();
        assert_eq!((outcomes.len(), &outcomes[2]), (3, &TellingOutcome::NotSent { why: Untold::NoMailbox }));
        assert_eq!(inform(&service, &mailboxes).await, Informed::default());
    }
}

#[tokio::test]
async fn a_document_that_nobody_had_read_is_moved_out_in_silence() {
    let (service, server, mailboxes, space) = with_space(Engine::SqliteMemory).await;
    let document = deposited(&service, space, Explanation::NotNeeded).await;
    on_document(&service, space, document, DocumentRequest::MoveOut).await;
    assert_eq!(inform(&service, &mailboxes).await.settled, 1);
    assert_eq!((last_told(&service, space).await, service.outbox().await, server.taken().len()), (Vec::new(), (0, 0), 0));
    assert_eq!(inform(&service, &mailboxes).await, Informed::default());
}

#[tokio::test]
async fn the_holder_is_invited_two_weeks_after_a_deposit_that_awaits_its_announcement() {
    for engine in [Engine::SqliteMemory, Engine::Postgres] {
        let (service, server, mailboxes, space) = with_space(engine).await;
        deposited(&service, space, Explanation::First).await;
        let announced = deposited(&service, space, Explanation::First).await;
        service.now_is("2026-04-27 23:59");
        assert_eq!(inform(&service, &mailboxes).await, Informed::default(), "{engine:?}");
        service.now_is("2026-04-28 00:00");
        on_document(&service, space, announced, DocumentRequest::Announce).await;
        assert_eq!(inform(&service, &mailboxes).await.settled, 1, "{engine:?}");
        assert_eq!(service.dispatch(&sending(&service, &mailboxes)).await.accepted, 1);
        let [taken] = server.taken().try_into().ok().expect("one message");
        let text = taken.text();
        assert!(text.contains("Prenez rendez-vous") && !text.contains("Compte rendu"), "{text}");
        assert_eq!(inform(&service, &mailboxes).await, Informed::default());
    }
}

#[tokio::test]
async fn an_announcement_that_the_read_model_has_not_seen_yet_invites_nobody() {
    let (service, _server, mailboxes, space) = with_space(Engine::SqliteMemory).await;
    let document = deposited(&service, space, Explanation::First).await;
    service.now_is("2026-04-28 10:00");
    service.catch_up().await;
    on_document(&service, space, document, DocumentRequest::Announce).await;
    let information = Information { context: &service.app, mailboxes: &mailboxes };
    assert_eq!(information.send_due(100).await.expect("a round"), Informed { quiet: 1, ..Informed::default() });
    assert_eq!((inform(&service, &mailboxes).await, service.outbox().await), (Informed::default(), (0, 0)));
}

#[tokio::test]
async fn a_new_reader_is_told_where_the_holder_asked_once_a_day_and_reader() {
    for engine in [Engine::SqliteMemory, Engine::Postgres] {
        let (service, server, mailboxes, space) = with_space(engine).await;
        let dispatcher = sending(&service, &mailboxes);
        let_in(&service, space, 2).await;
        list(&service, space, 2).await;
        assert_eq!(inform(&service, &mailboxes).await, Informed::default(), "nobody asked");
        ask_for_new_readers(&service, space, ReaderMessages::Wanted).await;
        list(&service, space, 2).await;
        list(&service, space, 2).await;
        assert_eq!(inform(&service, &mailboxes).await.settled, 1, "{engine:?}");
        list(&service, space, 2).await;
        assert_eq!(inform(&service, &mailboxes).await, Informed::default(), "told already today");
        assert_eq!(service.dispatch(&dispatcher).await.accepted, 1);
        let [taken] = server.taken().try_into().ok().expect("one message");
        assert!(taken.text().contains("nouveau lecteur") && !taken.data().contains(doctor(2).as_str()), "{}", taken.text());
        service.now_is("2026-04-15 09:00");
        list(&service, space, 2).await;
        service.catch_up().await;
        ask_for_new_readers(&service, space, ReaderMessages::Unwanted).await;
        let late = Information { context: &service.app, mailboxes: &mailboxes }.send_due(100).await.expect("a round");
        assert_eq!((late.settled, service.outbox().await), (1, (0, 0)), "asked no longer, before it was told");
    }
}

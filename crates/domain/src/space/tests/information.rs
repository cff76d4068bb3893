//! Information after the fact: who is told of a reading or a document, how, and why somebody is not.

use uuid::Uuid;

use crate::access::{AccessMode, Profession, Professional, Reader, Visibility};
use crate::guarded::Guarded;
use crate::ids::ItemId;
use crate::party::Party;
use crate::rpps::Rpps;
use crate::space::commands::{ChooseReaderMessages, Mailbox, ProfessionalMessage, SendInformation};
use crate::space::telling::{Addressee, InformationOccasion, Telling, TellingOutcome, Untold};
use crate::space::terms::{Channel, NotificationFailure, ReaderMessages, Stage};
use crate::space::{DirectoryEvent, InformationEvent, Parties, SpaceEvent, SpaceRefusal};

use super::grammar::{given, given_nothing, space_after};
use super::persons::{adult, an_address, an_email, at, day, doctor, insurer, message, no_contact};
use super::stories::{LATER, closed, created_from, destroyed, email_failed, ended, notified, open, open_child, opened, suspended, then};
use crate::space::terms::OpeningGround;

const AFTER: &str = "2026-06-02 12:00";
const TO_HOLDER: u128 = 71;

fn reader(number: u32, mode: AccessMode) -> Reader {
    Reader::Professional(Professional { rpps: doctor(number), profession: Profession::Nurse, structure: None, mode })
}

fn emergency(by: u32) -> InformationOccasion {
    InformationOccasion::EmergencyReading { reader: Guarded::new(reader(by, AccessMode::BreakGlass)), day: day("2026-06-02") }
}

fn new_reader() -> InformationOccasion {
    InformationOccasion::NewReader { reader: Guarded::new(reader(2, AccessMode::Ordinary)), day: day("2026-06-02") }
}

fn document() -> ItemId {
    ItemId::from(Uuid::from_u128(0x500))
}

fn awaited(visible_from: &str) -> InformationOccasion {
    InformationOccasion::AnnouncementAwaited { document: document(), visible_from: day(visible_from) }
}

fn send(occasion: InformationOccasion) -> SendInformation {
    let (to_holder, wording) = (Some(message(TO_HOLDER)), "1".to_owned());
    SendInformation { at: at(AFTER), occasion, to_holder, to_representatives: Visibility::Shown, professionals: Vec::new(), wording }
}

fn by_mailbox(number: u32, mailbox: Mailbox) -> ProfessionalMessage {
    ProfessionalMessage { professional: doctor(number), message: message(u128::from(number)), mailbox }
}

fn sent(occasion: InformationOccasion, told: Vec<Telling>) -> SpaceEvent {
    SpaceEvent::Information(InformationEvent::InformationSent { at: at(AFTER), occasion, told, wording: "1".to_owned() })
}

fn holder_by(channel: Channel) -> Telling {
    Telling { to: Addressee::Holder, outcome: TellingOutcome::Sent { message: message(TO_HOLDER), channel } }
}

fn holder_not(why: Untold) -> Telling {
    Telling { to: Addressee::Holder, outcome: TellingOutcome::NotSent { why } }
}

fn guarded(number: u32) -> Guarded<Rpps> {
    Guarded::new(doctor(number))
}

fn by_secure_mail(number: u32) -> TellingOutcome {
    TellingOutcome::Sent { message: message(u128::from(number)), channel: Channel::Email }
}

const NO_MAILBOX: TellingOutcome = TellingOutcome::NotSent { why: Untold::NoMailbox };

fn with_attending_doctor(number: u32) -> Vec<SpaceEvent> {
    let declared = DirectoryEvent::AttendingDoctorDeclared { at: at(LATER), by: Party::Holder, doctor: guarded(number) };
    then(open(), SpaceEvent::Directory(declared))
}

fn choose(messages: ReaderMessages) -> ChooseReaderMessages {
    ChooseReaderMessages { at: at(AFTER), by: Party::Holder, messages }
}

fn chosen(messages: ReaderMessages) -> SpaceEvent {
    SpaceEvent::Information(InformationEvent::ReaderMessagesChosen { at: at(AFTER), by: Party::Holder, messages })
}

fn open_for(contacts: crate::space::Contacts) -> Vec<SpaceEvent> {
    then(created_from(adult(contacts)), opened("2026-04-14 00:00", OpeningGround::WindowOver))
}

#[test]
fn the_holder_and_the_attending_doctor_are_told_of_an_emergency_reading() {
    let told = |outcome| vec![holder_by(Channel::Email), Telling { to: Addressee::AttendingDoctor { professional: guarded(1) }, outcome }];
    let to_doctor = |mailbox| SendInformation { professionals: vec![by_mailbox(1, mailbox)], ..send(emergency(2)) };
    given(with_attending_doctor(1)).when(to_doctor(Mailbox::Known)).then([sent(emergency(2), told(by_secure_mail(1)))]);
    given(with_attending_doctor(1)).when(to_doctor(Mailbox::Unknown)).then([sent(emergency(2), told(NO_MAILBOX))]);
    given(with_attending_doctor(1)).when(send(emergency(2))).then([sent(emergency(2), told(NO_MAILBOX))]);
    given(with_attending_doctor(1)).when(send(emergency(1))).then([sent(emergency(1), vec![holder_by(Channel::Email)])]);
    given(open()).when(to_doctor(Mailbox::Known)).then([sent(emergency(2), vec![holder_by(Channel::Email)])]);
}

#[test]
fn who_has_no_e_mail_is_told_by_post_and_who_has_no_contact_is_not() {
    given(open_for(an_address())).when(send(emergency(2))).then([sent(emergency(2), vec![holder_by(Channel::Post)])]);
    given(open_for(no_contact())).when(send(emergency(2))).then([sent(emergency(2), vec![holder_not(Untold::NoContact)])]);
}

#[test]
fn whoever_had_read_a_document_of_another_person_is_told() {
    let occasion = InformationOccasion::WrongPatient { document: document() };
    let professionals = vec![by_mailbox(1, Mailbox::Known), by_mailbox(2, Mailbox::Unknown)];
    let reader = |number, outcome| Telling { to: Addressee::Reader { professional: guarded(number) }, outcome };
    let readers = [reader(1, by_secure_mail(1)), reader(2, NO_MAILBOX)];
    let both = SendInformation { professionals: professionals.clone(), ..send(occasion.clone()) };
    let told = [vec![holder_by(Channel::Email)], readers.to_vec()].concat();
    given(open()).when(both.clone()).then([sent(occasion.clone(), told)]);
    let unread = SendInformation { to_holder: None, ..both.clone() };
    given(open()).when(unread).then([sent(occasion.clone(), readers.to_vec())]);
    let nobody = SendInformation { to_holder: None, professionals: Vec::new(), ..both.clone() };
    given(open()).when(nobody).then([sent(occasion.clone(), Vec::new())]);
    let told = [vec![holder_not(Untold::SpaceClosed)], readers.to_vec()].concat();
    given(closed()).when(both).then([sent(occasion, told)]);
}

#[test]
fn the_holder_is_invited_only_while_the_document_is_still_to_show_by_itself() {
    given(open()).when(send(awaited("2026-06-03"))).then([sent(awaited("2026-06-03"), vec![holder_by(Channel::Email)])]);
    given(open()).when(send(awaited("2026-06-02"))).then([sent(awaited("2026-06-02"), vec![holder_not(Untold::TooLate)])]);
}

#[test]
fn secret_care_is_not_told_to_those_who_act_for_the_holder() {
    let secret = SendInformation { to_representatives: Visibility::Hidden, ..send(awaited("2026-07-01")) };
    let not = vec![holder_not(Untold::NotForRepresentatives)];
    given(open_child()).when(secret.clone()).then([sent(awaited("2026-07-01"), not)]);
    given(open_child()).when(send(awaited("2026-07-01"))).then([sent(awaited("2026-07-01"), vec![holder_by(Channel::Email)])]);
    given(open()).when(secret).then([sent(awaited("2026-07-01"), vec![holder_by(Channel::Email)])]);
}

#[test]
fn a_new_reader_is_told_by_e_mail_only_and_only_where_the_holder_asked() {
    let asked = |story| then(story, chosen(ReaderMessages::Wanted));
    given(asked(open())).when(send(new_reader())).then([sent(new_reader(), vec![holder_by(Channel::Email)])]);
    given(open()).when(send(new_reader())).then([sent(new_reader(), vec![holder_not(Untold::NotAsked)])]);
    let no_contact = vec![holder_not(Untold::NoContact)];
    given(asked(open_for(an_address()))).when(send(new_reader())).then([sent(new_reader(), no_contact)]);
}

#[test]
fn an_address_that_failed_is_not_written_to_again() {
    let story = then(
        then(
            open_for(an_email())[..1].to_vec(),
            super::stories::issued(1, "2026-03-02 08:00", Channel::Email, crate::space::terms::CodePurpose::Notice),
        ),
        email_failed("2026-03-02 10:00", NotificationFailure::Bounced, None, Stage::Created),
    );
    let story = then(story, opened("2026-04-14 00:00", OpeningGround::WindowOver));
    given(story).when(send(emergency(2))).then([sent(emergency(2), vec![holder_not(Untold::NoContact)])]);
}

#[test]
fn nobody_is_told_of_a_space_that_is_destroyed() {
    given(destroyed()).when(send(emergency(2))).then_refused(SpaceRefusal::SpaceDestroyed);
    given(ended()).when(send(emergency(2))).then_refused(SpaceRefusal::Deceased);
    given(notified()).when(send(emergency(2))).then_refused(SpaceRefusal::NotOpen { stage: Stage::Notified });
    given_nothing().when(send(emergency(2))).then_refused(SpaceRefusal::NoSuchSpace);
}

#[test]
fn a_suspended_space_tells_nobody_until_it_is_back() {
    given(suspended()).when(send(emergency(2))).then_refused(SpaceRefusal::SpaceSuspended { last_day: day("2026-07-13") });
    given(closed()).when(send(emergency(2))).then([sent(emergency(2), vec![holder_not(Untold::SpaceClosed)])]);
}

#[test]
fn the_holder_asks_to_be_told_of_new_readers_or_no_longer() {
    let (wanted, unwanted) = (ReaderMessages::Wanted, ReaderMessages::Unwanted);
    given(open()).when(choose(wanted)).then([chosen(wanted)]);
    given(open()).and([chosen(wanted)]).when(choose(wanted)).then_quiet();
    given(open()).and([chosen(wanted)]).when(choose(unwanted)).then([chosen(unwanted)]);
    given(open()).when(choose(unwanted)).then_quiet();
    given(open_child()).when(ChooseReaderMessages { by: Party::Representative, ..choose(wanted) }).then([SpaceEvent::Information(
        InformationEvent::ReaderMessagesChosen { at: at(AFTER), by: Party::Representative, messages: wanted },
    )]);
    let stranger = ChooseReaderMessages { by: insurer(), ..choose(wanted) };
    given(open()).when(stranger).then_refused(SpaceRefusal::PartyNotAllowed { expected: Parties::HolderSide });
    given(notified()).when(choose(wanted)).then_refused(SpaceRefusal::NotOpen { stage: Stage::Notified });
    assert_eq!(space_after(then(open(), chosen(wanted))).reader_messages(), wanted);
}

#[test]
fn the_history_says_who_was_told_and_nothing_of_who_read() {
    let doctor_told = Telling { to: Addressee::AttendingDoctor { professional: guarded(1) }, outcome: NO_MAILBOX };
    let said = sent(emergency(2), vec![holder_by(Channel::Email), doctor_told]).sentence();
    assert!(said.starts_with("Une information sur un accès à l’espace de santé vous a été envoyée par courriel."), "{said}");
    assert!(
        said.ends_with("1 professionnel de santé n’a pas pu en être informé\u{a0}: aucune messagerie sécurisée n’est connue."),
        "{said}"
    );
    let reader = Telling { to: Addressee::Reader { professional: guarded(1) }, outcome: by_secure_mail(1) };
    let said = sent(InformationOccasion::WrongPatient { document: document() }, vec![reader.clone(), reader]).sentence();
    assert!(said.contains("n’avait pas à vous être envoyée. 2 professionnels de santé en ont été informés."), "{said}");
    let none = sent(awaited("2026-07-01"), vec![holder_not(Untold::NoContact)]).sentence();
    assert!(none.contains("n’a pas pu vous être envoyée\u{a0}: aucune adresse utilisable n’est connue."), "{none}");
}

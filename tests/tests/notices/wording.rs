//! The wording of messages: dates computed by the domain, what the law requires, and French typography.

use ens_domain::access::{AccessMode, Profession, Professional, Reader};
use ens_domain::calendar;
use ens_domain::code::ProvisionalCode;
use ens_domain::organism::InsurerCode;
use ens_domain::policy::Policy;
use ens_domain::rpps::Rpps;
use ens_domain::space::terms::SuspensionGround;
use ens_notices::french;
use ens_notices::recipient::{Audience, Destination, Recipient};
use ens_notices::wording::{Block, Composed, Occasion, ReceivedOn, WordingContext, compose, html_mail, plain_text};

use super::test_service::day;

const SITE: &str = "https://ens.invalid";
const NO_BREAK: char = '\u{a0}';

fn camille() -> Audience {
    Audience::Holder { name: "Camille Martineau".to_owned() }
}

fn the_child(name: Option<&str>) -> Audience {
    Audience::ParentOf { name: name.map(str::to_owned), child: "Élodie Martineau".to_owned() }
}

fn code() -> ProvisionalCode {
    ProvisionalCode::parse("ABCD-EFGH-JKMN").expect("a code")
}

fn notice(received: ReceivedOn) -> Occasion {
    Occasion::Notice { code: code(), received }
}

fn write(audience: Audience, occasion: &Occasion) -> Composed {
    let recipient = Recipient { audience, destination: Destination::Nowhere, insurer: InsurerCode::parse("CPAM-31").expect("an insurer") };
    compose(WordingContext { site: SITE, policy: &Policy::default() }, &recipient, occasion).expect("words")
}

/// The text with its no-break spaces made plain, to be searched in.
fn said(message: &Composed) -> String {
    plain_text(message).replace(NO_BREAK, " ")
}

fn a_reader(mode: AccessMode) -> Reader {
    let rpps = Rpps::parse("10100000008").expect("a professional");
    Reader::Professional(Professional { rpps, profession: Profession::Nurse, structure: None, mode })
}

fn emergency(mode: AccessMode) -> Occasion {
    Occasion::EmergencyReading { reader: a_reader(mode), day: day("2026-03-02") }
}

fn new_reader() -> Occasion {
    Occasion::NewReader { reader: a_reader(AccessMode::Ordinary), day: day("2026-03-02") }
}

fn a_professional() -> Audience {
    Audience::Professional { patient: "Camille Martineau".to_owned(), born_on: day("1979-03-14") }
}

fn to_professionals() -> Vec<Composed> {
    [emergency(AccessMode::BreakGlass), Occasion::WrongPatient].iter().map(|occasion| write(a_professional(), occasion)).collect()
}

fn after_the_fact() -> Vec<Composed> {
    let occasions = [emergency(AccessMode::BreakGlass), Occasion::WrongPatient, Occasion::AnnouncementInvitation, new_reader()];
    occasions.iter().map(|occasion| write(camille(), occasion)).collect()
}

fn every_message() -> Vec<Composed> {
    let (mail, letter) = (ReceivedOn::Known(day("2026-03-02")), ReceivedOn::Likely(day("2026-03-09")));
    let again = |received| Occasion::Code { code: code(), received, last_day: Some(day("2026-04-13")) };
    let suspension = |ground| Occasion::Suspension { ground, last_day: day("2026-04-13") };
    let occasions = [
        notice(mail),
        notice(letter),
        again(mail),
        again(letter),
        Occasion::TechnicalBlock,
        suspension(SuspensionGround::Fraud),
        suspension(SuspensionGround::Malfunction),
        emergency(AccessMode::BreakGlass),
        emergency(AccessMode::DispatchCentre),
        Occasion::WrongPatient,
        Occasion::AnnouncementInvitation,
        new_reader(),
    ];
    let guardian = Audience::GuardianOf { name: "Anna Bel".to_owned(), protected: "Odile Roc".to_owned() };
    let audiences = [camille(), the_child(Some("Hugo Martineau")), the_child(None), guardian];
    let to_persons = audiences.iter().flat_map(|audience| occasions.iter().map(|occasion| write(audience.clone(), occasion)));
    to_persons.chain(to_professionals()).collect()
}

#[test]
fn the_dates_written_are_those_that_the_domain_computes_for_the_day_of_receipt() {
    let ordinary = ["2026-01-31", "2026-03-02", "2026-03-28", "2026-10-20", "2026-11-25", "2027-12-15", "2028-01-18", "2028-02-29"];
    for received in ordinary.into_iter().map(day) {
        let mail = said(&write(camille(), &notice(ReceivedOn::Known(received))));
        let last_day = calendar::last_day(received, 42);
        assert!(mail.contains(&format!("Vous avez jusqu’au {} inclus.", french::date(last_day))), "{received}: {mail}");
        assert!(mail.contains(&format!("et jusqu’au {} inclus pour le faire.", french::date(last_day))), "{received}: {mail}");
        assert!(mail.contains(&format!("ouvert à partir du {}.", french::date(last_day.succ_opt().expect("a day")))), "{received}: {mail}");
        assert!(mail.contains(&format!("Ce code est valable jusqu’au {} inclus.", french::date(last_day))), "{received}: {mail}");
    }
}

#[test]
fn a_letter_names_its_dates_under_the_condition_of_the_day_on_which_it_is_received() {
    let letter = said(&write(camille(), &notice(ReceivedOn::Likely(day("2026-03-12")))));
    let condition =
        "six semaines après la réception de cette lettre : si vous la recevez le jeudi 12 mars 2026, jusqu’au jeudi 23 avril 2026 inclus.";
    assert!(letter.contains(&format!("Vous avez {condition}")), "{letter}");
    assert!(letter.contains(&format!("Ce code est valable {condition}")), "{letter}");
    assert!(letter.contains("L’espace sera ouvert à la fin de ce délai."), "{letter}");
}

/// Article R. 1111-28 of the public health code: availability, operation, link with the DMP; opposition; closing; other useful facts.
#[test]
fn a_notice_says_what_the_law_asks_for() {
    for received in [ReceivedOn::Known(day("2026-03-02")), ReceivedOn::Likely(day("2026-03-09"))] {
        let text = said(&write(camille(), &notice(received)));
        for part in [
            "Votre organisme d’assurance maladie (CPAM-31) vous écrit",
            "votre espace numérique de santé va être ouvert",
            "dossier médical partagé est créé en même temps que l’espace",
            "Vous pouvez vous opposer à l’ouverture, sans donner de raison",
            "en ligne, sur https://ens.invalid",
            "au 3422 (service gratuit + prix d’un appel), du lundi au vendredi, de 8 h 30 à 17 h 30",
            "au guichet ou par lettre",
            "ABCD-EFGH-JKMN",
            "Un espace ouvert peut être fermé à tout moment",
            "archivé pendant dix ans",
            "délégué à la protection des données",
            "CNIL",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

#[test]
fn a_child_s_notice_is_written_to_whoever_represents_the_child() {
    let received = ReceivedOn::Known(day("2026-03-02"));
    let named = said(&write(the_child(Some("Hugo Martineau")), &notice(received)));
    assert!(
        named.starts_with("Bonjour Hugo Martineau,") && named.contains("l’espace numérique de santé d’Élodie Martineau va être ouvert")
    );
    assert!(named.contains("Si vous ne représentez pas légalement Élodie Martineau, dites-le"));
    let unnamed = said(&write(the_child(None), &notice(received)));
    assert!(unnamed.starts_with("À qui représente légalement Élodie Martineau,"), "{unnamed}");
    assert!(!said(&write(camille(), &notice(received))).contains("représentez"));
}

#[test]
fn a_new_code_is_said_not_to_change_the_date() {
    let received = ReceivedOn::Known(day("2026-03-20"));
    let running = Occasion::Code { code: code(), received, last_day: Some(day("2026-04-13")) };
    let text = said(&write(camille(), &running));
    assert!(text.contains("Vous pouvez vous opposer jusqu’au lundi 13 avril 2026 inclus. Ce nouveau code ne change pas cette date."));
    assert!(text.contains("Ce code est valable jusqu’au vendredi 1er mai 2026 inclus."), "{text}");
    let over = said(&write(camille(), &Occasion::Code { code: code(), received, last_day: None }));
    assert!(!over.contains("Ce nouveau code"), "{over}");
}

#[test]
fn a_suspension_says_why_and_until_when_it_may_be_opposed() {
    let text = said(&write(camille(), &Occasion::Suspension { ground: SuspensionGround::Fraud, last_day: day("2026-04-13") }));
    assert!(text.contains("utilisation frauduleuse") && text.contains("jusqu’au lundi 13 avril 2026 inclus"), "{text}");
}

#[test]
fn a_message_after_the_fact_says_how_to_see_the_accesses_and_how_to_block() {
    for message in after_the_fact() {
        let text = said(&message);
        for part in ["POUR VOIR LES ACCÈS", "Sur https://ens.invalid, la liste des accès", "POUR BLOQUER UN PROFESSIONNEL", "3422"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
    for message in to_professionals() {
        let text = said(&message);
        assert!(text.contains("La liste des accès est visible sur https://ens.invalid") && text.contains("bloquer"), "{text}");
    }
}

#[test]
fn who_read_is_named_by_the_profession_and_never_by_a_number() {
    for message in after_the_fact().into_iter().chain(to_professionals()) {
        assert!(!said(&message).contains("10100000008"));
    }
    let glass = said(&write(camille(), &emergency(AccessMode::BreakGlass)));
    assert!(glass.contains("Un professionnel de santé (profession : Infirmier) a consulté votre espace"), "{glass}");
    assert!(glass.contains("bris de glace") && glass.contains("le lundi 2 mars 2026"), "{glass}");
    assert!(said(&write(camille(), &emergency(AccessMode::DispatchCentre))).contains("centre 15 (SAMU)"));
}

#[test]
fn a_professional_is_told_of_whom_and_of_no_content() {
    for message in to_professionals() {
        let text = said(&message);
        assert!(text.contains("l’espace numérique de santé de Camille Martineau, né(e) le 14 mars 1979"), "{text}");
        assert!(text.contains("messagerie sécurisée") && !text.contains("que vous lui avez déclarées"), "{text}");
    }
}

#[test]
fn every_message_is_set_in_french_typography() {
    for message in every_message() {
        let text = format!("{}\n{}", message.subject, plain_text(&message));
        for (place, letter) in text.char_indices().filter(|(_, letter)| ":;?!»".contains(*letter)) {
            let before = text[..place].chars().next_back().expect("a letter before");
            assert!(before == NO_BREAK || text[place..].starts_with("://"), "{before:?} before {letter}: {text}");
        }
        assert!(!text.contains('\'') && !text.contains('"') && !text.contains("  ,"), "{text}");
        assert!(!text.contains("{{") && !text.contains("None") && !text.contains("Some("), "{text}");
    }
}

#[test]
fn no_subject_says_who_or_what_code() {
    for message in every_message() {
        assert!(!message.subject.contains("Martineau") && !message.subject.contains("ABCD"), "{}", message.subject);
        assert!(message.subject.starts_with("Espace numérique de santé"));
    }
}

#[test]
fn the_html_says_what_the_text_says() {
    for message in every_message() {
        let html = html_mail(&message).expect("HTML");
        let texts = message.blocks.iter().flat_map(|block| match block {
            Block::Heading(text) | Block::Paragraph(text) | Block::Code(text) => vec![text],
            Block::List(items) => items.iter().collect(),
        });
        texts.for_each(|text| assert!(html.contains(text.as_str()), "{text}: {html}"));
        assert!(html.contains("lang=\"fr\"") && !html.contains("http-equiv") && !html.contains("<script"));
    }
}

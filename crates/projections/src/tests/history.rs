//! The life in French: sentences, dates and typography.

use ens_domain::access::{Grantee, Purpose, Scope};
use ens_domain::guarded::Guarded;
use ens_domain::party::Party;
use ens_domain::rpps::Rpps;
use ens_domain::space::SpaceEvent;
use ens_domain::space::terms::{Channel, OppositionChannel, Section};
use ens_domain::space::{AccessEvent, CodeEvent};

use super::{at, bounced, closed, created, day, given, grant, notified_space, open_space, opposed};
use crate::life::history::History;
use ens_domain::french::date;

fn last_sentence(events: impl IntoIterator<Item = SpaceEvent>) -> String {
    given(events).rows::<History>().pop().unwrap().sentence
}

#[test]
fn dates_are_written_as_in_a_letter() {
    assert_eq!(date(day(5, 9)), "9 mai 2026");
    assert_eq!(date(day(8, 1)), "1er août 2026");
}

#[test]
fn every_event_has_its_line_in_order() {
    given(open_space()).then::<History, _>(
        |row| (row.sequence, row.event.clone(), row.day),
        [
            (1, "SpaceCreated".to_owned(), day(3, 1)),
            (2, "CodeIssued".to_owned(), day(3, 2)),
            (3, "NotifiedByEmail".to_owned(), day(3, 2)),
            (4, "OpenedByCnam".to_owned(), day(4, 14)),
        ],
    );
}

#[test]
fn the_notice_says_until_when_one_may_oppose() {
    assert_eq!(
        last_sentence(notified_space()),
        "Le courriel d’information a été reçu le 2 mars 2026. Vous pouvez vous opposer à l’ouverture jusqu’au 13 avril 2026 inclus."
    );
}

#[test]
fn a_failed_notice_says_what_comes_next() {
    assert_eq!(
        last_sentence([created(), bounced(Some(Channel::Post))]),
        "Le courriel d’information n’a pas pu être remis\u{a0}: le délai d’opposition correspondant ne compte pas. \
         Une information va vous être envoyée par courrier."
    );
}

#[test]
fn an_opposition_gives_its_receipt() {
    assert_eq!(
        last_sentence([created(), opposed(OppositionChannel::Phone)]),
        "Une opposition à l’ouverture a été enregistrée par téléphone (3422), à votre demande. Récépissé n°\u{a0}OPP-7F3K-M2QX-04ZD du 20 mars 2026."
    );
}

#[test]
fn an_opening_says_why_and_names_the_medical_record() {
    assert_eq!(
        last_sentence(open_space()),
        "Votre espace de santé a été ouvert par l’Assurance maladie le 14 avril 2026, le délai d’opposition étant écoulé. \
         Un dossier médical partagé a été créé."
    );
}

#[test]
fn an_access_names_the_sections_and_the_end() {
    let granted = SpaceEvent::Access(AccessEvent::AccessGranted {
        at: at(day(5, 1)),
        by: Party::Holder,
        grant: grant(1),
        to: Guarded::new(Grantee::Professional { rpps: Rpps::from_first10("1000000000").unwrap() }),
        scope: Scope::Sections { sections: [Section::Agenda, Section::Measures].into() },
        purpose: Purpose::Care,
        from: day(5, 1),
        until: None,
    });
    assert_eq!(
        last_sentence([created(), granted]),
        "Un accès aux rubriques «\u{a0}agenda\u{a0}» et «\u{a0}mesures de santé\u{a0}» a été donné à votre demande, sans date de fin."
    );
}

#[test]
fn one_essay_is_singular_and_so_is_none() {
    let wrong = |left| SpaceEvent::Code(CodeEvent::WrongCodeEntered { at: at(day(3, 20)), left });
    assert_eq!(last_sentence([created(), wrong(4)]), "Un code inexact a été saisi. Il reste 4 essais.");
    assert_eq!(last_sentence([created(), wrong(1)]), "Un code inexact a été saisi. Il reste 1 essai.");
    assert_eq!(last_sentence([created(), wrong(0)]), "Un code inexact a été saisi. Il reste 0 essai.");
}

#[test]
fn a_closing_says_until_when_the_archive_is_kept() {
    let events = open_space().into_iter().chain([closed(ens_domain::space::terms::ClosingGround::Request)]);
    assert_eq!(
        last_sentence(events),
        "L’espace de santé a été clôturé le 1er juin 2026, à votre demande. Son contenu est archivé jusqu’au 1er juin 2036 inclus."
    );
}
